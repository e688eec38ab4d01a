//! Measures an export from Botpress, and compares it with the minimum that the latency allows and with the vendor's
//! client. README.md says how to run it.

#![expect(clippy::print_stdout, reason = "a bench is read by people")]

mod support;

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use support::bot::{Bot, Running};
use support::bound;
use support::case::{Case, ROUNDS};
use support::measure::Cost;
use support::peers::{BOTPRESS, Installed};
use support::table::{Table, Target, times, times_memory};
use support::{convexport, number, obstacle};

const LATENCY: Duration = Duration::from_millis(20);
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(120);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x bound", "peak MB", "targets"];
const OF_BOUND: f64 = 1.1;
/// Pairs: the concurrency, and how many times as fast as the sequential script the export must be.
const FASTER: [(usize, f64); 2] = [(10, 9.0), (32, 20.0)];
const CPU_OF_SCRIPT: f64 = 0.1;
const MEMORY_OF_SCRIPT: f64 = 0.1;
const OF_ANY_ORDER: f64 = 1.25;

/// A line of the table, and the minimum number of its round trips.
struct Line {
    at_once: usize,
    trips: usize,
    case: Case,
}

fn main() -> Result<()> {
    let args: Vec<_> = env::args().skip(1).collect();
    if let Some(obstacle) = obstacle(&args) {
        println!("{obstacle}");
        return Ok(());
    }
    let conversations = number("BENCH_CONVERSATIONS", 500)?;
    let default = default_concurrency()?;
    let even = Bot {
        conversations,
        messages: |_| 10,
        latency: LATENCY,
        limit: None,
        pictures: None,
    };
    let running = even.start()?;
    let latency = running.latency()?;
    println!(
        "{conversations} conversations of 10 messages, {} requests; {default} at once by default; \
         L = {:.2} ms; {} cores",
        even.requests(),
        latency.as_secs_f64() * 1e3,
        std::thread::available_parallelism()?
    );
    println!("{}", measure_even(&even, &running, latency, default));

    let skewed = Bot {
        messages: |place| if place % 100 == 30 { 400 } else { 10 },
        ..even
    };
    println!(
        "1 in 100 of them has 400 messages, {} requests; bound: written as completed, computed",
        skewed.requests()
    );
    println!("{}", measure_skewed(&skewed, latency, default)?);
    Ok(())
}

/// Reads the default from the help text.
fn default_concurrency() -> Result<usize> {
    let help = convexport("botpress --help").output()?.stdout;
    let help = String::from_utf8(help)?;
    let default = help
        .split_once("--concurrency <N>")
        .and_then(|(_, rest)| rest.split_once("[default: "))
        .and_then(|(_, rest)| rest.split_once(']'))
        .and_then(|(default, _)| default.parse().ok());
    default.context("the help does not tell the default of --concurrency")
}

fn measure_even(bot: &Bot, running: &Running, latency: Duration, default: usize) -> Table {
    let line = |at_once: usize, case: Case| Line {
        at_once,
        trips: bound::even(bot, at_once),
        case,
    };
    let scripts = BOTPRESS.install();
    let mut script = Line {
        at_once: 1,
        trips: bot.requests(),
        case: peer(&scripts, running, None),
    };
    let mut concurrent = [8, 10, 20, 32].map(|n| line(n, peer(&scripts, running, Some(n))));
    let mut own = [1, 8, 10, 20, 32].map(|n| line(n, stdout(running, Some(n))));
    let mut usual = line(default, stdout(running, None));
    for _ in 0..ROUNDS {
        let all = own.iter_mut().chain([&mut usual, &mut script]);
        all.chain(&mut concurrent)
            .for_each(|line| line.case.measure());
    }
    let mut table = Table::new(HEADINGS);
    for own in own.iter().chain([&usual]) {
        own.add_to(&mut table, latency, |cost, bound| {
            beside_script(cost, bound, own.at_once, script.case.cost())
        });
    }
    for other in [&script].into_iter().chain(&concurrent) {
        other.add_to(&mut table, latency, |_, _| Vec::new());
    }
    table
}

