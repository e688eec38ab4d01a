//! A line of a table: what runs, and what it cost.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::measure::{Cost, run};

/// How often a run is repeated that takes no longer than `QUICK`.
pub const ROUNDS: usize = 3;
const QUICK: Duration = Duration::from_secs(10);

/// A pipeline that is run several times.
pub struct Case {
    pub name: String,
    longest: Duration,
    pipeline: Box<dyn Fn() -> Result<Vec<Command>>>,
    cost: Option<Result<Cost>>,
}

impl Case {
    /// A pipeline that may take `longest`; one that cannot be made says why in the table.
    pub fn new(
        name: impl Into<String>,
        longest: Duration,
        pipeline: impl Fn() -> Result<Vec<Command>> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            longest,
            pipeline: Box::new(pipeline),
            cost: None,
        }
    }

    /// Runs it once more, unless it failed before or takes long.
    pub fn measure(&mut self) {
        let run = || (self.pipeline)().and_then(|commands| run(commands, self.longest));
        match &self.cost {
            None => self.cost = Some(run()),
            Some(Ok(cost)) if cost.wall <= QUICK => {
                let cost = *cost;
                self.cost = Some(run().map(|again| cost.best(again)));
            }
            Some(_) => {}
        }
    }

    /// What it cost, if it ran and did not fail.
    pub fn cost(&self) -> Option<&Cost> {
        self.cost.as_ref()?.as_ref().ok()
    }

    /// What it cost, or why it failed; nothing before it ran.
    pub fn outcome(&self) -> Option<&Result<Cost>> {
        self.cost.as_ref()
    }
}
