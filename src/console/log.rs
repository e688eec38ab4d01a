//! Writes messages to stderr: problems, and details with `-v`.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::options::{Data, LogFormat, Options};
use super::progress::Progress;
use crate::http::Retry;
use crate::redact::Redactor;
use crate::text::neutralise;
use crate::time::Timestamp;

/// Writes to stderr. Clones share one progress line. All text is neutralised for terminals.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    terminal: bool,
    data: Data,
    progress: Progress,
    /// What takes personal data out of all messages.
    redactor: Option<Arc<Redactor>>,
}

impl Console {
    /// Sets up the output on stderr for the options and the kind of stderr. There is no progress line on a terminal that
    /// also shows the data, since they would disturb each other.
    #[must_use]
    pub fn new(options: Options, data: Data) -> Self {
        Self::redacting(options, data, None)
    }

    /// The same, with personal data taken out of all messages.
    #[must_use]
    pub fn redacting(options: Options, data: Data, redactor: Option<Arc<Redactor>>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = terminal
            && data == Data::Elsewhere
            && !options.quiet
            && !options.no_progress
            && options.log_format == LogFormat::Text;
        Self(Arc::new(Inner {
            options,
            terminal,
            data,
            progress: Progress::new(shown),
            redactor,
        }))
    }

    /// Shows how many conversations the list has so far.
    pub fn expect_so_far(&self, conversations: u64) {
        self.0.progress.line().expect_so_far(conversations);
    }

    /// Shows how many conversations there are, and the remaining time.
    pub fn expect(&self, conversations: u64) {
        self.0.progress.line().expect(conversations);
    }

    /// Shows that conversations are dealt with, and how many of them were fetched.
    pub fn advance(&self, done: u64, fetched: u64) {
        let now = Instant::now();
        self.0.progress.line().advance(done, fetched, now);
    }

    /// Shows the next part of the work, which counts from zero.
    pub fn restart(&self) {
        self.0.progress.line().restart();
    }

    /// Shows what all requests wait for. An empty text shows nothing.
    pub fn status(&self, text: &str) {
        self.0.progress.line().set_status(&self.shown(text));
    }

    /// Shows after some seconds that a request waits since a time, and whether it is sent again. Returns the number of
    /// the wait.
    pub fn begin_wait(&self, since: Instant, retry: Option<Retry>) -> u64 {
        self.0.progress.line().begin_wait(since, retry)
    }

    /// Ends a wait.
    pub fn end_wait(&self, wait: u64) {
        self.0.progress.line().end_wait(wait);
    }

    /// Reports an error. The options cannot hide it.
    pub fn error(&self, text: &str) {
        self.say("error", text);
    }

    /// Reports a warning, unless the options hide it.
    pub fn warn(&self, text: &str) {
        if !self.0.options.quiet {
            self.say("warning", text);
        }
    }

    /// Says something that is no problem but that the user should know, unless the options hide it.
    pub fn notice(&self, text: &str) {
        if !self.0.options.quiet {
            self.say("info", text);
        }
    }

    /// Reports a detail that only `-v` shows.
    pub fn detail(&self, text: impl FnOnce() -> String) {
        if self.0.options.verbose {
            self.say("info", &text());
        }
    }

    /// Removes the progress line for good.
    pub fn end(&self) {
        self.0.progress.finish();
    }

    /// Removes the progress line for good. On a terminal, writes the last line, unless another program may still show the
    /// data there.
    pub fn finish(&self, last_line: impl FnOnce() -> String) {
        self.end();
        let Options { quiet, verbose, .. } = self.0.options;
        let fits = self.0.terminal && self.0.data != Data::Program;
        if (fits && !quiet) || verbose {
            self.say("info", &last_line());
        }
    }

    /// Hides the progress line while something else writes to stderr.
    pub fn aside(&self, write: impl FnOnce()) {
        self.0.progress.suspend(write);
    }

    /// A text as it is shown.
    fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.0.redactor {
            Some(redactor) => redactor.message(text).into(),
            None => text.into(),
        }
    }

    fn say(&self, level: &str, text: &str) {
        let line = line(self.0.options.log_format, level, &self.shown(text));
        self.0.progress.suspend(|| {
            // If stderr fails, the error cannot be shown anywhere.
            writeln!(std::io::stderr().lock(), "{line}").ok();
        });
    }
}

/// Reports the error that ended the program, when there is no console yet or no longer.
pub fn last_words(format: LogFormat, text: &str) {
    // If stderr fails, the error cannot be shown anywhere.
    writeln!(std::io::stderr(), "{}", line(format, "error", text)).ok();
}

fn line(format: LogFormat, level: &str, text: &str) -> String {
    let text = neutralise(text);
    match format {
        LogFormat::Json => {
            json!({"time": Timestamp::now(), "level": level, "message": text}).to_string()
        }
        LogFormat::Text if level == "info" => text.into_owned(),
        LogFormat::Text => format!("convexport: {level}: {text}"),
    }
}
