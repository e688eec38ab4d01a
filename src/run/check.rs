//! `convexport check`: checks the token, the bot or site, and the network.

use std::future::Future;

use anyhow::{Context as _, Result};

use super::monitor::Monitor;
use crate::cli::Check;
use crate::console::Console;
use crate::source::{Context, boost, botpress};

/// Sends one request to the vendor. Returns the outcome in one line.
///
/// # Errors
/// The errors of an export.
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
