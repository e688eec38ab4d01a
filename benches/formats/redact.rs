//! What `--redact` costs over an answer of boost.ai.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::support::case::{Case, ROUNDS};
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, export, number};

/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x without", "peak MB", "targets"];

/// The JSON that a core redacts in a second, in megabytes.
const SPEED: f64 = 20.0;
const PEAK_MB: f64 = 48.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("answer.json.gz");
    let made = export::write(&file, number("BENCH_MB", 100)? * 1_000_000)?;
    std::fs::write(
        folder.path().join("key"),
        "a key of more than sixteen bytes",
    )?;
    println!(
        "{:.0} MB of JSON, {} conversations",
        megabytes(made.size),
        made.conversations
    );
    let case = |flags: &'static str| case(flags, &file, folder.path().join("key"));
    let mut plain = case("-f jsonl --no-raw");
    let mut redacted = case("-f jsonl --redact");
    let mut raw = case("-f jsonl --redact --redact-raw");
    for _ in 0..ROUNDS {
        [&mut plain, &mut redacted, &mut raw]
            .into_iter()
            .for_each(Case::measure);
    }
    let mut table = Table::new(HEADINGS);
    for (case, has_target) in [(&plain, false), (&redacted, true), (&raw, false)] {
        let ratio = case.times(&plain, |cost| cost.cpu);
        let targets = case.cost().filter(|_| has_target).map(|cost| {
            let speed = megabytes(made.size) / cost.cpu.as_secs_f64();
            [
                Target::at_least("MB/s per core", speed, SPEED),
                Target::at_most("MB", megabytes(cost.peak), PEAK_MB),
            ]
        });
        let targets: Vec<_> = targets.into_iter().flatten().collect();
        table.add(&case.name, case.outcome(), ratio, &targets);
    }
    println!("{table}");
    Ok(())
}

fn case(flags: &'static str, file: &Path, key: PathBuf) -> Case {
    let file = file.to_owned();
    Case::new(
        format!("convexport boost --input FILE {flags}"),
        LONGEST,
        move || {
            let mut command = convexport("boost");
            command.args(flags.split(' ')).arg("--input").arg(&file);
            if flags.contains("--redact") {
                command.arg("--redact-key-file").arg(&key);
            }
            Ok(vec![command])
        },
    )
}
