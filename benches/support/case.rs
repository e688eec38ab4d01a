//! A line of a table: which commands to run, and their cost.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::measure::{Cost, run};

/// How many times a case runs when it takes no longer than `QUICK`.
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
            cost: None,
        }
    }

    /// Runs the pipeline once more, unless it failed before or is slow.
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

    /// The cost. Returns `None` before the first run and after a failure.
    pub fn cost(&self) -> Option<&Cost> {
        self.cost.as_ref()?.as_ref().ok()
    }

    /// The cost, or the error. Returns `None` before the first run.
    pub fn outcome(&self) -> Option<&Result<Cost>> {
        self.cost.as_ref()
    }
}
