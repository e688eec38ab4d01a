//! Runs one export: writes what the source sends to the output.

use std::mem;
use std::sync::Arc;

use anyhow::Result;

use super::again::Again;
use super::exit::Exit;
use super::incomplete;
use super::left_behind::{ended_early, note_files, place, tell_written};
use super::media::Files;
use super::pump::{Pending, Pump, Work};
use super::recorder::Recorder;
use super::singer_state::SingerState;
use super::tickets::{self, TicketFilter};
use crate::format::Outcome;
use crate::format::singer::{self, Stream};
use crate::media::Fetched;
use crate::model::Conversation;
use crate::redact::Redactor;
use crate::report::MediaCounts;
use crate::sink::{Sink, Written};
use crate::source::botpress::Joined;
use crate::source::{Event, FailedConversation, Source};
use crate::text::counted;

/// An export, ready to run.
pub struct Export<'a> {
    /// The output.
    pub sink: Sink,
    /// The streams of a Singer tap, and what its target keeps of earlier runs. Its output ends with a STATE message.
    pub singer: Option<(Vec<Stream>, SingerState)>,
    /// Whether the same can be written again from an archive.
    pub from_archive: bool,
    /// Where the output goes, in words.
    pub places: Vec<String>,
    /// What becomes of the tickets of human agents.
    pub tickets: TicketFilter,
    /// Takes personal data out of each conversation before it is written.
    pub redactor: Option<Arc<Redactor>>,
    /// What becomes of the files that messages point to.
    pub files: Files,
    /// Whether the list may not have had everything.
    pub list_moved: bool,
    /// What is needed to try again what failed, where that is possible.
    pub again: Option<Again>,
    /// What is counted.
    pub recorder: Recorder<'a>,
}

impl Export<'_> {
    /// Runs the source to its end, or until it is stopped. Returns whether the output is complete.
    ///
    /// # Errors
    /// The error that ended the export early.
    pub fn run(mut self, pump: &mut Pump, source: Source) -> Result<Exit> {
        let worked = pump.run(source, &mut self);
        // What came before an error is written too.
        let taken = self.take_rest();
        let joined = self.join_tickets();
        let window = self.files.take_window();
        let console = self.recorder.console;
        let media = window.as_ref().map(|window| window.tell(console));
        let is_lacking = media.as_ref().is_some_and(MediaCounts::is_lacking);
        self.recorder.summary.media = media;
        let exit = self.finish(worked.and(taken).and(joined))?;
        match window {
            Some(window) => window.end(exit, is_lacking, console),
            None => Ok(exit),
        }
    }

    /// Finishes the output, depending on the result of the work.
    fn finish(self, worked: Result<()>) -> Result<Exit> {
        let Self {
            mut sink,
            singer,
            from_archive,
            places,
            tickets: _,
            redactor: _,
            files: _,
            list_moved,
            again,
            recorder: Recorder {
                summary, console, ..
            },
        } = self;
        let missing = summary.counts.failed;
        let left = singer
            .as_ref()
            .is_some_and(|(_, state)| state.is_missing_some());
        let complete = worked.is_ok() && missing == 0 && !left && !list_moved;
        let bookmark = singer.and_then(|(streams, state)| Some((streams, state.bookmark()?)));
        if worked.is_ok() {
            let after = bookmark.as_ref().map(|(_, bookmark)| bookmark.watermark);
            summary.watermark_after = after.or(summary.watermark_after);
        }
        let trailer = bookmark
            .filter(|_| worked.is_ok())
            .map(|(streams, bookmark)| singer::state(streams.into_iter(), &bookmark));
        sink.note_outcome(Outcome {
            complete,
            failed: missing,
            left_out: summary.counts.left_out,
            gone: summary.counts.gone,
        });
        let finished = sink
            .write_trailer(trailer.unwrap_or_default().as_bytes())
            .and_then(|()| sink.finish(complete, worked.is_ok()))
            .inspect(|finished| note_files(summary, &finished.files));
        if worked.is_ok() && !from_archive && (complete || summary.counts.conversations > 0) {
            tell_written(&finished, places, summary, console);
        }
        let place = finished.as_ref().map(place).unwrap_or_default();
        if let Err(error) = worked {
            return Err(ended_early(error, place, from_archive, console));
        }
        finished?.check_replaced()?;
        summary.complete = complete;
        if complete {
            return Ok(Exit::Done);
        }
        let again = again.and_then(|again| again.in_words(summary));
        console.error(&incomplete::export(
            summary,
            list_moved,
            [place, again.unwrap_or_default()],
        ));
        Ok(Exit::Incomplete)
    }

    /// Takes a conversation as it comes. Its files may have to come first.
    fn arrive(&mut self, conversation: &Conversation) -> Result<()> {
        let is_skipped = matches!(self.tickets, TicketFilter::Skip) && conversation.is_ticket();
        match self.files.arrive(conversation, !is_skipped)? {
            Some(conversation) => self.take(&conversation),
            None => self.take_ready(),
        }
    }

    /// Takes the conversations whose files are there.
    fn take_ready(&mut self) -> Result<()> {
        while let Some(conversation) = self.files.next_ready() {
            self.take(&conversation)?;
        }
        Ok(())
    }

    /// Takes the conversations that still wait for files, when a run has ended early.
    fn take_rest(&mut self) -> Result<()> {
        while let Some(conversation) = self.files.take_unready() {
            self.take(&conversation)?;
        }
        Ok(())
    }

    fn take(&mut self, conversation: &Conversation) -> Result<()> {
        self.recorder.note_names(conversation);
        self.recorder.note_odd_content(conversation);
        match &mut self.tickets {
            TicketFilter::Skip if conversation.is_ticket() => {
                self.leave_out(&conversation.id, tickets::SKIPPED);
                Ok(())
            }
            TicketFilter::Include | TicketFilter::Skip => self.write(conversation),
            TicketFilter::Merge(joiner) => joiner.add(conversation),
        }
    }

    /// Writes the conversations that waited for their tickets.
    fn join_tickets(&mut self) -> Result<()> {
        let TicketFilter::Merge(joiner) = mem::replace(&mut self.tickets, TicketFilter::Include)
        else {
            return Ok(());
        };
        let unreadable = joiner.finish(|joined| match joined {
            Joined::Conversation(conversation) => self.write(&conversation),
            Joined::Ticket(id) => {
                self.leave_out(&id, tickets::MERGED);
                Ok(())
            }
        })?;
        if unreadable > 0 {
            self.recorder.console.warn(&format!(
                "{} without the vendor's records stayed as they are: nobody can tell which messages are copies",
                counted(unreadable, "ticket")
            ));
        }
        Ok(())
    }

    fn leave_out(&mut self, id: &str, reason: &str) {
        self.recorder.left_out(id, reason);
        self.note_done(id);
    }

    fn write(&mut self, conversation: &Conversation) -> Result<()> {
        let redacted = self
            .redactor
            .as_ref()
            .map(|redactor| redactor.conversation(conversation));
        match self.sink.write(redacted.as_ref().unwrap_or(conversation))? {
            Written::Yes => {
                let messages = conversation.messages.len() as u64;
                self.recorder.written(messages);
            }
            Written::Skipped(reason) => self.recorder.left_out(&conversation.id, reason),
            Written::Unfit(error) => {
                let id = Some(conversation.id.clone());
                return self.failed(FailedConversation { id, error });
            }
        }
        self.note_done(&conversation.id);
        Ok(())
    }

    fn note_done(&mut self, id: &str) {
        if let Some((_, state)) = &mut self.singer {
            state.note_done(id);
        }
    }

    fn failed(&mut self, failed: FailedConversation) -> Result<()> {
        if let Some((_, state)) = &mut self.singer {
            state.note_failed(&failed);
        }
        self.recorder.failed(failed)
    }
}

