//! Stops a run on Ctrl-C, on SIGTERM, or at the end of `--max-duration`.

use std::fmt;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, channel};

use crate::console::Console;

/// How long a stopped run may take to save its work. Then the program ends, even if its output is blocked.
const GRACE: Duration = Duration::from_millis(1900);

/// Why a run was stopped. This is the error of the unfinished work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// The time is up.
    Deadline,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt | Self::Terminate => "interrupted",
            Self::Deadline => "stopped by --max-duration",
        })
    }
}

impl std::error::Error for Stop {}

/// The error of a run that was stopped, with what is left of its work and how to go on.
#[derive(Debug)]
pub struct Stopped {
    /// Why it was stopped.
    pub stop: Stop,
    /// What is saved, and the command that goes on.
    pub left: String,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.stop, self.left)
    }
}

impl std::error::Error for Stopped {}

impl Stop {
    /// The exit code that shells use for this signal.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
            Self::Deadline => 3,
        }
    }
}

/// Waits for the first reason to stop. The program ends at once after a second signal, or when the run does not save
/// its work in time.
#[must_use]
pub fn watch(runtime: &Handle, most: Option<Duration>, console: Console) -> Receiver<Stop> {
    let (sender, receiver) = channel(1);
    runtime.spawn(async move {
        let stop = tokio::select! {
            stop = signal() => stop,
            () = deadline(most) => Stop::Deadline,
        };
        // The receiver is gone only when the run has ended.
        sender.send(stop).await.ok();
        let last = tokio::select! {
            second = signal() => second,
            () = tokio::time::sleep(GRACE) => stop,
        };
        let line = "ended before everything was written; this continues or begins anew";
        console.end();
        console.error(&format!("{line}: {}", command_line()));
        std::process::exit(last.code().into());
    });
    receiver
}

async fn deadline(most: Option<Duration>) {
    match most {
        Some(most) => tokio::time::sleep(most).await,
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
async fn signal() -> Stop {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = kinds else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Stop::Interrupt,
        _ = terminate.recv() => Stop::Terminate,
    }
}

#[cfg(not(unix))]
async fn signal() -> Stop {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Stop::Interrupt,
        Err(_) => std::future::pending().await,
    }
}

/// The command line of this process, quoted for a shell.
#[must_use]
pub fn command_line() -> String {
    let words = std::env::args_os().map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// The word, quoted for a shell if need be.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_the_same_word_again() {
        assert_eq!(quoted("--bot-id=a"), "--bot-id=a");
        assert_eq!(quoted("my file"), "'my file'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
