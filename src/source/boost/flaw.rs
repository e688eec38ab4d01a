//! What can be wrong with a stream, in words.

use std::fmt;
use std::io;

use crate::http::Cause;
use crate::source::json_array::SplitError;

/// What is wrong with a stream.
pub enum Flaw {
    Read(io::Error),
    Split(SplitError),
    Body(Cause),
    Vendor(String),
    NoProof,
    /// An element besides the conversations that cannot be read, by its type.
    Info(String),
    Count(u64),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("the gzip stream was cut off")
            }
            Self::Read(error) => write!(f, "the stream broke off: {error}"),
            Self::Split(error) => write!(f, "the stream is damaged: {error}"),
            Self::Body(cause) => cause.fmt(f),
            Self::Vendor(message) => {
                // On one line, so that nobody's words can pass for ours.
                let words: Vec<&str> = message.split_whitespace().collect();
                write!(f, "boost.ai reports an error: {}", words.join(" "))
            }
            Self::NoProof => f.write_str("the stream ended without its closing post_query_info"),
            Self::Info(kind) => write!(f, "the stream is damaged: its {kind} cannot be read"),
            Self::Count(count) => write!(f, "boost.ai says that it sent {count} conversations"),
        }
    }
}
