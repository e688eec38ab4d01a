//! `html`: one self-contained page to read, search and judge conversations. It loads nothing and sends nothing, and its
//! policy makes the browser enforce this.
//!
//! The file begins with the application (the folder `page`: markup, style sheet and scripts, as they are). The
//! conversations follow in compressed blocks, which the application reads while the file still loads. The last block
//! says how the export ended; a page without it was cut off. Whoever has no JavaScript reads the conversations in the
//! `<noscript>` at the end, or in plain pages beside the file.

mod block;
mod card;
mod data;
mod document;
mod escape;
mod head;
mod local;
mod safe;
mod still;

pub use document::Html;
pub use head::Media;
