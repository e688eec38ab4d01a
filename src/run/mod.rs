//! The commands, one file each, and the code that they share.
//!
//! [`job`] opens and checks what an export needs, and always writes the summary; [`export`] moves the data.

mod check;
mod checkpoint;
mod command;
mod exit;
mod export;
mod job;
mod manual;
mod monitor;
mod paths;
mod schema;
mod signal;
mod tap;
mod verify;

pub use command::run;
pub use exit::{Exit, is_broken_pipe};
