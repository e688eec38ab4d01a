//! The files that messages point to. They are served at `/media/NAME`, without a check of any token.

use std::io::Write;

use super::answer::{Answer, Body, Ending};
use super::http::Request;

/// A file, and how it is served.
#[derive(Debug, Clone)]
pub struct MediaFile {
    /// What follows `/media/`.
    pub name: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub served: Served,
}

/// The body.
#[derive(Debug, Clone)]
pub enum Served {
    Bytes(Vec<u8>),
    /// A chunked body that has no end.
    Endless,
}

impl MediaFile {
    /// A file with the content type of a PNG.
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.to_owned(),
            status: 200,
            headers: vec![("Content-Type".to_owned(), "image/png".to_owned())],
            served: Served::Bytes(bytes.into()),
        }
    }

    /// An answer with this status and no file.
    pub fn status(name: &str, status: u16) -> Self {
        Self {
            status,
            ..Self::new(name, "no file")
        }
    }

    /// An answer that points elsewhere.
    pub fn redirect(name: &str, to: &str) -> Self {
        Self::status(name, 302).header("Location", to)
    }

    /// A body that has no end.
    pub fn endless(name: &str) -> Self {
        Self {
            served: Served::Endless,
            ..Self::new(name, "")
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn answer(&self) -> Answer {
        let body = match &self.served {
            Served::Bytes(bytes) => Body::Bytes(bytes.clone()),
            Served::Endless => Body::Stream(Box::new(|chunks| {
                while chunks.write_all(&[0; 4096]).is_ok() {}
                Ok(Ending::Close)
            })),
        };
        let mut answer = Answer::new(self.status, "", "");
        answer.headers.clone_from(&self.headers);
        answer.body = body;
        answer
    }
}

/// Answers a request under `/media/`.
pub fn answer(request: &Request, files: &[MediaFile]) -> Answer {
    let name = request.path.strip_prefix("/media/").unwrap_or_default();
    let file = files.iter().find(|file| file.name == name);
    file.map_or_else(
        || Answer::new(404, "text/plain", "nothing here"),
        MediaFile::answer,
    )
}

/// Whether a request is one for a file.
pub fn is_media(request: &Request) -> bool {
    request.path.starts_with("/media/")
}
