//! A table with the figures and their targets.

use std::fmt::{self, Display};
use std::time::Duration;

use anyhow::Result;

use super::case::Spread;
use super::measure::Cost;

const NONE: [&str; 3] = ["-"; 3];

/// The lines of a table.
#[derive(Default)]
pub struct Table(Vec<[String; 6]>);

impl Table {
    /// A table that has only the headings of its columns.
    pub fn new(headings: [&str; 6]) -> Self {
        Self(vec![headings.map(str::to_owned)])
    }

    /// Adds a line: the figures of a case, or why it failed. `ratio` is shown with the least and the most of its runs.
    pub fn add(
        &mut self,
        name: &str,
        cost: Option<Result<Cost, &anyhow::Error>>,
        ratio: Option<Spread>,
        targets: &[Target],
    ) {
        let ([wall, cpu, peak], words) = match cost {
            Some(Ok(cost)) => {
                let figures = [cost.wall.as_secs_f64(), cost.cpu.as_secs_f64()];
                let [wall, cpu] = figures.map(|seconds| format!("{seconds:.3}"));
                let words: Vec<_> = targets.iter().map(Target::to_string).collect();
                (
                    [wall, cpu, format!("{:.1}", megabytes(cost.peak))],
                    words.join(", "),
                )
            }
            Some(Err(error)) => (NONE.map(str::to_owned), format!("{error:#}")),
            None => (NONE.map(str::to_owned), "not run".to_owned()),
        };
        let ratio = ratio.map_or("-".to_owned(), |ratio| {
            let Spread {
                median,
                least,
                most,
            } = ratio;
            format!("{median:.2} ({least:.2} to {most:.2})")
        });
        self.0
            .push([name.to_owned(), wall, cpu, ratio, peak, words]);
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.0.iter().map(|line| line[column].chars().count()).max();
        let widths: Vec<_> = (0..6).map(|column| width(column).unwrap_or(0)).collect();
        for line in &self.0 {
            write!(f, "{:1$}", line[0], widths[0])?;
            for column in 1..5 {
                write!(f, "  {:>1$}", line[column], widths[column])?;
            }
            let last = &line[5];
            writeln!(f, "{}{last}", if last.is_empty() { "" } else { "  " })?;
        }
        Ok(())
    }
}

/// A figure, and usually its target.
pub struct Target(String);

impl Target {
    /// A figure that should be at most `most`.
    pub fn at_most(name: &str, figure: f64, most: f64) -> Self {
        Self::new(name, figure, "<=", most, figure <= most)
    }

    /// A figure that should be at least `least`.
    pub fn at_least(name: &str, figure: f64, least: f64) -> Self {
        Self::new(name, figure, ">=", least, figure >= least)
    }

    /// A figure without a target.
    pub fn none(name: &str, figure: f64) -> Self {
        Self(format!("{} {name}", short(figure)))
    }

    fn new(name: &str, figure: f64, relation: &str, target: f64, met: bool) -> Self {
        let verdict = if met { "ok" } else { "MISSED" };
        Self(format!(
            "{} {name} ({relation} {target}: {verdict})",
            short(figure)
        ))
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes a figure. Smaller figures have more digits.
fn short(figure: f64) -> String {
    let digits = match figure.abs() {
        ..0.1 => 3,
        0.1..10.0 => 2,
        _ => 1,
    };
    format!("{figure:.digits$}")
}

/// Converts bytes to megabytes.
#[expect(clippy::cast_precision_loss, reason = "one digit of it is shown")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How many times as much memory `one` takes as `other`.
pub fn times_memory(one: &Cost, other: &Cost) -> f64 {
    megabytes(one.peak) / megabytes(other.peak)
}

/// How many times as long `one` takes as `other`.
pub fn times(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
