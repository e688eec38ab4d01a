//! Everything that goes to stderr: the progress bar, problems, and with `-v` what the network does.
//!
//! A bar that must not be seen is hidden, so callers never ask. What is said is neutralised for terminals.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde_json::json;

use crate::cli::{ConsoleArgs, LogFormat};
use crate::summary::Network;
use crate::terminal::neutralise;
use crate::time::Timestamp;

/// The handle on stderr; clones share one bar.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bar: ProgressBar,
    terminal: bool,
    quiet: bool,
    verbose: bool,
    format: LogFormat,
    requests: AtomicU64,
    retries: AtomicU64,
    waited_ms: AtomicU64,
}

impl Console {
    /// Sets stderr up as the flags and the kind of stderr ask for. A terminal that is `shared` with the data shows no
    /// bar, which would be torn apart.
    #[must_use]
    pub fn new(args: &ConsoleArgs, shared: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let shown = terminal
            && !shared
            && !args.quiet
            && !args.no_progress
            && args.log_format == LogFormat::Text;
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(
            "{spinner} {pos} conversations · {prefix} · {rate}  {msg}",
        ));
        if shown {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar.set_prefix("0 messages");
        Self(Arc::new(Inner {
            bar,
            terminal,
            quiet: args.quiet,
            verbose: args.verbose,
            format: args.log_format,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            waited_ms: AtomicU64::new(0),
        }))
    }

    /// Shows a bar to this total, with the time that is left.
    pub fn expect(&self, conversations: u64) {
        self.0.bar.set_length(conversations);
        self.0.bar.set_style(style(
            "{wide_bar} {pos}/{len} conversations · {prefix} · {rate} · {eta} left  {msg}",
        ));
    }

    /// Shows how far the export is.
    pub fn advance(&self, conversations: u64, messages: u64) {
        self.0.bar.set_position(conversations);
        self.0.bar.set_prefix(format!("{messages} messages"));
    }

    /// Shows what is being waited for, or nothing.
    pub fn status(&self, text: String) {
        self.0.bar.set_message(text);
    }

    /// Counts a request.
    pub fn count_request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that is sent again.
    pub fn count_retry(&self) {
        self.0.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts time spent waiting for a rate limit.
    pub fn count_wait(&self, span: Duration) {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        self.0.waited_ms.fetch_add(millis, Ordering::Relaxed);
    }

    /// What was counted.
    #[must_use]
    pub fn network(&self) -> Network {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Network {
            requests: count(&self.0.requests),
            retries: count(&self.0.retries),
            seconds_waited: Duration::from_millis(count(&self.0.waited_ms)).as_secs_f64(),
        }
    }

    /// Says what went wrong, whatever the flags.
    pub fn error(&self, text: &str) {
        self.say("error", text);
    }

    /// Says what the user should know, unless told to be quiet.
    pub fn warn(&self, text: &str) {
        if !self.0.quiet {
            self.say("warning", text);
        }
    }

    /// Says a detail that only `-v` shows.
    pub fn detail(&self, text: impl FnOnce() -> String) {
        if self.0.verbose {
            self.say("info", &text());
        }
    }

    /// Takes the bar away and, on a terminal, leaves the last line.
    pub fn finish(&self, last_line: impl FnOnce() -> String) {
        self.0.bar.finish_and_clear();
        if (self.0.terminal && !self.0.quiet) || self.0.verbose {
            self.say("info", &last_line());
        }
    }

    fn say(&self, level: &str, text: &str) {
        let text = neutralise(text);
        let line = match self.0.format {
            LogFormat::Json => {
                json!({"time": Timestamp::now(), "level": level, "message": text}).to_string()
            }
            LogFormat::Text if level == "info" => text.into_owned(),
            LogFormat::Text => format!("convexport: {level}: {text}"),
        };
        // Nobody is left to be told when stderr itself fails.
        self.0
            .bar
            .suspend(|| writeln!(std::io::stderr().lock(), "{line}").ok());
    }
}

fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // A bar that cannot be written is no reason to stop.
        let _ = write!(out, "{:.1} a second", state.per_sec());
    };
    let style = ProgressStyle::with_template(template);
    style
        .expect("the template is a constant and valid")
        .with_key("rate", rate)
}
