//! The body of an answer. It is asked for as it is, but a server may compress it all the same: then it is unpacked while
//! it comes, so that the limits are those of the file, and a small body cannot become a huge one.

use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};

use super::intake::Intake;

/// A body on its way into a file.
pub enum Body {
    Plain(Intake),
    Gzip(Box<MultiGzDecoder<Intake>>),
    Deflate(Box<ZlibDecoder<Intake>>),
}

impl Body {
    /// Begins a body with this `Content-Encoding`. Returns `None` for one that is not known.
    pub fn new(encoding: &str, intake: Intake) -> Option<Self> {
        Some(match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Self::Plain(intake),
            "gzip" | "x-gzip" => Self::Gzip(Box::new(MultiGzDecoder::new(intake))),
            "deflate" => Self::Deflate(Box::new(ZlibDecoder::new(intake))),
            _ => return None,
        })
    }

    /// Takes bytes as they come.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(intake) => intake.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Deflate(decoder) => decoder.write_all(bytes),
        }
    }

    /// The file so far.
    pub fn intake(&self) -> &Intake {
        match self {
            Self::Plain(intake) => intake,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Deflate(decoder) => decoder.get_ref(),
        }
    }

    /// Unpacks what is left.
    ///
    /// # Errors
    /// When a limit is reached, or the compressed body is cut.
    pub fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Deflate(decoder) => decoder.try_finish(),
        }
    }

    /// The file. [`Self::end`] comes first.
    pub fn into_intake(self) -> io::Result<Intake> {
        match self {
            Self::Plain(intake) => Ok(intake),
            Self::Gzip(decoder) => decoder.finish(),
            Self::Deflate(decoder) => decoder.finish(),
        }
    }
}
