//! What the benches share: vendors on this machine, other programs to run beside, what a run costs, a table of the figures.

#![allow(dead_code, reason = "no bench uses all of it")]

pub mod bot;
pub mod bound;
pub mod case;
pub mod export;
pub mod measure;
pub mod peers;
pub mod server;
pub mod site;
pub mod table;

use std::env;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result};

/// The command that `cargo bench` built, with the release profile's settings and an empty environment.
pub fn convexport(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convexport"));
    command.env_clear().args(args.split_whitespace());
    command
}

/// Why nothing can be measured, if so: `args` are those that the bench was started with.
pub fn obstacle(args: &[String]) -> Option<&'static str> {
    if args.last().is_none_or(|last| last != "--bench") {
        Some("Nothing is measured: start this with `cargo bench --bench NAME`.")
    } else if cfg!(target_os = "linux") {
        None
    } else {
        Some("Nothing is measured: this bench reads Linux's /proc.")
    }
}

/// A number from the environment, which makes a bench smaller.
pub fn number<T: FromStr>(variable: &str, default: T) -> Result<T> {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .ok()
            .with_context(|| format!("{variable} is no number")),
        Err(_) => Ok(default),
    }
}

/// Whether this machine has a program.
pub fn installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
