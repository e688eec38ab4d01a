//! What is said on stderr, and what a terminal shows.

mod log;
mod terminal;
