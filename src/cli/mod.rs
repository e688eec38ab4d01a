//! The command line: clap types, and their conversion into the options of the rooms below.
//!
//! Everything that a command line refers to is resolved here, once: times, time zones, secrets, and files that are read.

mod asked;
mod boost;
mod boost_body;
mod boost_target;
mod botpress;
mod botpress_target;
mod check;
mod commands;
mod console;
mod examples;
mod forget;
mod format;
mod help;
mod honoured;
mod ids;
mod media;
mod network;
mod output;
mod parse;
mod redact;
mod render;
mod run;
mod search;
mod secret;
mod select;
mod settings;
mod stats;
mod tap;
mod tap_args;
mod tap_config;
mod values;

pub use check::{CheckArgs, CheckVendor};
pub use commands::{Cli, Command, Document};
pub use forget::ForgetArgs;
pub use media::{Download, Media, Placing};
pub use parse::parse;
pub use search::SearchArgs;
pub use settings::{ArchiveOptions, ExportArgs, Memory, Paths, RunOptions, Settings};
pub use stats::{StatsArgs, StatsSettings};
pub use tap::TapArgs;
