//! Runs one export: writes what the source sends, and makes sure that the output has everything that the state
//! remembers.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver};

use super::checkpoint::Due;
use super::exit::Exit;
use super::signal::{self, Stop};
use crate::cli::RunOptions;
use crate::console::Console;
use crate::format::singer::{self, Stream};
use crate::model::Conversation;
use crate::report::{CountMismatch, Failure, Summary};
use crate::sink::{Finished, Sink, Written};
use crate::source::{Event, FailedConversation, Source};
use crate::state::{Known, State};

/// How many events may wait between the source and the output. The source has its own limit as well.
const CHANNEL: usize = 4;

/// An export, ready to run.
pub struct Export<'a> {
    /// The output.
    pub sink: Sink,
    /// The state of earlier runs, if there is one.
    pub state: Option<State>,
    /// The summary of this run.
    pub summary: &'a mut Summary,
    /// Where messages go.
    pub console: &'a Console,
    /// The streams of a Singer tap. Its output ends with a STATE message.
    pub streams: Option<Vec<Stream>>,
    /// How to run.
    pub options: RunOptions,
}

impl Export<'_> {
    /// Runs the source to its end, or until it is stopped.
    ///
    /// # Errors
    /// The error that ended the export early.
    pub fn run(mut self, source: Source) -> Result<Exit> {
        // The runtime lives until everything is saved, so that signals are handled until then.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("could not start the threads for the network")?;
        let worked = self.work(&runtime, source);
        let exit = self.finish(worked);
        // Requests under way are not needed any more.
        runtime.shutdown_background();
        exit
    }

    fn work(&mut self, runtime: &Runtime, source: Source) -> Result<()> {
        let stops = signal::watch(runtime.handle(), self.options.max_duration);
        // The first checkpoint saves where the output begins.
        let worked = self
            .checkpoint()
            .and_then(|()| self.pump(runtime, source, stops));
        // What was written before an error stays in the output, so it is saved.
        let saved = self.checkpoint();
        worked.and(saved)
    }

    /// Finishes the output, depending on the result of the work.
    fn finish(self, worked: Result<()>) -> Result<Exit> {
        let Self {
            mut sink,
            mut state,
            streams,
            summary,
            console,
            ..
        } = self;
        let missing = summary.counts.failed;
        let left = state.as_ref().is_some_and(State::is_missing_some);
        let complete = worked.is_ok() && missing == 0 && !left;
        let bookmark = state.as_ref().and_then(State::bookmark);
        let singer_state = streams
            .zip(bookmark)
            .map(|(streams, bookmark)| singer::state(streams.into_iter(), &bookmark));
        let trailer = singer_state.filter(|_| worked.is_ok()).unwrap_or_default();
        let finished = sink
            .write_trailer(trailer.as_bytes())
            .and_then(|()| sink.finish(complete, worked.is_ok()))
            .map(|finished| note_files(summary, finished));
        console.finish(|| summary.to_string());
        let place = finished.as_ref().ok().cloned().unwrap_or_default();
        if let Err(error) = worked {
            report_stop(&error, state.as_ref().is_some_and(State::resumes), console);
            if !place.is_empty() {
                console.error(&format!("incomplete: {place}"));
            }
            return Err(error);
        }
        finished?;
        if let Some(state) = &mut state {
            state.complete()?;
            summary.watermark_after = state.watermark();
        }
        summary.complete = complete;
        if complete {
            return Ok(Exit::Done);
        }
        let all = summary.counts.conversations + summary.counts.left_out + missing;
        let end = if place.is_empty() {
            place
        } else {
            format!("; {place}")
        };
        console.error(&format!(
            "incomplete: {missing} of {all} conversations could not be exported{end}"
        ));
        Ok(Exit::Incomplete)
    }

    fn pump(&mut self, runtime: &Runtime, source: Source, mut stops: Receiver<Stop>) -> Result<()> {
        let (sender, mut events) = mpsc::channel(CHANNEL);
        let source = runtime.spawn(source.run(sender));
        let mut due = Due::new();
        loop {
            if due.is_now() {
                self.checkpoint()?;
                due = Due::new();
            }
            if events.is_empty() {
                // Flushes before a wait, so that a reader sees everything written so far.
                self.sink.flush()?;
            }
            let next = async {
                tokio::select! {
                    biased;
                    Some(stop) = stops.recv() => Err(stop),
                    event = events.recv() => Ok(Some(event)),
                    () = tokio::time::sleep_until(due.at) => Ok(None),
                }
            };
            match runtime.block_on(next)? {
                Some(Some(event)) => due.conversations += self.handle(event)?,
                Some(None) => return runtime.block_on(source).context("the source broke down")?,
                None => {}
            }
        }
    }

    /// Handles an event of the source. Returns how many conversations it adds to the next checkpoint.
    fn handle(&mut self, event: Event) -> Result<u64> {
        match event {
            Event::Expect(count) => self.console.expect(count),
            Event::Skipped(id) => self.skipped(&id),
            Event::Conversations(conversations) => {
                conversations
                    .iter()
                    .try_for_each(|conversation| self.write(conversation))?;
                return Ok(conversations.len() as u64);
            }
            Event::CountMismatch {
                id,
                reported,
                found,
            } => self.note_mismatch(id, reported, found),
            Event::Gone(failed) => self.gone(failed),
            Event::Failed(failed) => return self.failed(failed).map(|()| 1),
        }
        Ok(0)
    }

    fn write(&mut self, conversation: &Conversation) -> Result<()> {
        let known = self
            .state
            .as_ref()
            .map(|state| Known::of(conversation, state.started()));
        if let (Some(state), Some(known)) = (&mut self.state, &known)
            && state.has(&conversation.id, known)
        {
            self.summary.counts.skipped += 1;
            state.note_done(&conversation.id, known.clone());
            return Ok(());
        }
        let skipped = match self.sink.write(conversation)? {
            Written::Yes => None,
            Written::Skipped(reason) => Some(reason),
            Written::Unfit(error) => {
                let id = Some(conversation.id.clone());
                return self.failed(FailedConversation { id, error });
            }
        };
        if let (Some(state), Some(known)) = (&mut self.state, known) {
            state.note_done(&conversation.id, known);
        }
        if let Some(reason) = skipped {
            self.summary.counts.left_out += 1;
            let id = &conversation.id;
            self.console
                .detail(|| format!("conversation {id} is left out: {reason}"));
            return Ok(());
        }
        self.advance(conversation.messages.len() as u64);
        Ok(())
    }

    fn advance(&mut self, messages: u64) {
        let counts = &mut self.summary.counts;
        counts.conversations += 1;
        counts.messages += messages;
        self.console.advance(counts.conversations, counts.messages);
    }

    /// This is only a warning, since the vendor's count of messages may be wrong.
    fn note_mismatch(&mut self, id: String, reported_count: u64, found: u64) {
        self.console.warn(&format!(
            "conversation {id} has {found} messages, but the vendor says {reported_count}"
        ));
        self.summary.count_mismatches.push(CountMismatch {
            id,
            reported_count,
            found,
        });
    }

    fn gone(&mut self, failed: FailedConversation) {
        let (id, error) = (failed.id.unwrap_or_default(), failed.error);
        self.console
            .warn(&format!("conversation {id} is gone: {error:#}"));
        if let Some(state) = &mut self.state {
            state.note_gone(&id);
        }
        self.summary.counts.gone += 1;
        self.summary.gone.push(id);
    }

    fn failed(&mut self, failed: FailedConversation) -> Result<()> {
        if let Some(state) = &mut self.state {
            state.note_failed(&failed);
        }
        let error = format!("{:#}", failed.error);
        self.summary.counts.failed += 1;
        self.summary.failed.push(Failure {
            id: failed.id,
            error: error.clone(),
        });
        if self.options.fail_fast {
            return Err(failed.error);
        }
        self.console.error(&error);
        Ok(())
    }

    fn skipped(&mut self, id: &str) {
        self.summary.counts.skipped += 1;
        if let Some(state) = &mut self.state {
            state.note_seen(id);
        }
    }

    /// Saves the output to disk, and then the state that says so.
    fn checkpoint(&mut self) -> Result<()> {
        let files = self.sink.take_files();
        if let Some(state) = &mut self.state {
            let bytes = self.sink.sync()?;
            for file in &files {
                state.note_file(file.clone());
            }
            state.commit(bytes)?;
        }
        self.summary.files.extend(files);
        Ok(())
    }
}

/// Adds the written files to the summary. Returns where an incomplete export is, in words.
fn note_files(summary: &mut Summary, finished: Finished) -> String {
    summary.files.extend(finished.files);
    // For a file that was written twice, the last entry counts.
    let files: BTreeMap<_, _> = summary
        .files
        .drain(..)
        .map(|file| (file.name.clone(), file))
        .collect();
    summary.files.extend(files.into_values());
    summary.bytes = summary.files.iter().map(|file| file.bytes).sum();
    let place = finished
        .partial
        .map(|path| format!("the export so far stays as {}", path.display()));
    place.unwrap_or_default()
}

/// After a stop, says how to go on.
fn report_stop(error: &anyhow::Error, has_state: bool, console: &Console) {
    if error.is::<Stop>() {
        let command = signal::command_line();
        console.error(&if has_state {
            format!("stopped; this continues where it stopped: {command}")
        } else {
            format!("stopped; without --state this begins anew: {command}")
        });
    }
}
