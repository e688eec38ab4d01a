//! `convexport check`: whether token, bot or site, and network are all right.

use std::future::Future;

use anyhow::{Context as _, Result};

use super::monitor::Monitor;
use crate::cli::Check;
use crate::console::Console;
use crate::source::{Context, boost, botpress};

/// Asks the vendor once. Returns the outcome in one line.
///
/// # Errors
/// As an export would fail.
pub fn check(args: &Check) -> Result<String> {
    let context = |console, http| {
        let console = Console::new(console, false);
        Context {
            http,
            observer: Monitor::new(console.clone()),
            console,
        }
    };
    match args {
        Check::Botpress {
            target,
            network,
            console,
        } => {
            let target = target.resolve(network, None)?;
            let context = context(console.options(), network.options());
            wait(botpress::check(&target, &context))
        }
        Check::Boost {
            target,
            network,
            console,
        } => {
            let target = target.resolve(network)?;
            let context = context(console.options(), network.options());
            wait(boost::check(target, &context))
        }
    }
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .context("could not start the network")?
        .block_on(work)
}
