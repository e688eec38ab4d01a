//! The progress bar.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(200);

/// A bar that counts conversations and messages.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Makes a bar on stderr. It is hidden unless `shown`.
    pub fn new(shown: bool) -> Self {
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(
            "{spinner} {pos} conversations · {prefix} · {rate}  {msg}",
        ));
        if shown {
            bar.enable_steady_tick(TICK);
        }
        bar.set_prefix("0 messages");
        Self(bar)
    }

    /// Shows a bar up to this total, with the remaining time.
    pub fn expect(&self, conversations: u64) {
        self.0.set_length(conversations);
        self.0.set_style(style(
            "{wide_bar} {pos}/{len} conversations · {prefix} · {rate} · {eta} left  {msg}",
        ));
    }

    /// Shows how many conversations and messages are exported.
    pub fn advance(&self, conversations: u64, messages: u64) {
        self.0.set_position(conversations);
        self.0.set_prefix(format!("{messages} messages"));
    }

    /// Shows what the export waits for. An empty text shows nothing.
    pub fn status(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Hides the bar while something else is written.
    pub fn suspend(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // The export goes on even if the bar cannot be written.
        let _ = write!(out, "{:.1} a second", state.per_sec());
    };
    let style = ProgressStyle::with_template(template);
    style
        .expect("the template is a constant and valid")
        .with_key("rate", rate)
}
