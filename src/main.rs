//! The command `convexport`: parse, run, print the error once.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use convexport::{Cli, Exit, is_broken_pipe, neutralise};

fn main() -> ExitCode {
    match convexport::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            if !is_broken_pipe(&error) {
                let message = neutralise(&format!("{error:#}")).into_owned();
                // Nobody is left to be told when stderr itself fails.
                writeln!(std::io::stderr(), "convexport: error: {message}").ok();
            }
            Exit::of(&error).into()
        }
    }
}
