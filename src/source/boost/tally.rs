//! Counts what comes in a stream, and proves at its end that it is whole.

use std::fmt;

use super::stream_error::StreamError;
use crate::source::event::Proof;
use crate::source::id_set::IdSet;
use crate::text::counted;

/// What came in a stream.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many conversations came, including unreadable ones.
    pub came: u64,
    /// Whether `QueryInfo` came.
    has_info: bool,
    /// Its count.
    expected: Option<u64>,
    /// How many conversations of API v3 and of API v4 can be read.
    versions: [u64; 2],
    /// Their ids.
    ids: IdSet,
    /// How many of them came before in this stream.
    repeated: u64,
    ending: Option<PostQueryInfo>,
}

/// `PostQueryInfo`, which says that the vendor has sent everything.
#[derive(Debug)]
struct PostQueryInfo {
    count: Option<u64>,
}

impl Tally {
    /// Notes `QueryInfo`.
    pub fn begin(&mut self, count: Option<u64>) {
        self.has_info = true;
        self.expected = count;
    }

    /// Notes `PostQueryInfo`.
    pub fn end(&mut self, count: Option<u64>) {
        self.ending = Some(PostQueryInfo { count });
    }

    /// Counts a conversation.
    pub fn note(&mut self, id: &str, is_v4: bool) {
        self.came += 1;
        self.versions[usize::from(is_v4)] += 1;
        self.repeated += u64::from(!self.ids.insert(id));
    }

    /// Counts a conversation that cannot be read.
    pub fn note_unreadable(&mut self) {
        self.came += 1;
    }

    /// Whether the conversations are those of API v4.
    #[must_use]
    pub fn looks_like_v4(&self) -> bool {
        self.versions[0] == 0 && self.versions[1] > 0
    }

    /// Why the stream is whole, after its array was closed.
    ///
    /// # Errors
    /// When the vendor did not say that it is whole, or sent another number of conversations.
    pub fn prove(&self, is_v4: bool) -> Result<Proof, StreamError> {
        let Some(PostQueryInfo { count }) = self.ending else {
            // A stream that begins as one of API v3 has to end as one.
            let is_enough = is_v4 && !self.has_info;
            return is_enough
                .then_some(Proof::Closed)
                .ok_or(StreamError::NoProof);
        };
        match count.or(self.expected) {
            None => Ok(Proof::Closed),
            // The vendor may count a conversation once that it sends twice.
            Some(count) if count == self.came - self.repeated => Ok(Proof::Count),
            Some(count) if count != self.came => Err(StreamError::Count(count)),
            Some(_) if self.repeated > 0 => Err(StreamError::Repeated(self.repeated)),
            Some(_) => Ok(Proof::Count),
        }
    }
}

impl fmt::Display for Tally {
    /// `5 of 20 conversations`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expected {
            Some(count) => write!(f, "{} of {}", self.came, counted(count, "conversation")),
            None => f.write_str(&counted(self.came, "conversation")),
        }
    }
}
