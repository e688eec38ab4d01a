//! Flat rows with fixed columns: one per message, or one per conversation. Every format that has rows takes them from
//! here, and docs/rows.md describes each column.

mod cell;
mod conversation;
mod json;
mod message;

pub use cell::Cell;
pub use conversation::{COLUMNS as CONVERSATION_COLUMNS, ConversationRow};
pub use json::write_members;
pub use message::{COLUMNS as MESSAGE_COLUMNS, MessageRow, MessageRows, NO_ROW, SHARED, TABLE};
