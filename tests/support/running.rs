//! A program that runs while the test goes on, so that the test can watch, signal or kill it, or wait for its end.
//!
//! Tests wait for events and never for a fixed time, because a machine may be slow. The only limit here is a watchdog.

use std::io::{BufRead, BufReader, Read};
#[cfg(unix)]
use std::process::Command;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Convexport, Run};

/// A wait that takes longer than this fails the test.
const WATCHDOG: Duration = Duration::from_secs(120);

/// Waits until a condition is true.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < WATCHDOG, "it never came: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A program that was started. Dropping it kills it.
pub struct Running {
    child: Child,
    stdout: Option<ChildStdout>,
    written: Option<Gathered>,
    said: Gathered,
}

/// The text that comes through a pipe. Another thread reads it.
struct Gathered {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Gathered {
    fn from(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let theirs = Arc::clone(&text);
        let reader = thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8(line).expect("it is UTF-8");
                let mut text = theirs.lock().unwrap_or_else(PoisonError::into_inner);
                *text += &line;
                text.push('\n');
            }
        });
        Self {
            text,
            reader: Some(reader),
        }
    }

    fn so_far(&self) -> String {
        let text = self.text.lock();
        text.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it is UTF-8");
        }
        self.so_far()
    }
}

impl Convexport {
    /// Starts the program without waiting for its end. Nothing reads its stdout yet.
    pub fn start(self) -> Running {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        Running {
            stdout: child.stdout.take(),
            written: None,
            said: Gathered::from(child.stderr.take().expect("a pipe")),
            child,
        }
    }
}

impl Running {
    /// Its process id.
    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it is a child").is_some()
    }

    /// Waits until the program has written this text to stderr.
    pub fn wait_until_said(&self, part: &str) {
        wait_until(part, || self.said.so_far().contains(part));
    }

    /// Reads its stdout from now on, and waits until a line has come.
    pub fn wait_until_written(&mut self) {
        let stdout = self.stdout.take().expect("nobody reads it yet");
        let written = self.written.insert(Gathered::from(stdout));
        wait_until("a line on stdout", || !written.so_far().is_empty());
    }

    /// Reads this many bytes of its stdout and closes it, as `head` does.
    pub fn read_and_leave(&mut self, bytes: usize) {
        let mut stdout = self.stdout.take().expect("nobody reads it yet");
        let mut some = vec![0; bytes];
        stdout.read_exact(&mut some).expect("so much comes");
    }

    /// Sends a signal by its name, such as `-INT`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .expect("there is a kill");
        assert!(sent.success());
    }

    /// Kills the program, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is a child");
    }

    /// Waits until the program ends by itself, without reading its stdout. Returns its exit code.
    pub fn code(&mut self) -> Option<i32> {
        wait_until("the end of the program", || self.has_ended());
        self.child.wait().expect("it is a child").code()
    }

    /// Waits until the program ends by itself. Returns its result.
    pub fn end(mut self) -> Run {
        if let Some(stdout) = self.stdout.take() {
            self.written = Some(Gathered::from(stdout));
        }
        let code = self.code().expect("no signal ended it");
        Run {
            code,
            stdout: self
                .written
                .as_mut()
                .map(Gathered::whole)
                .unwrap_or_default(),
            stderr: self.said.whole(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
