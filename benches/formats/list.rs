//! The memory of a list of a million conversations.

use std::time::Duration;

use anyhow::Result;

use crate::support::bot::Bot;
use crate::support::case::Case;
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, number};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "us each", "peak MB", "targets"];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);
const PEAK_MB: f64 = 24.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let conversations = number("BENCH_LISTED", 1_000_000)?;
    let mut table = Table::new(HEADINGS);
    let bot = Bot {
        conversations,
        messages: |_| 10,
        latency: Duration::ZERO,
        limit: None,
        pictures: None,
    };
    let url = bot.start()?.url();
    let name = format!("convexport botpress --list, {conversations} conversations");
    let mut case = Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench --list");
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        Ok(vec![command])
    });
    case.measure();
    let each = case.seconds(|cost| cost.wall);
    let each = each.map(|seconds| {
        seconds.scaled(1e6 / f64::from(u32::try_from(conversations).unwrap_or(u32::MAX)))
    });
    let target = case
        .cost()
        .map(|cost| Target::at_most("MB", megabytes(cost.peak), PEAK_MB));
    let target: Vec<_> = target.into_iter().collect();
    table.add(&case.name, case.outcome(), each, &target);
    println!("{table}");
    Ok(())
}
