//! `convexport` takes chatbot conversations out of the vendor's cloud, whole and verified.
//!
//! The data goes one way:
//!
//! ```text
//! cli --> source (http) --> model --> format --> sink --> stdout, file, folder
//!           async, on its own threads   |   the main thread, so that answers are read while it writes
//!                   events over a bounded channel
//!
//! with --archive, in two steps:
//! cli --> source (http) --> model --> archive     and then     archive --> model --> format --> sink
//!
//! with --media, beside it: model --> media --> a folder of files, which the model then names
//! ```
//!
//! # The rooms
//!
//! Each folder is a room. It may use only the rooms that stand below it in this list. Rooms on one line do not use each
//! other, unless the list says so. No two files import each other. `tests/house.rs` holds all of that.
//!
//! ```text
//! run                          one file per command, and what they share: moving the data, signals, exit codes
//! cli                          clap types, and their conversion into the options of the rooms below
//! source, sink, report         where conversations come from: Botpress, boost.ai, earlier exports, archives; where they go:
//!                              stdout, file, folder; the JSON summary of a run, as plain data
//!                              (sink uses report)
//! media                        downloads the files that messages point to, each content once
//! archive                      the SQLite database that every run brings up to date
//! stats                        the numbers of many conversations, and how they are written
//! format                       one file or folder per format
//! console                      stderr: progress and messages; what a terminal needs to show data
//! http                         one client: authorization, timeouts, retries, rate limits, errors, secrets
//! redact                       takes what is personal out of a conversation before it is written
//! model                        the normalized conversation, its JSON, and how a message reads in words
//! text, json, time, io         HTML as plain text, lines, text made harmless; JSON read as it streams, and written;
//!                              points in time; atomic files, locks, compression, digests
//!                              (text uses json)
//! usage                        the error for wrong usage
//! ```
//!
//! Each room owns its options as plain types. `cli` resolves the flags once and converts them; below it nobody knows
//! clap. Only `http`, `media`, `source` and `run` are asynchronous. A formatter knows bytes and never files, a sink knows files and
//! never JSON, a source knows nothing of formats.

pub(crate) mod archive;
pub(crate) mod cli;
pub(crate) mod console;
pub(crate) mod format;
pub(crate) mod http;
pub(crate) mod io;
pub(crate) mod json;
pub(crate) mod media;
pub(crate) mod model;
pub(crate) mod redact;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod sink;
pub(crate) mod source;
pub(crate) mod stats;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod usage;

#[doc(hidden)]
pub mod fuzz;

pub use run::{Exit, main};
