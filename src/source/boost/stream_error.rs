//! What can be wrong with a stream, in words.

use std::fmt;
use std::io;

use crate::http::Cause;
use crate::json::array::SplitError;

/// Why a stream is no complete export.
#[derive(Debug)]
pub struct Broken {
    /// What happened, and how many conversations had come of how many.
    pub reason: String,
    /// Whether another try may help.
    pub transient: bool,
}

/// What is wrong with a stream.
#[derive(Debug)]
pub enum StreamError {
    /// Its bytes could not be read or unpacked.
    Read(io::Error),
    /// It is no JSON array, or a damaged one.
    Split(SplitError),
    /// It is something else, such as a web page.
    Body(Cause),
    /// The vendor reports an error in it.
    Vendor(String),
    /// It ended without its `post_query_info`.
    NoProof,
    /// An element of this type, which is no conversation, cannot be read.
    Info(String),
    /// The vendor says that it sent this many conversations, and another number came.
    Count(u64),
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
            Self::Vendor(message) => {
                // On one line, so that the vendor's words cannot look like ours.
                let words: Vec<&str> = message.split_whitespace().collect();
                write!(f, "boost.ai reports an error: {}", words.join(" "))
            }
            Self::NoProof => f.write_str("the stream ended without its closing post_query_info"),
            Self::Info(kind) => write!(f, "the stream is damaged: its {kind} cannot be read"),
            Self::Count(count) => write!(f, "boost.ai says that it sent {count} conversations"),
        }
    }
}
