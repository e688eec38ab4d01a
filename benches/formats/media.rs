//! What media cost beside the messages: time, and memory.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::support::bot::Bot;
use crate::support::case::{Case, ROUNDS};
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, number};

const LATENCY: Duration = Duration::from_millis(20);
/// How many media are downloaded at once by default.
const SLOTS: usize = 8;
/// The limit that the vendor documents.
const LIMIT: (usize, Duration) = (100, Duration::from_secs(10));
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(300);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x alone", "peak MB", "targets"];
const TIMES_ALONE: f64 = 1.2;
const MORE_MB: f64 = 8.0;

/// A bot, and the same export of it with and without media.
struct Group {
    title: String,
    bot: Bot,
    /// How many media are downloaded at once, by line. `None` for the messages alone.
    cases: Vec<(Option<usize>, Case)>,
    /// How long a request takes.
    latency: Duration,
}

/// Prints the tables.
pub fn measure() -> Result<()> {
    let folder = tempfile::tempdir()?;
    time(folder.path())?;
    memory(folder.path())
}

/// Conversations of 5, 10 and 20 messages, as an export and into an archive.
fn time(folder: &Path) -> Result<()> {
    let conversations = number("BENCH_CONVERSATIONS", 500)?;
    let bot = |messages, conversations, limit| Bot {
        conversations,
        messages,
        latency: LATENCY,
        limit,
        pictures: Some(|_| 20_000),
    };
    let all: [fn(usize) -> usize; 3] = [|_| 5, |_| 10, |_| 20];
    let mut groups = Vec::new();
    for messages in all {
        let bot = bot(messages, conversations, None);
        for archive in [false, true] {
            groups.push(Group::new(bot, archive, 32, folder)?);
        }
    }
    let first = bot(all[0], conversations, None);
    groups.push(Group::new(first, false, SLOTS, folder)?);
    let limited = bot(all[0], conversations / 3, Some(LIMIT));
    groups.push(Group::new(limited, false, 32, folder)?);
    for _ in 0..ROUNDS {
        let cases = groups.iter_mut().flat_map(|group| &mut group.cases);
        cases.for_each(|(_, case)| case.measure());
    }
    for group in &groups {
        println!("{}\n{}", group.title, group.table());
    }
    Ok(())
}

impl Group {
    fn new(bot: Bot, archive: bool, at_once: usize, folder: &Path) -> Result<Self> {
        let slots = [None, Some(SLOTS), Some(32)];
        let cases = slots.map(|slots| (slots, case(bot, archive, at_once, slots, folder)));
        let limit = bot.limit.map_or("", |_| ", with the vendor's rate limit");
        let title = format!(
            "{} conversations of {} messages, {} pictures, {at_once} conversations at once{limit}",
            bot.conversations,
            (bot.messages)(0),
            bot.pictures(),
        );
        let latency = Bot { limit: None, ..bot }.start()?.latency()?;
        Ok(Self {
            title,
            bot,
            cases: cases.into(),
            latency,
        })
    }

    fn table(&self) -> Table {
        let mut table = Table::new(HEADINGS);
        let messages = &self.cases[0].1;
        for (slots, case) in &self.cases {
            let ratio = case.times(messages, |cost| cost.wall);
            let mut targets = Vec::new();
            if let (Some(slots), Some(alone), Some(ratio)) = (slots, messages.cost(), ratio) {
                let least = self.bound(*slots).as_secs_f64() / alone.wall.as_secs_f64();
                let least = least.max(1.0);
                targets.push(Target::at_most("x alone", ratio.median, TIMES_ALONE));
                targets.push(Target::none("x is the least with so many at once", least));
                let of_least = ratio.median / least;
                targets.push(Target::at_most("x the least", of_least, TIMES_ALONE));
            }
            table.add(&case.name, case.outcome(), ratio, &targets);
        }
        table
    }

    /// The least time that the media take, with so many at once.
    fn bound(&self, slots: usize) -> Duration {
        let turns = self.bot.pictures().div_ceil(slots);
        // The first come with the first conversation: the list, and its messages.
        self.latency * u32::try_from(turns + 2).unwrap_or(u32::MAX)
    }
}

/// An export of the bot into a new folder.
fn case(bot: Bot, archive: bool, at_once: usize, slots: Option<usize>, folder: &Path) -> Case {
    let output = if archive {
        "--archive a.db"
    } else {
        "-o a.jsonl"
    };
    let media = match slots {
        None => String::new(),
        Some(slots) => {
            let place = if archive { "" } else { " DIR" };
            format!(" --media{place} --media-concurrency {slots}")
        }
    };
    let name = format!("convexport botpress {output}{media}");
    let args = format!(
        "botpress --bot-id bench --concurrency {at_once} {}",
        name.trim_start_matches("convexport botpress ")
    );
    let folder = folder.join("run");
    Case::new(name, LONGEST, move || {
        // Every run begins with nothing.
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        let mut command = convexport(&args);
        command
            .current_dir(&folder)
            .env("BP_TOKEN", "x")
            .env("BP_API_URL", bot.start()?.url());
        Ok(vec![command])
    })
}

/// Two gigabytes in files of 1 to 40 MB.
fn memory(folder: &Path) -> Result<()> {
    let least: usize = number("BENCH_MEDIA_MB", 2000)?;
    let size = |number: usize| (number / 1000 % 40 + 1) * 1_000_000;
    let mut bot = Bot {
        conversations: 0,
        messages: |_| 5,
        latency: Duration::ZERO,
        limit: None,
        pictures: Some(size),
    };
    let mut bytes = 0;
    while bytes < least * 1_000_000 {
        bytes += size(bot.conversations * 1000);
        bot.conversations += 1;
    }
    let files = bot.conversations;
    println!(
        "{} MB of media in {files} files of 1 to 40 MB",
        bytes / 1_000_000
    );
    let mut table = Table::new(HEADINGS);
    for archive in [false, true] {
        let mut alone = None;
        for slots in [None, Some(SLOTS)] {
            let mut case = case(bot, archive, 32, slots, folder);
            case.measure();
            let peak = case.cost().map(|cost| megabytes(cost.peak));
            let targets = alone
                .zip(peak)
                .map(|(alone, peak): (f64, f64)| Target::at_most("MB more", peak - alone, MORE_MB));
            table.add(&case.name, case.outcome(), None, targets.as_slice());
            alone = alone.or(peak);
        }
    }
    println!("{table}");
    Ok(())
}
