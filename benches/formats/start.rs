//! What it costs to start the program.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::support::case::{Case, ROUNDS};
use crate::support::convexport;
use crate::support::table::{Table, Target};

const HEADINGS: [&str; 6] = ["", "wall s", "CPU s", "ms of CPU", "peak MB", "targets"];
/// A command that takes longer is killed.
const LONGEST: Duration = Duration::from_secs(10);
const START_MS: f64 = 3.0;

/// Prints the table.
pub fn measure() -> Result<()> {
    let mut case = Case::new("convexport --version", LONGEST, || {
        Ok(vec![convexport("--version")])
    });
    // One is so short that some more do no harm.
    for _ in 0..4 * ROUNDS {
        case.measure();
    }
    let seconds = case.seconds(|cost| cost.cpu);
    let millis = seconds.context("it was not measured")?.scaled(1e3);
    let target = Target::at_most("ms", millis.median, START_MS);
    let mut table = Table::new(HEADINGS);
    table.add(&case.name, case.outcome(), Some(millis), &[target]);
    println!("{table}");
    Ok(())
}
