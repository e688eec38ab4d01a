//! Measures an export from Botpress with a rate limit. README.md says how to run it.

#![expect(clippy::print_stdout, reason = "a bench is read by people")]

mod support;

use std::env;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use support::bot::Bot;
use support::case::Spread;
use support::measure::{Cost, run};
use support::peers::BOTPRESS;
use support::table::{Table, Target, times};
use support::{convexport, number, obstacle};

const LATENCY: Duration = Duration::from_millis(20);
/// The limit that the vendor documents.
const ALLOWANCE: u32 = 100;
const WINDOW: Duration = Duration::from_secs(10);
/// A command that takes longer than this many times the bound is killed.
const LONGEST: u32 = 3;

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x bound", "peak MB", "targets"];
const OF_BOUND: f64 = 1.1;
const REFUSED_PERCENT: f64 = 1.0;

/// The outcome of a line: the cost, how many requests came, and how many were refused.
type Outcome = (Result<Cost>, [usize; 2]);

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    if let Some(obstacle) = obstacle(&args) {
        println!("{obstacle}");
        return Ok(());
    }
    let bot = Bot {
        conversations: number("BENCH_CONVERSATIONS", 500)?,
        messages: |_| 10,
        latency: LATENCY,
        limit: Some((ALLOWANCE.try_into()?, WINDOW)),
        pictures: None,
    };
    let bound = WINDOW * bot.requests().try_into()? / ALLOWANCE;
    println!(
        "{} requests, {ALLOWANCE} allowed in {} s; bound: requests / allowance = {:.1} s",
        bot.requests(),
        WINDOW.as_secs(),
        bound.as_secs_f64()
    );
    let mut table = Table::new(HEADINGS);
    for flags in ["", "--concurrency 1", "--concurrency 32"] {
        let outcome = measure(&bot, bound, || {
            Ok(convexport(&format!("botpress -f text {flags}")))
        })?;
        add(
            &mut table,
            format!("convexport botpress -f text {flags}").trim(),
            bound,
            outcome,
            true,
        );
    }
    let scripts = BOTPRESS.install();
    for (script, args) in [
        ("botpress-sequential.mjs", "retry"),
        ("botpress-concurrent.mjs", "8 retry"),
        ("botpress-concurrent.mjs", "8"),
    ] {
        let outcome = measure(&bot, bound, || {
            let mut command = scripts.command(script)?;
            command.args(args.split(' '));
            Ok(command)
        })?;
        let name = format!("{} {args}", scripts.name(script));
        add(&mut table, &name, bound, outcome, false);
    }
    println!("{table}");
    Ok(())
}

/// Runs a command against a new bot, whose rate limit is unused.
fn measure(bot: &Bot, bound: Duration, command: impl Fn() -> Result<Command>) -> Result<Outcome> {
    let running = bot.start()?;
    let cost = command().and_then(|mut command| {
        command
            .env("BP_BOT_ID", "bench")
            .env("BP_TOKEN", "x")
            .env("BP_API_URL", running.url());
        run(vec![command], bound * LONGEST)
    });
    Ok((cost, running.asked()))
}

fn add(table: &mut Table, name: &str, bound: Duration, (cost, asked): Outcome, is_own: bool) {
    let [all, refused] = asked.map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    let ratio = cost.as_ref().ok().map(|cost| times(cost.wall, bound));
    let percent = 100.0 * refused / all;
    let name_of_percent = format!("% of {all} answered 429");
    let targets = match ratio {
        Some(ratio) if is_own => vec![
            Target::at_most("x bound", ratio, OF_BOUND),
            Target::at_most(&name_of_percent, percent, REFUSED_PERCENT),
        ],
        _ => vec![Target::none(&name_of_percent, percent)],
    };
    let spread = ratio.and_then(|ratio| Spread::of([ratio].into_iter()));
    table.add(name, Some(cost.as_ref().copied()), spread, &targets);
}
