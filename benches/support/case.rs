//! A line of a table: which commands to run, and what each run cost.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::measure::{Cost, run};

/// How many times a case runs when it takes no longer than `QUICK`.
pub const ROUNDS: usize = 5;
const QUICK: Duration = Duration::from_secs(12);

/// A pipeline that is run several times.
pub struct Case {
    pub name: String,
    longest: Duration,
    pipeline: Box<dyn Fn() -> Result<Vec<Command>>>,
    costs: Vec<Cost>,
    /// What the unit cost right before each run.
    units: Vec<Cost>,
    failure: Option<anyhow::Error>,
}

impl Case {
    /// Makes a case whose pipeline may take `longest`. When `pipeline` fails, the table shows the error.
    pub fn new(
        name: impl Into<String>,
        longest: Duration,
        pipeline: impl Fn() -> Result<Vec<Command>> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            longest,
            pipeline: Box::new(pipeline),
            costs: Vec::new(),
            units: Vec::new(),
            failure: None,
        }
    }

    /// Runs the unit and then the pipeline, to say how many units a run costs. The two follow each other because a
    /// machine is not equally fast all the time.
    pub fn measure_in(&mut self, unit: &mut Self) {
        if self.is_done() {
            return;
        }
        unit.measure();
        self.units.extend(unit.costs.last());
        self.measure();
    }

    /// Whether it failed before, or is slow and has run once.
    fn is_done(&self) -> bool {
        self.failure.is_some() || self.costs.iter().any(|cost| cost.wall > QUICK)
    }

    /// Runs the pipeline once more, unless it failed before or is slow.
    pub fn measure(&mut self) {
        if self.is_done() {
            return;
        }
        match self
            .commands()
            .and_then(|commands| run(commands, self.longest))
        {
            Ok(cost) => self.costs.push(cost),
            Err(error) => self.failure = Some(error),
        }
    }

    /// The commands of a run.
    pub fn commands(&self) -> Result<Vec<Command>> {
        (self.pipeline)()
    }

    /// The medians of the times, and the largest memory. Returns `None` before the first run and after a failure.
    pub fn cost(&self) -> Option<Cost> {
        self.outcome()?.ok()
    }

    /// The cost, or the error. Returns `None` before the first run.
    pub fn outcome(&self) -> Option<Result<Cost, &anyhow::Error>> {
        if let Some(failure) = &self.failure {
            return Some(Err(failure));
        }
        Some(Ok(Cost {
            wall: median(self.costs.iter().map(|cost| cost.wall))?,
            cpu: median(self.costs.iter().map(|cost| cost.cpu))?,
            peak: self.costs.iter().map(|cost| cost.peak).max()?,
        }))
    }

    /// The seconds of all runs, by this part of their costs.
    pub fn seconds(&self, part: fn(&Cost) -> Duration) -> Option<Spread> {
        Spread::of(self.costs.iter().map(|cost| part(cost).as_secs_f64()))
    }

    /// How many times the CPU time of the unit each run took.
    pub fn units(&self) -> Option<Spread> {
        let ratios = self.costs.iter().zip(&self.units);
        Spread::of(ratios.map(|(own, unit)| own.cpu.as_secs_f64() / unit.cpu.as_secs_f64()))
    }

    /// How many times as much as `other` each run took, by this part of their costs. The runs of one round are compared
    /// with each other, since a machine is not equally fast all the time.
    pub fn times(&self, other: &Self, part: fn(&Cost) -> Duration) -> Option<Spread> {
        if self.failure.is_some() || other.failure.is_some() {
            return None;
        }
        let last = part(other.costs.last()?);
        let bases = other.costs.iter().map(part).chain(std::iter::repeat(last));
        let own = self.costs.iter().map(part);
        let ratios = own.zip(bases);
        Spread::of(ratios.map(|(own, base)| own.as_secs_f64() / base.as_secs_f64()))
    }
}

fn median<T: Copy + Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<_> = values.collect();
    values.sort();
    values.get(values.len() / 2).copied()
}

/// A figure of several runs.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// The spread of these values, if there are any.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        Some(Self {
            median: *values.get(values.len() / 2)?,
            least: *values.first()?,
            most: *values.last()?,
        })
    }

    /// The spread of the values times a factor.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            median: self.median * factor,
            least: self.least * factor,
            most: self.most * factor,
        }
    }
}
