//! The commands, and what a run is for all of them: failures, signals, memory.

mod again;
mod check;
mod failures;
mod manual;
mod memory;
mod render;
pub mod schema;
mod signal;
mod stats;
pub mod tap;
mod tap_state;
mod verify;
