//! `convexport check`: checks the token, the bot or site, and the network; and what an archive covers.

use std::future::Future;

use anyhow::{Context as _, Result};

use super::compare;
use super::exit::Exit;
use super::monitor::Monitor;
use crate::archive::{Coverage, Reader};
use crate::cli::{CheckArgs, CheckVendor};
use crate::console::Console;
use crate::source::{Context, boost, botpress};
use crate::text::counted;
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
            let coverage = Reader::open(&archive)?.coverage()?;
            Ok(age(&coverage, args.max_age, tell))
        }
        (None, None) => Err(usage!("give `botpress`, `boost` or --archive FILE.db").into()),
    }
}

/// Sends one request to the vendor. Returns the outcome in one line.
fn ask(vendor: &CheckVendor) -> Result<String> {
    let context = |http| {
        let console = Console::new(vendor.console(), false);
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
            report_holes(one, &tell);
            in_words(one, age)
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

/// Says which times an archive may lack.
pub fn report_holes(coverage: &Coverage, tell: impl Fn(&str)) {
    for (from, until) in &coverage.holes {
        tell(&format!(
            "{} {}: no run came in time for what was written between {} and {}, so some of it may be missing",
            coverage.source.name(),
            coverage.account,
            from.utc_date(),
            until.utc_date()
        ));
    }
}

/// What an archive covers of an account, on one line.
pub fn in_words(coverage: &Coverage, age: Option<Span>) -> String {
    let Coverage {
        source,
        account,
        conversations,
        from,
        until,
        ..
    } = coverage;
    let date = |time: &Option<Timestamp>| {
        time.map_or_else(|| "an unknown day".to_owned(), Timestamp::utc_date)
    };
    let conversations = counted(*conversations, "conversation");
    let last = match age {
        Some(age) => format!("the last complete run was {age} ago"),
        None => "no run was complete".to_owned(),
    };
    format!(
        "{} {account}: {conversations}, from {} to {}; {last}",
        source.name(),
        date(from),
        date(until)
    )
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .context("could not start the network")?
        .block_on(work)
}
