//! Counts what a run does, for the summary, and says on stderr what goes wrong.

use anyhow::Result;

use crate::console::Console;
use crate::model::Conversation;
use crate::report::{CountMismatch, Failure, Proof, Summary};
use crate::source::{self, Event, FailedConversation};
use crate::time::{Span, Timestamp};

/// A difference between this machine's clock and the vendor's that is worth a warning.
const CLOCK_DIFFERENCE: Span = Span::minutes(1);

/// Counts what a run does.
pub struct Recorder<'a> {
    /// The summary of this run.
    pub summary: &'a mut Summary,
    /// Where messages go.
    pub console: &'a Console,
    /// Whether the first failure ends the run.
    pub fail_fast: bool,
}

impl Recorder<'_> {
    /// Warns when this machine's clock is wrong. A WHEN such as `24h` is resolved with it.
    pub fn check_clock(&self, vendor: Timestamp) {
        let difference = Timestamp::now().distance(vendor);
        if difference > CLOCK_DIFFERENCE {
            self.console.warn(&format!(
                "this machine's clock and the vendor's differ by {difference}"
            ));
        }
    }

    /// Shows the progress that an event is.
    pub fn note_progress(&self, event: &Event) {
        let (done, fetched) = event.handled();
        self.console.advance(done, fetched);
    }

    /// Notes why an answer is taken as whole. The weakest reason counts.
    pub fn note_proof(&mut self, proof: source::Proof) {
        let proof = match proof {
            source::Proof::Count => Proof::Count,
            source::Proof::Closed => Proof::ArrayClosed,
        };
        let before = self.summary.proof.unwrap_or(proof);
        self.summary.proof = Some(before.max(proof));
    }

    /// Counts a conversation that was written.
    pub fn written(&mut self, messages: u64) {
        let counts = &mut self.summary.counts;
        counts.conversations += 1;
        counts.messages += messages;
    }

    /// Notes a conversation in which names are missing.
    pub fn note_names(&mut self, conversation: &Conversation) {
        if conversation.lacks_names {
            self.summary.names_missing.push(conversation.id.clone());
        }
    }

    /// Notes a conversation with content that is not what the vendor documents.
    pub fn note_odd_content(&mut self, conversation: &Conversation) {
        if !conversation.has_odd_content {
            return;
        }
        let id = &conversation.id;
        self.console.warn(&format!(
            "conversation {id} has content of an unexpected shape: what can be read of it is there, and the vendor's \
             record (`raw`) has the rest"
        ));
        self.summary.odd_content.push(id.clone());
    }

    /// Counts a conversation that the format has no place for.
    pub fn left_out(&mut self, id: &str, reason: &str) {
        self.summary.counts.left_out += 1;
        self.console
            .detail(|| format!("conversation {id} is left out: {reason}"));
    }

    /// Counts a conversation that is kept out of the archive.
    pub fn forgotten(&mut self, id: &str) {
        self.summary.counts.forgotten += 1;
        self.console
            .detail(|| format!("conversation {id} is left out: it was forgotten"));
    }

    /// This is only a warning, since the vendor's count of messages may be wrong.
    pub fn note_mismatch(&mut self, id: String, reported_count: u64, found: u64) {
        self.console.warn(&format!(
            "conversation {id} has {found} messages, but the vendor says {reported_count}"
        ));
        self.summary.count_mismatches.push(CountMismatch {
            id,
            reported_count,
            found,
        });
    }

    /// Counts a conversation that the vendor has deleted.
    pub fn gone(&mut self, id: String, error: &anyhow::Error) {
        self.console
            .warn(&format!("conversation {id} is gone: {error:#}"));
        self.summary.counts.gone += 1;
        self.summary.gone.push(id);
    }

    /// Counts a conversation that is missing.
    ///
    /// # Errors
    /// Its error, when the first failure ends the run.
    pub fn failed(&mut self, failed: FailedConversation) -> Result<()> {
        self.missing(failed, false)
    }

    /// Counts a conversation that was asked for and does not exist.
    ///
    /// # Errors
    /// Its error, when the first failure ends the run.
    pub fn not_found(&mut self, missing: FailedConversation) -> Result<()> {
        self.missing(missing, true)
    }

    fn missing(&mut self, failed: FailedConversation, is_unknown: bool) -> Result<()> {
        let error = format!("{:#}", failed.error);
        self.summary.counts.failed += 1;
        self.summary.failed.push(Failure {
            id: failed.id,
            error: error.clone(),
            is_unknown,
        });
        if self.fail_fast {
            return Err(failed.error);
        }
        self.console.error(&error);
        Ok(())
    }
}
