//! Writes messages to stderr: problems, and details with `-v`.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use serde_json::json;

use super::options::{LogFormat, Options};
use super::progress::Progress;
use crate::redact::Redactor;
use crate::text::neutralise;
use crate::time::Timestamp;

/// Writes to stderr. Clones share one progress bar. All text is neutralised for terminals.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    terminal: bool,
    progress: Progress,
    /// What takes personal data out of all messages.
    redactor: Option<Arc<Redactor>>,
}

impl Console {
    /// Sets up the output on stderr for the options and the kind of stderr. There is no bar on a terminal that is
    /// `shared` with the data, since they would disturb each other.
    #[must_use]
    pub fn new(options: Options, shared: bool) -> Self {
        Self::redacting(options, shared, None)
    }

    /// The same, with personal data taken out of all messages.
    #[must_use]
    pub fn redacting(options: Options, shared: bool, redactor: Option<Arc<Redactor>>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = terminal
            && !shared
            && !options.quiet
            && !options.no_progress
            && options.log_format == LogFormat::Text;
        Self(Arc::new(Inner {
            options,
            terminal,
            progress: Progress::new(shown),
            redactor,
        }))
    }

    /// Shows a bar up to this total, with the remaining time.
    pub fn expect(&self, conversations: u64) {
        self.0.progress.expect(conversations);
    }

    /// Shows how many conversations and messages are exported.
    pub fn advance(&self, conversations: u64, messages: u64) {
        self.0.progress.advance(conversations, messages);
    }

    /// Shows what the export waits for. An empty text shows nothing.
    pub fn status(&self, text: &str) {
        self.0.progress.status(&self.shown(text));
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

    /// Removes the bar. On a terminal, writes the last line.
    pub fn finish(&self, last_line: impl FnOnce() -> String) {
        self.0.progress.finish();
        let Options { quiet, verbose, .. } = self.0.options;
        if (self.0.terminal && !quiet) || verbose {
            self.say("info", &last_line());
        }
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
