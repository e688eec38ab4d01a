//! The command line: help, flags and credentials.

mod credentials;
mod flags;
mod help;