fn beside_script(cost: &Cost, bound: f64, at_once: usize, script: Option<&Cost>) -> Vec<Target> {
    let mut targets = vec![Target::at_most("x bound", bound, OF_BOUND)];
    let Some(script) = script else {
        return targets;
    };
    let faster = times(script.wall, cost.wall);
    let name = "x as fast as the script";
    let least = FASTER.iter().find(|(number, _)| *number == at_once);
    targets.push(match least {
        Some((_, least)) => Target::at_least(name, faster, *least),
        None => Target::none(name, faster),
    });
    targets.push(Target::at_most(
        "x its CPU",
        times(cost.cpu, script.cpu),
        CPU_OF_SCRIPT,
    ));
    let memory = times_memory(cost, script);
    targets.push(Target::at_most("x its memory", memory, MEMORY_OF_SCRIPT));
    targets
}

fn measure_skewed(bot: &Bot, latency: Duration, default: usize) -> Result<Table> {
    let running = bot.start()?;
    let folder = tempfile::tempdir()?;
    let line = |at_once: usize, case: Case| Line {
        at_once,
        trips: bound::completion_order(bot, at_once),
        case,
    };
    let mut lines: Vec<[Line; 2]> = [Some(8), Some(20), None]
        .map(|at_once| {
            let number = at_once.unwrap_or(default);
            [
                line(number, stdout(&running, at_once)),
                line(number, directory(&running, at_once, &folder)),
            ]
        })
        .into();
    for _ in 0..ROUNDS {
        let all = lines.iter_mut().flatten();
        all.for_each(|line| line.case.measure());
    }
    let mut table = Table::new(HEADINGS);
    for [ordered, any_order] in &lines {
        ordered.add_to(&mut table, latency, |cost, bound| {
            let any = any_order.case.cost();
            let any = any.map(|any| times(cost.wall, any.wall));
            let plain = ratio(bound::listing_order(bot, ordered.at_once), ordered.trips);
            [Target::at_most("x bound", bound, OF_ANY_ORDER)]
                .into_iter()
                .chain(any.map(|any| Target::at_most("x -d", any, OF_ANY_ORDER)))
                .chain([Target::none("x bound by buffered(n), computed", plain)])
                .collect()
        });
        any_order.add_to(&mut table, latency, |_, _| Vec::new());
    }
    Ok(table)
}

impl Line {
    fn add_to(
        &self,
        table: &mut Table,
        latency: Duration,
        targets: impl Fn(&Cost, f64) -> Vec<Target>,
    ) {
        let bound = latency * u32::try_from(self.trips).unwrap_or(u32::MAX);
        let measured = self.case.cost();
        let measured = measured.map(|cost| (cost, times(cost.wall, bound)));
        let targets = measured.map(|(cost, ratio)| targets(cost, ratio));
        table.add(
            &self.case.name,
            self.case.outcome(),
            measured.map(|(_, ratio)| ratio),
            &targets.unwrap_or_default(),
        );
    }
}

fn stdout(running: &Running, at_once: Option<usize>) -> Case {
    own("-f text", running, at_once, None)
}

/// Writes one file per conversation to a new folder each time.
fn directory(running: &Running, at_once: Option<usize>, folder: &TempDir) -> Case {
    let folder = folder.path().to_owned();
    own("-f text -d DIR", running, at_once, Some(folder))
}

fn own(flags: &str, running: &Running, at_once: Option<usize>, folder: Option<PathBuf>) -> Case {
    let concurrency = at_once.map_or(String::new(), |number| format!(" --concurrency {number}"));
    let name = format!("convexport botpress {flags}{concurrency}");
    let url = running.url();
    Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench -f text");
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        command.args(concurrency.split_whitespace());
        if let Some(folder) = &folder {
            let new = tempfile::tempdir_in(folder)?.keep();
            command.arg("-d").arg(new);
        }
        Ok(vec![command])
    })
}

/// The sequential script, or the concurrent one when `at_once` is given.
fn peer(scripts: &Installed, running: &Running, at_once: Option<usize>) -> Case {
    let url = running.url();
    let script = match at_once {
        None => "botpress-sequential.mjs",
        Some(_) => "botpress-concurrent.mjs",
    };
    let mut case = scripts.case(script, LONGEST, move |command| {
        command
            .args(at_once.map(|number| number.to_string()))
            .env("BP_BOT_ID", "bench")
            .env("BP_TOKEN", "x")
            .env("BP_API_URL", &url);
    });
    if let Some(number) = at_once {
        case.name = format!("{} {number}", case.name);
    }
    case
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn ratio(one: usize, other: usize) -> f64 {
    one as f64 / other as f64
}
