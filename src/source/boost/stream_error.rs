//! The errors of a stream.

use std::fmt;
use std::io;

use crate::http::Cause;
use crate::json::array::SplitError;
use crate::text::counted;

/// Why a stream is not a complete export.
#[derive(Debug)]
pub struct Broken {
    /// What happened, and how many of the expected conversations had come.
    pub reason: String,
    /// Whether another try may help.
    pub transient: bool,
    /// Whether it is no answer of boost.ai at all.
    pub foreign: bool,
}

/// What is wrong with a stream.
#[derive(Debug)]
pub enum StreamError {
    /// The bytes cannot be read or unpacked.
    Read(io::Error),
    /// The bytes are not a JSON array, or a damaged one.
    Split(SplitError),
    /// The answer is something else, such as a web page.
    Body(Cause),
    /// The bytes are an export of this program.
    OwnExport,
    /// The vendor reports an error in the stream.
    Vendor(String),
    /// The stream ended without `post_query_info`.
    NoProof,
    /// An element of this type, which is not a conversation, cannot be read.
    Info(String),
    /// The vendor says that it sent this many conversations, but another number came.
    Count(u64),
    /// As many conversations came as the vendor says, but this many of them came twice.
    Repeated(u64),
}

impl StreamError {
    /// Whether another try may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Read(_) | Self::Split(SplitError::Cut) | Self::NoProof | Self::Info(_)
        )
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("the gzip stream was cut off")
            }
            Self::Read(error) => write!(f, "the stream broke off: {error}"),
            Self::Split(error) => write!(f, "the stream is damaged: {error}"),
            Self::Body(cause) => cause.fmt(f),
            Self::OwnExport => {
                f.write_str("it is an export of convexport: use `convexport render` to read it")
            }
            Self::Vendor(message) => {
                // The text is put on one line, so that the vendor's text cannot look like ours.
                let words: Vec<&str> = message.split_whitespace().collect();
                write!(f, "boost.ai reports an error: {}", words.join(" "))
            }
            Self::NoProof => f.write_str("the stream ended without its closing post_query_info"),
            Self::Info(kind) => write!(f, "the stream is damaged: its {kind} cannot be read"),
            Self::Repeated(count) => write!(
                f,
                "boost.ai sent {} twice, so as many may be missing",
                counted(*count, "conversation")
            ),
            Self::Count(count) => write!(
                f,
                "boost.ai says that it sent {}",
                counted(*count, "conversation")
            ),
        }
    }
}
