//! An archive: to fill it, to fill it again with the same, to render it, to search it, and a run with nothing new.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::support::bot::Bot;
use crate::support::case::{Case, ROUNDS};
use crate::support::measure::{Cost, run};
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, export, number, peers, words};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x first", "peak MB", "targets"];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(900);
const FILL: f64 = 6.0;
const FILL_AGAIN: f64 = 2.0;
const RENDER: f64 = 2.0;
const SIZE: f64 = 1.3;
const SEARCH_MS: f64 = 100.0;
const GROWTH_MB: f64 = 3.0;
const GROWTH_SECONDS: f64 = 1.0;

/// Prints the tables.
pub fn measure() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fill(folder.path(), number("BENCH_MB", 300)?)?;
    search(folder.path(), number("BENCH_MESSAGES", 1_000_000)?)?;
    quiet_night(folder.path(), number("BENCH_CONVERSATIONS", 200_000)?)
}

/// Fills an archive from a file, and renders it, against the same with jsonl.
fn fill(folder: &Path, size: u64) -> Result<()> {
    let file = folder.join("export.json.gz");
    export::write(&file, size * 1_000_000)?;
    let (jsonl, archive) = (folder.join("export.jsonl"), folder.join("export.db"));
    done(boost(&file).arg("-o").arg(&jsonl))?;
    let mut cases = [
        case(
            "boost --input FILE -f jsonl",
            &boost(&file),
            &["-f", "jsonl"],
        ),
        new_archive(&file, &archive),
        case(
            "the same again",
            &boost(&file),
            &["--archive", text(&archive)?],
        ),
        case(
            "render FILE.jsonl -f jsonl",
            &convexport("render"),
            &[text(&jsonl)?, "-f", "jsonl"],
        ),
        case(
            "render ARCHIVE -f jsonl",
            &convexport("render"),
            &[text(&archive)?, "-f", "jsonl"],
        ),
    ];
    let mut python = executemany(folder, &jsonl);
    for _ in 0..ROUNDS {
        cases
            .iter_mut()
            .chain([&mut python])
            .for_each(Case::measure);
    }
    let mut table = Table::new(HEADINGS);
    let bytes = |path| fs::metadata(path).map_or(0, |meta| meta.len());
    let larger = megabytes(bytes(&archive)) / megabytes(bytes(&jsonl));
    let base = [0, 0, 0, 3, 3];
    let limits = [None, Some(FILL), Some(FILL_AGAIN), None, Some(RENDER)];
    for ((number, base), limit) in (0..).zip(base).zip(limits) {
        let ratio = cases[number].times(&cases[base], |cost| cost.wall);
        let mut targets: Vec<_> = ratio
            .zip(limit)
            .map(|(ratio, most)| Target::at_most("x the wall time", ratio.median, most))
            .into_iter()
            .collect();
        if number == 1 {
            targets.push(Target::at_most("x the size of the jsonl", larger, SIZE));
        }
        let case = &cases[number];
        table.add(&case.name, case.outcome(), ratio, &targets);
    }
    let ratio = python.times(&cases[0], |cost| cost.wall);
    table.add(&python.name, python.outcome(), ratio, &[]);
    println!("{table}");
    fs::remove_file(&archive)?;
    Ok(fs::remove_file(&jsonl)?)
}

/// Searches a large archive for a hundred words.
fn search(folder: &Path, messages: usize) -> Result<()> {
    let (file, archive) = (folder.join("large.jsonl"), folder.join("large.db"));
    words::write(&file, messages)?;
    done(
        convexport("render")
            .arg(&file)
            .arg("--archive")
            .arg(&archive),
    )?;
    fs::remove_file(&file)?;
    let words = words::sample(100);
    let mut waits = Vec::new();
    for word in &words {
        let mut command = convexport("search");
        command.arg(&archive).arg(word);
        waits.push(run(vec![command], LONGEST)?.wall);
    }
    waits.sort();
    let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
    let [half, most] = [50, 95].map(|percent| at(percent).as_secs_f64() * 1000.0);
    println!(
        "search of {messages} messages for {} words, the whole process: median {half:.0} ms, 95th percentile {}\n",
        words.len(),
        Target::at_most("ms", most, SEARCH_MS)
    );
    Ok(fs::remove_file(&archive)?)
}

/// A run with nothing new on a small archive and on a large one.
fn quiet_night(folder: &Path, conversations: usize) -> Result<()> {
    let small = night(folder, 1000)?;
    let large = night(folder, conversations)?;
    let growth = megabytes(large.peak) - megabytes(small.peak);
    let longer = large.wall.as_secs_f64() - small.wall.as_secs_f64();
    println!(
        "a run with nothing new: {:.2} s and {:.1} MB with 1000 conversations, {:.2} s and {:.1} MB with {conversations}: {}, {}",
        small.wall.as_secs_f64(),
        megabytes(small.peak),
        large.wall.as_secs_f64(),
        megabytes(large.peak),
        Target::at_most("MB more", growth, GROWTH_MB),
        Target::at_most("s more", longer, GROWTH_SECONDS)
    );
    Ok(())
}

fn night(folder: &Path, conversations: usize) -> Result<Cost> {
    let bot = Bot {
        conversations,
        messages: |_| 3,
        latency: Duration::ZERO,
        limit: None,
        pictures: None,
    };
    let url = bot.start()?.url();
    let archive = folder.join(format!("{conversations}.db"));
    let mut case = Case::new("a run with nothing new", LONGEST, move || {
        let mut command = convexport("botpress --bot-id bench --archive");
        command.arg(&archive);
        command.env("BP_TOKEN", "x").env("BP_API_URL", &url);
        Ok(vec![command])
    });
    run(case.commands()?, LONGEST)?;
    for _ in 0..ROUNDS {
        case.measure();
    }
    case.cost().context("a run with nothing new failed")
}

fn boost(file: &Path) -> Command {
    let mut command = convexport("boost --input");
    command.arg(file);
    command
}

/// A command that is the same in every round.
fn case(name: &str, command: &Command, args: &[&str]) -> Case {
    let program = command.get_program().to_owned();
    let all: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let more: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
    Case::new(format!("convexport {name}"), LONGEST, move || {
        let mut command = Command::new(&program);
        command.env_clear().args(&all).args(&more);
        Ok(vec![command])
    })
}

/// Fills an archive that does not exist before.
fn new_archive(file: &Path, archive: &Path) -> Case {
    let (file, archive): (PathBuf, PathBuf) = (file.to_owned(), archive.to_owned());
    let name = "convexport boost --input FILE --archive NEW.db";
    Case::new(name, LONGEST, move || {
        if archive.exists() {
            fs::remove_file(&archive)?;
        }
        let mut command = boost(&file);
        command.arg("--archive").arg(&archive);
        Ok(vec![command])
    })
}

/// A database of the jsonl as people write one: Python's sqlite3, with an index of words, and without any checks.
fn executemany(folder: &Path, jsonl: &Path) -> Case {
    let (database, jsonl) = (folder.join("peer.db"), jsonl.to_owned());
    let installed = peers::PYTHON.install();
    installed.case("fill-sqlite.py", LONGEST, move |command| {
        fs::remove_file(&database).ok();
        command.arg(&jsonl).arg(&database);
    })
}

fn done(command: &mut Command) -> Result<()> {
    let status = command.status().context("convexport cannot be started")?;
    anyhow::ensure!(status.success(), "a command failed: {status}");
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path is no text")
}
