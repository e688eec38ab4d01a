//! How time and memory grow with the size of an export: 1, 10 and 100 times as much.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::support::bot::Bot;
use crate::support::case::{Case, ROUNDS, Spread};
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, export, number};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "us each", "peak MB", "targets"];
const TIMES: [u32; 3] = [1, 10, 100];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(300);
const GROWTH_MB: f64 = 3.0;
/// How many times as long a conversation may take as in the smallest export.
const EACH: f64 = 1.1;
/// How many times as long an export may take that writes a file for each conversation.
const FILES: f64 = 2.0;

/// An export, and its number of conversations.
struct Size {
    conversations: f64,
    case: Case,
}

/// Prints the table.
pub fn measure() -> Result<()> {
    let conversations = number("BENCH_CONVERSATIONS", 500)?;
    let least = (number("BENCH_MB", 300)? / TIMES[2]).max(1);
    let folder = tempfile::tempdir()?;
    let mut botpress = Vec::new();
    let mut boost = Vec::new();
    for times in TIMES {
        botpress.push(from_bot(conversations * times, None)?);
        let file = folder.path().join(format!("{times}.json.gz"));
        boost.push(from_file(file, u64::from(least * times))?);
    }
    let most = conversations * TIMES[2];
    let [mut file, mut files] = [
        from_bot(most, Some(("-o", folder.path().to_owned())))?,
        from_bot(most, Some(("-d", folder.path().to_owned())))?,
    ];
    for _ in 0..ROUNDS {
        let sizes = botpress.iter_mut().chain(&mut boost);
        let written = [&mut file, &mut files];
        sizes.chain(written).for_each(|size| size.case.measure());
    }
    let mut table = Table::new(HEADINGS);
    add(&mut table, &botpress);
    table.add(&file.case.name, file.case.outcome(), file.each(), &[]);
    let ratio = files.case.times(&file.case, |cost| cost.wall);
    let ratio = ratio.map(|ratio| Target::at_most("x the time of one file", ratio.median, FILES));
    let ratio: Vec<_> = ratio.into_iter().collect();
    table.add(&files.case.name, files.case.outcome(), files.each(), &ratio);
    add(&mut table, &boost);
    println!("{table}");
    Ok(())
}

/// An export of a bot to stdout, or with this flag to a new place in this folder each time.
fn from_bot(conversations: u32, place: Option<(&'static str, PathBuf)>) -> Result<Size> {
    let bot = Bot {
        conversations: conversations.try_into()?,
        messages: |_| 10,
        latency: Duration::ZERO,
        limit: None,
        pictures: None,
    };
    let url = bot.start()?.url();
    let flag = place
        .as_ref()
        .map_or(String::new(), |(flag, _)| format!(" {flag}"));
    let name = format!("convexport botpress -f jsonl{flag}, {conversations} conversations");
    let case = Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench -f jsonl");
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        if let Some((flag, folder)) = &place {
            let new = tempfile::tempdir_in(folder)?.keep();
            command.arg(flag).arg(new.join("out"));
        }
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

/// Adds the lines of one vendor, which are compared with the first one.
fn add(table: &mut Table, sizes: &[Size]) {
    let first = &sizes[0];
    for (number, size) in sizes.iter().enumerate() {
        let mut targets = Vec::new();
        if number > 0
            && let Some(ratio) = size.case.times(&first.case, |cost| cost.wall)
        {
            let each = ratio.scaled(first.conversations / size.conversations);
            let name = "x the time each of the first";
            targets.push(Target::at_most(name, each.median, EACH));
        }
        let first = first.case.cost().filter(|_| number > 0);
        if let Some((cost, first)) = size.case.cost().zip(first) {
            let growth = megabytes(cost.peak) - megabytes(first.peak);
            targets.push(Target::at_most("MB above the first", growth, GROWTH_MB));
        }
        table.add(&size.case.name, size.case.outcome(), size.each(), &targets);
    }
}

impl Size {
    /// How many microseconds a conversation took.
    fn each(&self) -> Option<Spread> {
        let seconds = self.case.seconds(|cost| cost.wall)?;
        Some(seconds.scaled(1e6 / self.conversations))
    }
}
