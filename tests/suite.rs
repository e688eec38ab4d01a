//! The tests: all of them run the binary as a user would, most of them against the fake vendors.

mod support;

mod archive;
mod cli;
mod console;
mod format;
mod http;
mod io;
mod run;
mod sink;
mod source;
