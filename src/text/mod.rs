//! Text from the network: HTML as plain text, lines, and text made harmless for a terminal.

pub mod html;
mod lines;
mod neutralise;
mod plural;

pub use lines::{lines, one_line};
pub use neutralise::neutralise;
pub use plural::{counted, plural};
