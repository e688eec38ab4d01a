//! Takes the events of a source one by one, until it ends or the run is stopped.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::Instant;

use super::signal::{self, Stop};
use crate::console::Console;
use crate::media::Fetched;
use crate::source::{Event, Source};

/// How many events may wait between the source and the work. The source has its own limit as well.
const CHANNEL: usize = 1;

/// How often what came is made durable.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// What is done with the events of a source.
pub trait Work {
    /// Handles an event.
    fn handle(&mut self, event: Event) -> Result<()>;

    /// Shows everything so far to those who read while it is written.
    fn flush(&mut self) -> Result<()>;

    /// Makes everything so far durable.
    fn checkpoint(&mut self) -> Result<()>;

    /// How many files it waits for, which are downloaded beside the events.
    fn pending(&self) -> Pending {
        Pending::None
    }

    /// Waits for such a file. No file is lost when the wait is given up.
    async fn fetched(&mut self) -> Fetched {
        std::future::pending().await
    }

    /// Handles what became of such a file.
    fn handle_medium(&mut self, _: Fetched) -> Result<()> {
        Ok(())
    }
}

/// How many files a work waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// None. The work ends with the events.
    None,
    /// Some.
    Some,
    /// So many that no event should come before one of them.
    Full,
}

/// What a pump waits for.
enum Next {
    Event(Option<Event>),
    Medium(Fetched),
    Checkpoint,
}

/// The threads of the network, and the reasons to stop.
pub struct Pump {
    runtime: Runtime,
    stops: Receiver<Stop>,
}

impl Pump {
    /// Starts the threads, and handles signals from now on. The work stops after `max_duration`.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn start(max_duration: Option<Duration>, console: &Console) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("could not start the threads for the network")?;
        let stops = signal::watch(runtime.handle(), max_duration, console.clone());
        Ok(Self { runtime, stops })
    }

    /// Does the work for every event of the source.
    ///
    /// # Errors
    /// The error of the source or of the work, or the [`Stop`]. What was handled before is durable.
    pub fn run(&mut self, source: Source, work: &mut impl Work) -> Result<()> {
        // The first checkpoint shows that the destination can be written.
        let worked = work.checkpoint().and_then(|()| self.pump(source, work));
        // What came before an error stays, so it is saved.
        let saved = work.checkpoint();
        worked.and(saved)
    }

    fn pump(&mut self, source: Source, work: &mut impl Work) -> Result<()> {
        let (sender, mut events) = mpsc::channel(CHANNEL);
        let mut source = Some(self.runtime.spawn(source.run(sender)));
        let mut due = Instant::now() + CHECKPOINT;
        loop {
            if Instant::now() >= due {
                work.checkpoint()?;
                due = Instant::now() + CHECKPOINT;
            }
            if events.is_empty() {
                // Flushes before a wait, so that a reader sees everything written so far.
                work.flush()?;
            }
            let pending = work.pending();
            if source.is_none() && pending == Pending::None {
                return Ok(());
            }
            let takes_events = source.is_some() && pending != Pending::Full;
            let stops = &mut self.stops;
            let next = async {
                tokio::select! {
                    biased;
                    Some(stop) = stops.recv() => Err(stop),
                    medium = work.fetched(), if pending != Pending::None => Ok(Next::Medium(medium)),
                    event = events.recv(), if takes_events => Ok(Next::Event(event)),
                    () = tokio::time::sleep_until(due) => Ok(Next::Checkpoint),
                }
            };
            match self.runtime.block_on(next)? {
                Next::Event(Some(event)) => work.handle(event)?,
                Next::Event(None) => {
                    if let Some(ended) = source.take() {
                        let ended = self.runtime.block_on(ended);
                        ended.context("the source broke down")??;
                    }
                }
                Next::Medium(fetched) => work.handle_medium(fetched)?,
                Next::Checkpoint => {}
            }
        }
    }

    /// The threads of the network.
    pub fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Fails when the run was stopped meanwhile. Work without a source asks this now and then.
    ///
    /// # Errors
    /// The [`Stop`].
    pub fn check(&mut self) -> Result<(), Stop> {
        self.stops.try_recv().map_or(Ok(()), Err)
    }

    /// Ends the threads. Requests under way are not needed any more.
    pub fn end(self) {
        self.runtime.shutdown_background();
    }
}
