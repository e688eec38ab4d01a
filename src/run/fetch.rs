//! Brings what a source sends into an archive.

use anyhow::Result;

use super::media::Backlog;
use super::plan::Plan;
use super::pump::{Pending, Pump, Work};
use super::recorder::Recorder;
use super::signal::{self, Stop, Stopped};
use crate::archive::{Ended, Kind, Merged, Writer};
use crate::media::Fetched as FetchedMedium;
use crate::model::{Conversation, Vendor};
use crate::source::boost::Api;
use crate::source::{Event, FailedConversation, Source};
use crate::time::Timestamp;

/// Brings what a source sends into an archive.
pub struct Fetch<'a> {
    /// The archive.
    pub writer: Writer,
    /// What the source was asked for.
    pub plan: Plan,
    /// What is counted.
    pub recorder: Recorder<'a>,
    /// Whether the run still has to write an output that no later run repairs.
    pub has_output: bool,
    /// The files that the archive lacks, if they are wanted.
    pub backlog: Option<Backlog>,
    /// The number of the run. It begins with the vendor's first answer.
    run: Option<i64>,
    /// Whether a conversation failed that cannot be fetched again by its id.
    unretryable: bool,
    /// Whether the list may not have had everything.
    list_moved: bool,
}

/// What a run brought.
#[derive(Clone, Copy, Debug)]
pub struct Fetched {
    /// The number of the run.
    pub run: i64,
    /// The first run of the selection since the last that saw everything: this run, or an interrupted one.
    pub first_run: i64,
    /// Whether nothing is missing in the archive.
    pub complete: bool,
}

impl<'a> Fetch<'a> {
    /// Prepares a run. Nothing is written yet.
    pub fn new(writer: Writer, plan: Plan, recorder: Recorder<'a>) -> Self {
        Self {
            writer,
            plan,
            recorder,
            has_output: false,
            backlog: None,
            run: None,
            unretryable: false,
            list_moved: false,
        }
    }

    /// Runs the source to its end, or until it is stopped.
    ///
    /// # Errors
    /// The error that ended the run early. What came before is in the archive.
    pub fn run(&mut self, pump: &mut Pump, source: Source) -> Result<Fetched> {
        let worked = pump.run(source, self);
        let ended = self.end(worked.is_ok());
        if let Err(error) = worked {
            return Err(match error.downcast_ref::<Stop>() {
                Some(stop) => Stopped {
                    stop: *stop,
                    left: format!(
                        "what came is saved; this continues: {}",
                        signal::command_line()
                    ),
                }
                .into(),
                None => error,
            });
        }
        ended
    }

    /// Ends the run.
    fn end(&mut self, worked: bool) -> Result<Fetched> {
        let run = self.begun()?;
        let saw_all = worked && !self.unretryable;
        if let (true, Kind::Sweep, Some((Vendor::Botpress, account))) =
            (saw_all, self.plan.kind, &self.plan.account)
            && self.plan.filters == "{}"
            && !self.list_moved
        {
            let since = self.plan.begins_at;
            self.writer
                .note_unlisted_gone(Vendor::Botpress, account, since)?;
        }
        let begins_at = self.plan.begins_at;
        let first_run = self.writer.first_run()?;
        let complete = self.writer.end_run(Ended {
            saw_all,
            begins_at,
            has_output: worked && self.has_output,
        })?;
        Ok(Fetched {
            run,
            first_run,
            complete,
        })
    }

    /// Begins the run at the vendor's time.
    fn begin(&mut self, time: Timestamp) -> Result<i64> {
        let plan = &self.plan;
        let selection = match (&plan.selection, &plan.account, plan.kind) {
            (Some(selection), ..) => Some(selection.id),
            (None, Some((vendor, account)), Kind::New | Kind::Sweep) => {
                let begins_at = plan.begins_at;
                Some(
                    self.writer
                        .add_selection(*vendor, account, &plan.filters, begins_at)?,
                )
            }
            _ => None,
        };
        let run = self.writer.begin_run(plan.kind, selection, time)?;
        self.run = Some(run);
        Ok(run)
    }

    /// The number of the run, which begins now if the vendor did not tell its time.
    fn begun(&mut self) -> Result<i64> {
        match self.run {
            Some(run) => Ok(run),
            None => self.begin(Timestamp::now()),
        }
    }

    /// The next run begins with the version of the API that the site answers.
    fn note_api(&mut self, api: Api) -> Result<()> {
        match &self.plan.account {
            Some((vendor, account)) => self.writer.note_api(*vendor, account, api.name()),
            None => Ok(()),
        }
    }

    fn merge(&mut self, conversation: &Conversation) -> Result<()> {
        let outcome = self.writer.merge(conversation)?;
        if outcome.merged == Merged::Forgotten {
            self.recorder.forgotten(&conversation.id);
            return Ok(());
        }
        self.recorder.note_names(conversation);
        match outcome.merged {
            Merged::Added | Merged::Changed => {
                if let Some(backlog) = &mut self.backlog {
                    backlog.note_new();
                }
                self.recorder.note_odd_content(conversation);
                self.recorder.written(outcome.messages.unsigned_abs());
            }
            Merged::Unchanged | Merged::Forgotten => self.recorder.summary.counts.skipped += 1,
        }
        Ok(())
    }

