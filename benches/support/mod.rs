//! What the benches share: fake vendors, programs to compare with, measurements, and a table of the figures.

#![allow(dead_code, reason = "no bench uses all of it")]

pub mod bot;
pub mod bound;
pub mod case;
pub mod export;
pub mod export_v4;
pub mod measure;
pub mod peers;
pub mod pictures;
pub mod server;
pub mod site;
pub mod table;
pub mod tls;
pub mod words;

use std::env;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result};

/// The command that `cargo bench` built, with an empty environment.
pub fn convexport(args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convexport"));
    command.env_clear().args(args.split_whitespace());
    command
}

/// Why nothing can be measured, or `None` when it can. `args` are the arguments of the bench.
pub fn obstacle(args: &[String]) -> Option<&'static str> {
    if args.last().is_none_or(|last| last != "--bench") {
        Some("Nothing is measured: start this with `cargo bench --bench NAME`.")
    } else if cfg!(target_os = "linux") {
        None
    } else {
        Some("Nothing is measured: this bench reads Linux's /proc.")
    }
}

/// Reads a number from the environment, with which a bench can be made smaller.
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
