//! Export API v4, the newer version, as far as it is known (vendors/boost-v4.md). It was never tried against the live
//! service: what is read here may come in another shape, and then costs at most what it says itself.
//!
//! Both versions share the request that is retried, the tokens, the windows, and the array that is read as it streams.
//! What differs is in this folder:
//!
//! ```text
//! body       the request: {"search": {"from_date", "to_date"}}, and no filter that is known
//! sessions   a conversation has sessions, and these have the messages
//! message    a message says with flags who wrote it
//! facts      what sessions and messages tell besides, such as feedback and goals: the tags of the conversation
//! names      the lists that give ids their names
//! unknown    fields that are not known, for -v
//! ```
//!
//! No count proves that an answer is whole. It is taken as whole when its array is closed.

use reqwest::StatusCode;

mod body;
mod facts;
mod message;
mod names;
mod sessions;
mod unknown;

pub use body::{Reach, check_flags, normalized, wire};
pub use names::{List, Names};
pub use sessions::{Sessions, sessions};
pub use unknown::{Unknown, note_top};

/// What to do about an answer that is not what is known.
pub const HINT: &str = "what is known of API v4 follows a client's use of it and was not tried against the live service: \
                        docs/boost.md says how to report what differs";

/// What to do about the status of a refusal, if it shows that v4 wants another request than the known one.
#[must_use]
pub fn advice(status: StatusCode) -> Option<&'static str> {
    matches!(status.as_u16(), 400 | 405 | 406 | 415 | 422).then_some(HINT)
}

/// The same for a list of names. A site that exports with v4 should have the lists.
#[must_use]
pub fn advice_on_names(status: StatusCode) -> Option<&'static str> {
    let is_absent = matches!(status.as_u16(), 404 | 410);
    is_absent.then_some(HINT).or_else(|| advice(status))
}
