//! The progress line on a terminal.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::line::Line;

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(200);

/// How wide a terminal is that does not tell.
const WIDTH: usize = 80;

/// How wide what stands before the text is, and what stays free behind it: some terminals go on in the next line when a
/// line is full.
const MARGIN: usize = 3;

/// A line that is drawn again and again. Its text is made when it is drawn.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    line: Arc<Mutex<Line>>,
}

impl Progress {
    /// Makes a line on stderr. It is hidden unless `shown`.
    pub fn new(shown: bool) -> Self {
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let line = Arc::<Mutex<Line>>::default();
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(line.clone()));
        if shown {
            bar.enable_steady_tick(TICK);
        }
        Self { bar, line }
    }

    /// What the line knows. A change is shown when it is drawn the next time.
    pub fn line(&self) -> MutexGuard<'_, Line> {
        lock(&self.line)
    }

    /// Hides the line while something else is written.
    pub fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Removes the line for good.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(line: Arc<Mutex<Line>>) -> ProgressStyle {
    let text = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        let size = terminal_size::terminal_size_of(std::io::stderr());
        let width = size.map_or(WIDTH, |(width, _)| width.0.into());
        let text = lock(&line).text(Instant::now(), width.saturating_sub(MARGIN));
        // The export goes on even if the line cannot be written.
        let _ = out.write_str(&text);
    };
    let style = ProgressStyle::with_template("{spinner} {text}");
    style
        .expect("the template is a constant and valid")
        .with_key("text", text)
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}
