//! The tests: all of them run the binary as a user would, most of them against the fake vendors of `support`.
//!
//! There is a folder for each room of `src/` that a user meets, with the room's name. The rooms that nobody meets by
//! themselves (`model`, `text`, `json`, `time`) have unit tests beside their code.
//!
//! `docs` runs the commands of the documents, and `house` looks at the sources themselves.
//!
//! `archive_tools`, `contract`, `data_tools`, `redaction`, `singer`, `spark` and `xlsx` are no Rust: there `.ci/run` finds
//! scripts that hold the program against programs of others.

mod support;

mod archive;
mod cli;
mod console;
mod docs;
mod format;
mod house;
mod http;
mod io;
mod media;
mod redact;
mod report;
mod run;
mod sink;
mod source;
