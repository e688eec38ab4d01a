//! What becomes of the tickets of human agents, which repeat what is in the customers' conversations
//! (vendors/botpress.md, Human handover).

mod joiner;
mod spool;
mod unite;

use serde::Serialize;

pub use joiner::{Joined, Joiner};

/// What becomes of the tickets of human agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tickets {
    /// They are conversations of their own.
    #[default]
    Include,
    /// They are left out.
    Skip,
    /// What they alone have goes into the customers' conversations.
    Merge,
}
