//! Writes to stderr, and prepares data for a terminal.
//!
//! A progress bar that must not be shown is hidden, so callers need not ask whether there is one.

mod line;
mod log;
mod options;
mod progress;
mod screen;
mod terminal;

pub use log::{Console, last_words};
pub use options::{Data, LogFormat, Options};
pub use screen::Screen;
pub use terminal::Neutral;
