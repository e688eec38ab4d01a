//! What API v4 of boost.ai costs beside v3, for the same conversations.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::support::case::{Case, Spread};
use crate::support::table::{Table, Target, megabytes};
use crate::support::{convexport, export, export_v4, number};

/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(600);

/// The ratio is that of two times which are near each other, so it takes more rounds than the other benches.
const ROUNDS: usize = 7;

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "x v3", "peak MB", "targets"];

const FORMATS: [&str; 3] = ["-f jsonl", "-f jsonl --no-raw", "-f text"];

/// How many times the CPU time of v3 the same messages may take.
const TIMES_V3: f64 = 1.2;
const PEAK_MB: f64 = 24.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [old, new] = ["v3", "v4"].map(|name| folder.path().join(format!("{name}.json.gz")));
    let size = number("BENCH_MB", 200)? * 1_000_000;
    let made = export::write(&old, size)?;
    let again = export_v4::write(&new, made.conversations)?;
    println!(
        "{} conversations, {} messages; {:.0} MB of JSON as v3, {:.0} MB as v4",
        made.conversations,
        again.messages,
        megabytes(made.size),
        megabytes(again.size)
    );
    let mut pairs = FORMATS.map(|flags| [case("v3", flags, &old), case("v4", flags, &new)]);
    for _ in 0..ROUNDS {
        pairs.iter_mut().flatten().for_each(Case::measure);
    }
    // How many times the bytes of v3.
    let growth = megabytes(again.size) / megabytes(made.size);
    let mut table = Table::new(HEADINGS);
    for [old, new] in &pairs {
        table.add(&old.name, old.outcome(), None, &[]);
        let (ratio, targets) = compared(old, new, growth).unzip();
        table.add(
            &new.name,
            new.outcome(),
            ratio,
            &targets.unwrap_or_default(),
        );
    }
    println!("{table}");
    Ok(())
}

/// How many times the CPU time of v3, for the same messages; and what has a target.
fn compared(old: &Case, new: &Case, growth: f64) -> Option<(Spread, Vec<Target>)> {
    let ratio = new.times(old, |cost| cost.cpu)?;
    let targets = vec![
        Target::at_most("x v3", ratio.median, TIMES_V3),
        Target::none("x v3 per byte", ratio.median / growth),
        Target::at_most("MB", megabytes(new.cost()?.peak), PEAK_MB),
    ];
    Some((ratio, targets))
}

fn case(version: &str, flags: &'static str, file: &Path) -> Case {
    let (name, file) = (format!("{version} {flags}"), file.to_owned());
    Case::new(name, LONGEST, move || {
        let mut command = convexport("boost");
        command.args(flags.split(' ')).arg("--input").arg(&file);
        Ok(vec![command])
    })
}
