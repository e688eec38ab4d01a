//! An export from Botpress, against the minimum that the latency allows, and against the vendor's client.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::support::bot::{Bot, Running, latency_over_tls};
use crate::support::bound;
use crate::support::case::{Case, ROUNDS};
use crate::support::measure::Cost;
use crate::support::peers::{BOTPRESS, Installed};
use crate::support::table::{Table, Target, times, times_memory};
use crate::support::tls::{self, Protocol};
use crate::support::{convexport, number};

/// Less than a vendor's cloud has, so that the program's own time shows.
const LATENCY: Duration = Duration::from_millis(20);
/// That of a cloud on another continent.
const REAL_LATENCY: Duration = Duration::from_millis(100);
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(120);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x bound", "peak MB", "targets"];
const OF_BOUND: f64 = 1.05;
/// The numbers of conversations at once that have a target, plain and over TLS.
const AT_ONCE: [usize; 3] = [8, 20, 32];
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

/// Prints the tables.
pub fn measure() -> Result<()> {
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
        milliseconds(latency),
        std::thread::available_parallelism()?
    );
    println!("{}", measure_even(&even, &running, latency, default));
    for latency in [LATENCY, REAL_LATENCY] {
        measure_tls(&Bot { latency, ..even })?;
    }

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
            beside_script(cost, bound, own.at_once, script.case.cost().as_ref())
        });
    }
    for other in [&script].into_iter().chain(&concurrent) {
        other.add_to(&mut table, latency, |_, _| Vec::new());
    }
    table
}

/// Prints the table of a bot over TLS, with both protocols.
fn measure_tls(bot: &Bot) -> Result<()> {
    let http1 = bot.start_tls(Protocol::Http1)?;
    let http2 = bot.start_tls(Protocol::Http2)?;
    // It is measured with HTTP/1.1. The server waits in the same way for either.
    let latency = latency_over_tls(&http1)?;
    let mut lines = Vec::new();
    for (protocol, url) in [(Protocol::Http1, http1), (Protocol::Http2, http2)] {
        for at_once in AT_ONCE {
            let mut case = own("-f text", &url, Some(at_once), None);
            case.name = format!("{}, {}", case.name, protocol.name());
            let trips = bound::even(bot, at_once);
            lines.push(Line {
                at_once,
                trips,
                case,
            });
        }
    }
    for _ in 0..ROUNDS {
        for line in &mut lines {
            line.case.measure();
        }
    }
    let mut table = Table::new(HEADINGS);
    for line in &lines {
        line.add_to(&mut table, latency, |_, bound| {
            vec![Target::at_most("x bound", bound, OF_BOUND)]
        });
    }
    println!("the same over TLS; L = {:.2} ms", milliseconds(latency));
    println!("{table}");
    Ok(())
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
        let ratio = self.case.seconds(|cost| cost.wall);
        let ratio = ratio.map(|seconds| seconds.scaled(1.0 / bound.as_secs_f64()));
        let cost = self.case.cost();
        let measured = cost.as_ref().zip(ratio);
        let targets = measured.map(|(cost, ratio)| targets(cost, ratio.median));
        table.add(
            &self.case.name,
            self.case.outcome(),
            ratio,
            &targets.unwrap_or_default(),
        );
    }
}

fn stdout(running: &Running, at_once: Option<usize>) -> Case {
    own("-f text", &running.url(), at_once, None)
}

/// Writes one file per conversation to a new folder each time.
fn directory(running: &Running, at_once: Option<usize>, folder: &TempDir) -> Case {
    let folder = folder.path().to_owned();
    own("-f text -d DIR", &running.url(), at_once, Some(folder))
}

fn own(flags: &str, url: &str, at_once: Option<usize>, folder: Option<PathBuf>) -> Case {
    let concurrency = at_once.map_or(String::new(), |number| format!(" --concurrency {number}"));
    let name = format!("convexport botpress {flags}{concurrency}");
    let url = url.to_owned();
    Case::new(name, LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench -f text");
        command
            .env("BP_TOKEN", "x")
            .env("BP_API_URL", &url)
            .env("SSL_CERT_FILE", tls::certificate());
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

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn ratio(one: usize, other: usize) -> f64 {
    one as f64 / other as f64
}
