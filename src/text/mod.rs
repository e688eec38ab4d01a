//! Text from the network: HTML to plain text, lines, and text that is safe to show on a terminal.

pub mod html;
mod lines;
mod neutralise;
mod pictures;
mod plural;
mod spacing;

pub use lines::{lines, one_line};
pub use neutralise::neutralise;
pub use pictures::{Picture, pictures};
pub use plural::{counted, grouped, plural};
