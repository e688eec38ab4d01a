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

use std::hint::black_box;
use std::process::Command;
use std::str::FromStr;
use std::{env, fs};

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

/// Uses half of the free memory once. A virtual machine gets each page from its host when it is first used, and whoever
/// is measured at that moment would seem to be slow.
pub fn warm_memory() -> Result<()> {
    let info = fs::read_to_string("/proc/meminfo")?;
    let free = info.lines().find_map(|line| line.strip_prefix("MemFree:"));
    let kilobytes = free.and_then(|free| free.trim().strip_suffix(" kB"));
    let kilobytes: usize = kilobytes
        .context("/proc/meminfo does not tell MemFree")?
        .parse()?;
    black_box(vec![1_u8; kilobytes * 1024 / 2]);
    Ok(())
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
