//! Messages on stderr: problems, and with `-v` what the program does.

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use serde_json::json;

use super::options::{LogFormat, Options};
use super::progress::Progress;
use crate::text::neutralise;
use crate::time::Timestamp;

/// The handle on stderr. Clones share one bar. All text is neutralised for terminals.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    terminal: bool,
    progress: Progress,
}

impl Console {
    /// Sets stderr up as the options and the kind of stderr ask for. A terminal that is `shared` with the data shows no
    /// bar, since the two would disturb each other.
    #[must_use]
    pub fn new(options: Options, shared: bool) -> Self {
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
        }))
    }

    /// Shows a bar to this total, with the time that is left.
    pub fn expect(&self, conversations: u64) {
        self.0.progress.expect(conversations);
    }

    /// Shows how far the export is.
    pub fn advance(&self, conversations: u64, messages: u64) {
        self.0.progress.advance(conversations, messages);
    }

    /// Shows what is being waited for, or nothing.
    pub fn status(&self, text: &str) {
        self.0.progress.status(text);
    }

    /// Says what went wrong, whatever the options.
    pub fn error(&self, text: &str) {
        self.say("error", text);
    }

    /// Says what the user should know, unless told to be quiet.
    pub fn warn(&self, text: &str) {
        if !self.0.options.quiet {
            self.say("warning", text);
        }
    }

    /// Says a detail that only `-v` shows.
    pub fn detail(&self, text: impl FnOnce() -> String) {
        if self.0.options.verbose {
            self.say("info", &text());
        }
    }

    /// Takes the bar away and, on a terminal, leaves the last line.
    pub fn finish(&self, last_line: impl FnOnce() -> String) {
        self.0.progress.finish();
        let Options { quiet, verbose, .. } = self.0.options;
        if (self.0.terminal && !quiet) || verbose {
            self.say("info", &last_line());
        }
    }

    fn say(&self, level: &str, text: &str) {
        let text = neutralise(text);
        let line = match self.0.options.log_format {
            LogFormat::Json => {
                json!({"time": Timestamp::now(), "level": level, "message": text}).to_string()
            }
            LogFormat::Text if level == "info" => text.into_owned(),
            LogFormat::Text => format!("convexport: {level}: {text}"),
        };
        self.0.progress.suspend(|| {
            // Nobody is left to be told when stderr itself fails.
            writeln!(std::io::stderr().lock(), "{line}").ok();
        });
    }
}
