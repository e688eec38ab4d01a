//! `html`: one self-contained page. It loads nothing and sends nothing, and its policy makes the browser enforce this.
//!
//! Conversations are plain elements in one list. Each entry is followed by its conversation, and the style sheet shows
//! the conversation beside the list when the address names it. So the page works without the script, which adds the
//! search, keys and the reader's time zone. Totals and the chart are known only at the end; the style sheet puts them
//! above the list.

mod chart;
mod conversation;
mod escape;
mod head;
mod index;
mod number;
mod page;
mod stats;

pub use page::Html;