    /// Whether a conversation of the vendor was forgotten. Then its id is in no list of what went wrong.
    fn is_forgotten(&self, id: &str) -> Result<bool> {
        match &self.plan.account {
            Some((vendor, account)) => self.writer.is_forgotten(*vendor, account, id),
            None => Ok(false),
        }
    }

    fn unchanged(&mut self, id: &str) -> Result<()> {
        self.recorder.summary.counts.skipped += 1;
        match &self.plan.account {
            Some((vendor, account)) => self.writer.note_listed(*vendor, account, id),
            None => Ok(()),
        }
    }

    fn gone(&mut self, gone: FailedConversation) -> Result<()> {
        let id = gone.id.unwrap_or_default();
        if self.is_forgotten(&id)? {
            self.recorder.forgotten(&id);
            return Ok(());
        }
        if let Some((vendor, account)) = &self.plan.account {
            self.writer.note_gone(*vendor, account, &id)?;
        }
        self.recorder.gone(id, &gone.error);
        Ok(())
    }

    /// No later run has to look for it. The archive may have it from before.
    fn not_found(&mut self, missing: FailedConversation) -> Result<()> {
        match (&missing.id, &self.plan.account) {
            (Some(id), Some((vendor, account))) => self.writer.note_gone(*vendor, account, id)?,
            _ => self.unretryable = true,
        }
        self.recorder.not_found(missing)
    }

    fn failed(&mut self, failed: FailedConversation) -> Result<()> {
        if let Some(id) = &failed.id
            && self.is_forgotten(id)?
        {
            self.recorder.forgotten(id);
            return Ok(());
        }
        match (&failed.id, &self.plan.account) {
            (Some(id), Some((vendor, account))) => {
                let error = format!("{:#}", failed.error);
                self.writer.note_failed(*vendor, account, id, &error)?;
            }
            _ => self.unretryable = true,
        }
        self.recorder.failed(failed)
    }
}

impl Fetch<'_> {
    fn note(&mut self, event: Event) -> Result<()> {
        if let Event::Clock(clock) = event {
            // What an import tells is long ago.
            if self.plan.account.is_some() {
                self.recorder.check_clock(clock.now);
            }
            return self.begin(clock.next).map(drop);
        }
        self.begun()?;
        self.recorder.note_progress(&event);
        match event {
            Event::Clock(_) => Ok(()),
            Event::Api(api) => self.note_api(api),
            Event::Whole(proof) => {
                self.recorder.note_proof(proof);
                Ok(())
            }
            Event::Expect(count) => {
                self.recorder.console.expect(count);
                Ok(())
            }
            Event::Conversations(conversations) => conversations
                .iter()
                .try_for_each(|conversation| self.merge(conversation)),
            Event::Unchanged(id) => self.unchanged(&id),
            Event::ListMoved => {
                self.recorder
                    .console
                    .warn("the list moved each time it was read, so a later run may find more");
                self.list_moved = true;
                Ok(())
            }
            Event::NoMatch(text) => {
                self.recorder.console.warn(&text);
                Ok(())
            }
            // It does not pass the filters, so it is none of the selection.
            Event::Skipped => {
                self.recorder.summary.counts.skipped += 1;
                Ok(())
            }
            Event::CountMismatch {
                id,
                reported,
                found,
            } => {
                if !self.is_forgotten(&id)? {
                    self.recorder.note_mismatch(id, reported, found);
                }
                Ok(())
            }
            Event::Forgotten(id) => {
                self.recorder.forgotten(&id);
                Ok(())
            }
            Event::Gone(gone) => self.gone(gone),
            Event::NotFound(missing) => self.not_found(missing),
            Event::Failed(failed) => self.failed(failed),
        }
    }
}

impl Work for Fetch<'_> {
    fn handle(&mut self, event: Event) -> Result<()> {
        self.note(event)?;
        match &mut self.backlog {
            Some(backlog) => backlog.refill(&mut self.writer),
            None => Ok(()),
        }
    }

    /// Readers of the archive see what is committed.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.writer.commit()
    }

    fn pending(&self) -> Pending {
        match &self.backlog {
            Some(backlog) if !backlog.is_empty() => Pending::Some,
            _ => Pending::None,
        }
    }

    async fn fetched(&mut self) -> FetchedMedium {
        match &mut self.backlog {
            Some(backlog) => backlog.fetched().await,
            None => std::future::pending().await,
        }
    }

    fn handle_medium(&mut self, fetched: FetchedMedium) -> Result<()> {
        match &mut self.backlog {
            Some(backlog) => backlog.note(fetched, &mut self.writer),
            None => Ok(()),
        }
    }
}
