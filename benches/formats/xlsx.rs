//! The memory of a workbook with a million messages.

use std::time::Duration;

use anyhow::Result;

use crate::support::case::Case;
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, number, words};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "us each", "peak MB", "targets"];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);
const PEAK_MB: f64 = 60.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let messages = number("BENCH_MESSAGES", 1_000_000)?;
    let folder = tempfile::tempdir()?;
    let [file, book] = ["all.jsonl", "all.xlsx"].map(|name| folder.path().join(name));
    words::write(&file, messages)?;
    let name = format!("convexport render FILE.jsonl -o FILE.xlsx, {messages} messages");
    let mut case = Case::new(name, LONGEST, move || {
        let mut command = convexport("render");
        command.arg(&file).arg("-o").arg(&book);
        Ok(vec![command])
    });
    case.measure();
    let each = case.seconds(|cost| cost.wall);
    let each = each.map(|seconds| {
        seconds.scaled(1e6 / f64::from(u32::try_from(messages).unwrap_or(u32::MAX)))
    });
    let target = case
        .cost()
        .map(|cost| Target::at_most("MB", megabytes(cost.peak), PEAK_MB));
    let target: Vec<_> = target.into_iter().collect();
    let mut table = Table::new(HEADINGS);
    table.add(&case.name, case.outcome(), each, &target);
    println!("{table}");
    Ok(())
}
