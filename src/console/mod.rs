//! Everything that goes to stderr, and what a terminal needs to show data.
//!
//! A bar that must not be seen is hidden, so callers never ask whether there is one.

mod log;
mod options;
mod progress;
mod screen;
mod terminal;

pub use log::Console;
pub use options::{LogFormat, Options};
pub use screen::Screen;
pub use terminal::Neutral;