impl Work for Export<'_> {
    fn handle(&mut self, event: Event) -> Result<()> {
        self.recorder.note_progress(&event);
        match event {
            Event::Clock(clock) => {
                if let Some((_, state)) = &mut self.singer {
                    state.note_started(clock.next);
                }
            }
            Event::Api(_) => {}
            Event::Whole(proof) => self.recorder.note_proof(proof),
            Event::Expect(count) => self.recorder.console.expect(count),
            Event::ListMoved => {
                self.list_moved = true;
                if let Some((_, state)) = &mut self.singer {
                    state.note_list_moved();
                }
            }
            Event::NoMatch(text) => self.recorder.console.warn(&text),
            Event::Skipped | Event::Unchanged(_) | Event::Forgotten(_) => {
                self.recorder.summary.counts.skipped += 1;
            }
            Event::Conversations(conversations) => {
                return conversations
                    .iter()
                    .try_for_each(|conversation| self.arrive(conversation));
            }
            Event::CountMismatch {
                id,
                reported,
                found,
            } => self.recorder.note_mismatch(id, reported, found),
            Event::Gone(gone) => {
                let id = gone.id.unwrap_or_default();
                self.note_done(&id);
                self.recorder.gone(id, &gone.error);
            }
            Event::NotFound(missing) => return self.recorder.not_found(missing),
            Event::Failed(failed) => return self.failed(failed),
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.sink.flush()
    }

    fn checkpoint(&mut self) -> Result<()> {
        let files = self.sink.take_files();
        self.recorder.summary.files.extend(files);
        Ok(())
    }

    fn pending(&self) -> Pending {
        self.files.pending()
    }

    async fn fetched(&mut self) -> Fetched {
        self.files.fetched().await
    }

    fn handle_medium(&mut self, fetched: Fetched) -> Result<()> {
        self.files.note(fetched)?;
        self.take_ready()
    }
}
