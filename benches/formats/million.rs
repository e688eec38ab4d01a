//! The memory of what has a million items: a list of conversations, and a workbook of messages.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::support::bot::Bot;
use crate::support::case::Case;
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, number, words};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "us each", "peak MB", "targets"];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);
const MILLION: u32 = 1_000_000;
const LIST_MB: f64 = 24.0;
const BOOK_MB: f64 = 60.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let (listed, messages) = (
        number("BENCH_LISTED", MILLION)?,
        number("BENCH_MESSAGES", MILLION)?,
    );
    let folder = tempfile::tempdir()?;
    let mut table = Table::new(HEADINGS);
    add(&mut table, list(listed)?, listed, LIST_MB);
    add(
        &mut table,
        book(folder.path(), messages)?,
        messages,
        BOOK_MB,
    );
    println!("{table}");
    Ok(())
}

fn list(conversations: u32) -> Result<Case> {
    let bot = Bot {
        conversations: conversations.try_into()?,
        messages: |_| 10,
        latency: Duration::ZERO,
        limit: None,
        pictures: None,
    };
    let url = bot.start()?.url();
    let name = format!("convexport botpress --list, {conversations} conversations");
    Ok(Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench --list");
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        Ok(vec![command])
    }))
}

fn book(folder: &Path, messages: u32) -> Result<Case> {
    let [file, book] = ["all.jsonl", "all.xlsx"].map(|name| folder.join(name));
    words::write(&file, messages.try_into()?)?;
    let name = format!("convexport render FILE.jsonl -o FILE.xlsx, {messages} messages");
    Ok(Case::new(name, LONGEST, move || {
        let mut command = convexport("render");
        command.arg(&file).arg("-o").arg(&book);
        Ok(vec![command])
    }))
}

/// Runs a case of so many items once, and adds its line.
fn add(table: &mut Table, mut case: Case, items: u32, most: f64) {
    case.measure();
    let each = case.seconds(|cost| cost.wall);
    let each = each.map(|seconds| seconds.scaled(1e6 / f64::from(items)));
    let peak = case.cost().map(|cost| megabytes(cost.peak));
    let target = peak.map(|peak| Target::at_most("MB", peak, most));
    table.add(&case.name, case.outcome(), each, target.as_slice());
}
