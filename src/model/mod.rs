//! The normalized data that every source produces and every format writes, and its JSON.
//!
//! The JSON is a promise to users: every key is always present, except `users`, `states`, the files of
//! attachments (only when asked for) and `raw` (left out by `--no-raw`). Vendor fields that this program does not know are kept in `raw`.

mod conversation;
mod handover;
mod json;
mod media;
mod metrics;
mod outcome;
mod person;
mod record;
mod takeover;
pub mod wording;

pub use conversation::{
    Attachment, CLICK, Choice, Conversation, Message, Role, User, Vendor, click_id,
};
pub use handover::{Handover, Side};
pub use media::{MediaFile, Missing, expires_at, path_link};
pub use metrics::Metrics;
pub use record::{Record, one_line};
pub use takeover::{Takeover, with_takeovers};
