//! Takes what is personal out of conversations before they are written (`docs/redaction.md`).
//!
//! A [`Redactor`] makes another conversation of each: what was found has a pseudonym in its place, and everything else is
//! byte for byte the same. [`identity`] knows the people of the record, [`detect`] knows what personal data looks like, and
//! [`list`] has the user's own words.

mod class;
mod conversation;
mod detect;
mod documented;
mod identity;
mod ids;
mod list;
mod log;
mod options;
mod plain;
mod pseudonym;
mod raw;
mod redactor;
mod span;

pub use class::{Class, Classes};
pub use list::List;
pub use options::{Options, region};
pub use phonenumber::country::Id as Region;
pub use pseudonym::Key;
pub use redactor::Redactor;
