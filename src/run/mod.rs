//! The commands, one file each, and the code that they share.
//!
//! [`job`] checks what a run needs, and always writes the summary. Without an archive, [`export`] moves the data from the
//! source to the output. With one, [`archive`] plans the run, [`fetch`] moves the data into the archive, and the output is
//! written from there: [`mirror`] keeps a folder, [`export`] writes what changed.

mod again;
mod archive;
mod archive_output;
mod check;
mod closing;
mod command;
mod compare;
mod coverage;
mod exit;
mod export;
mod fetch;
mod forget;
mod incomplete;
mod job;
mod left_behind;
mod manual;
mod media;
mod mirror;
mod monitor;
mod paths;
mod plan;
mod pump;
mod recorder;
mod redaction;
mod schema;
mod search;
mod signal;
mod singer_state;
mod stats;
mod tap;
mod tickets;
mod verify;

pub use command::main;
pub use exit::Exit;
