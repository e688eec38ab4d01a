//! Measures how time and memory grow with the size of an export: 1, 10 and 100 times as much. README.md says how to run
//! it.

#![expect(clippy::print_stdout, reason = "a bench is read by people")]

mod support;

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use support::bot::Bot;
use support::case::{Case, ROUNDS};
use support::table::{Table, Target, megabytes};
use support::{convexport, export, number, obstacle};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "us each", "peak MB", "targets"];
const TIMES: [u32; 3] = [1, 10, 100];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(300);
const GROWTH_MB: f64 = 10.0;
/// How many times as long a conversation may take as in an export of a tenth of the size.
const EACH: f64 = 1.1;

/// An export, and its number of conversations.
struct Size {
    conversations: f64,
    case: Case,
}

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    if let Some(obstacle) = obstacle(&args) {
        println!("{obstacle}");
        return Ok(());
    }
    let conversations = number("BENCH_CONVERSATIONS", 500)?;
    let least = (number("BENCH_MB", 300)? / TIMES[2]).max(1);
    let folder = tempfile::tempdir()?;
    let mut botpress = Vec::new();
    let mut boost = Vec::new();
    for times in TIMES {
        botpress.push(from_bot(conversations * times)?);
        let file = folder.path().join(format!("{times}.json.gz"));
        boost.push(from_file(file, u64::from(least * times))?);
    }
    for _ in 0..ROUNDS {
        let sizes = botpress.iter_mut().chain(&mut boost);
        sizes.for_each(|size| size.case.measure());
    }
    let mut table = Table::new(HEADINGS);
    for sizes in [&botpress, &boost] {
        add(&mut table, sizes);
    }
    println!("{table}");
    Ok(())
}

fn from_bot(conversations: u32) -> Result<Size> {
    let bot = Bot {
        conversations: conversations.try_into()?,
        messages: |_| 10,
        latency: Duration::ZERO,
        limit: None,
        pictures: None,
    };
    let url = bot.start()?.url();
    let name = format!("convexport botpress -f jsonl, {conversations} conversations");
    let case = Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench -f jsonl");
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        Ok(vec![command])
    });
    Ok(Size {
        conversations: conversations.into(),
        case,
    })
}

fn from_file(file: PathBuf, megabytes: u64) -> Result<Size> {
    let made = export::write(&file, megabytes * 1_000_000)?;
    let name = format!("convexport boost --input FILE -f jsonl, {megabytes} MB");
    let case = Case::new(name, LONGEST, move || {
        let mut command = convexport("boost -f jsonl --input");
        command.arg(&file);
        Ok(vec![command])
    });
    Ok(Size {
        conversations: u32::try_from(made.conversations)?.into(),
        case,
    })
}

/// Adds the lines of one vendor. Compares the memory with the first line, and the time with the line before.
fn add(table: &mut Table, sizes: &[Size]) {
    for (number, size) in sizes.iter().enumerate() {
        let mut targets = Vec::new();
        let before = number
            .checked_sub(1)
            .and_then(|before| sizes[before].each());
        if let Some((each, before)) = size.each().zip(before) {
            let name = "x the time each of the one before";
            targets.push(Target::at_most(name, each / before, EACH));
        }
        let first = sizes[0].case.cost().filter(|_| number > 0);
        if let Some((cost, first)) = size.case.cost().zip(first) {
            let growth = megabytes(cost.peak) - megabytes(first.peak);
            targets.push(Target::at_most("MB above the first", growth, GROWTH_MB));
        }
        table.add(&size.case.name, size.case.outcome(), size.each(), &targets);
    }
}

impl Size {
    /// How many microseconds a conversation took.
    fn each(&self) -> Option<f64> {
        let wall = self.case.cost()?.wall;
        Some(wall.as_secs_f64() * 1e6 / self.conversations)
    }
}
