//! `convexport check`: checks the token, the bot or site, and the network; and what an archive covers.

use std::future::Future;

use anyhow::{Context as _, Result};

use super::exit::Exit;
use super::monitor::Monitor;
use super::{compare, coverage};
use crate::archive::{Coverage, Reader};
use crate::cli::{CheckArgs, CheckVendor};
use crate::console::{Console, Data};
use crate::source::{Context, boost, botpress};
use crate::time::{Span, Timestamp};
use crate::usage::usage;

/// Checks what the flags ask for. Reports problems with `tell`, and returns the outcome in lines.
///
/// # Errors
/// The errors of an export.
pub fn check(args: CheckArgs, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    match (args.vendor, args.archive) {
        (Some(vendor), _) if vendor.archive().is_some() => compare::compare(vendor, tell),
        (Some(vendor), _) => Ok((Exit::Done, ask(&vendor)?)),
        (None, Some(archive)) => {
            let reader = Reader::open(&archive)?;
            let (exit, line) = age(&reader.coverage()?, args.max_age, tell);
            Ok((
                exit,
                line + &coverage::missing_media(&reader.missing_media()?),
            ))
        }
        (None, None) => Err(usage!(
            "there is nothing to check: give `botpress`, `boost` or --archive FILE.db"
        )
        .into()),
    }
}

/// Sends one request to the vendor. Returns the outcome in one line.
fn ask(vendor: &CheckVendor) -> Result<String> {
    let context = |http| {
        let console = Console::new(vendor.console(), Data::Elsewhere);
        Context {
            http,
            observer: Monitor::new(console.clone()),
            console,
        }
    };
    match vendor {
        CheckVendor::Botpress(check) => {
            let target = check.target.resolve(&check.network, None)?;
            wait(botpress::check(&target, &context(check.network.options())))
        }
        CheckVendor::Boost(check) => {
            let target = check.target.resolve(&check.network)?;
            wait(boost::check(target, &context(check.network.options())))
        }
    }
}

/// Says what an archive covers, and whether its last complete run is old.
fn age(coverage: &[Coverage], max_age: Option<Span>, tell: impl Fn(&str)) -> (Exit, String) {
    let mut exit = Exit::Done;
    let runs = coverage.iter().filter(|one| !one.selections.is_empty());
    let lines: Vec<_> = runs
        .map(|one| {
            let age = one.completed_at.map(|time| Timestamp::now().distance(time));
            if max_age.is_some_and(|most| age.is_none_or(|age| age > most)) {
                exit = Exit::Incomplete;
            }
            coverage::report_holes(one, &tell);
            coverage::in_words(one, age)
        })
        .collect();
    if lines.is_empty() {
        let is_asked = max_age.is_some();
        exit = if is_asked {
            Exit::Incomplete
        } else {
            Exit::Done
        };
        return (exit, "no run has brought anything from a vendor".to_owned());
    }
    (exit, lines.join("\n"))
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .context("could not start the network")?
        .block_on(work)
}
