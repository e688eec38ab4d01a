//! Measures the cost of a command: wall time, CPU time and peak memory.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
#[cfg(unix)]
use nix::sys::resource::{UsageWho, getrusage};
#[cfg(unix)]
use nix::sys::time::TimeValLike;

/// How often the processes are checked.
const LOOK: Duration = Duration::from_millis(1);
/// How many of the first looks also read the memory. Of the later ones, one in ten does: to read it takes as long as to
/// answer a request, and a long run does not change in so short a time.
const EARLY: u32 = 100;

/// The cost of a pipeline.
#[derive(Clone, Copy)]
pub struct Cost {
    pub wall: Duration,
    /// The user and system time of all its commands together.
    pub cpu: Duration,
    /// The peak resident memory of its last command, in bytes.
    pub peak: u64,
}

/// Runs commands as a pipeline, and discards its output. Kills them when they take longer than `longest`.
///
/// # Errors
/// When a command fails or takes too long. The error has the last line of stderr.
pub fn run(commands: Vec<Command>, longest: Duration) -> Result<Cost> {
    // Stderr is not a terminal, on which programs would show their progress.
    let stderr = tempfile::tempfile()?;
    let cost = measure(commands, longest, &stderr);
    cost.map_err(|error| match last_line(stderr) {
        Ok(line) if !line.is_empty() => anyhow!("{error:#} ({line})"),
        _ => error,
    })
}

fn measure(commands: Vec<Command>, longest: Duration, stderr: &File) -> Result<Cost> {
    let cpu = cpu_of_children()?;
    let begun = Instant::now();
    let mut pipeline = Pipeline::start(commands, stderr)?;
    let (mut peak, mut looks) = (0, 0);
    while pipeline.is_running()? {
        if looks < EARLY || looks % 10 == 0 {
            peak = peak.max(pipeline.peak().unwrap_or(0));
        }
        looks += 1;
        if begun.elapsed() > longest {
            bail!("ended after {} s", longest.as_secs());
        }
        thread::sleep(LOOK);
    }
    Ok(Cost {
        wall: begun.elapsed(),
        cpu: cpu_of_children()?.saturating_sub(cpu),
        peak,
    })
}

fn last_line(mut of: File) -> io::Result<String> {
    let mut text = String::new();
    of.rewind()?;
    of.read_to_string(&mut text)?;
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    Ok(line.unwrap_or_default().chars().take(100).collect())
}

/// Running commands. Dropping the pipeline kills them.
struct Pipeline(Vec<Child>);

impl Pipeline {
    fn start(commands: Vec<Command>, stderr: &File) -> Result<Self> {
        let mut pipeline = Self(Vec::new());
        let last = commands.len() - 1;
        for (number, mut command) in commands.into_iter().enumerate() {
            let input = pipeline.0.last_mut().and_then(|child| child.stdout.take());
            command
                .stderr(stderr.try_clone()?)
                .stdin(input.map_or_else(Stdio::null, Stdio::from))
                .stdout(if number == last {
                    Stdio::null()
                } else {
                    Stdio::piped()
                });
            let child = command
                .spawn()
                .with_context(|| format!("could not start {}", command.get_program().display()))?;
            pipeline.0.push(child);
        }
        Ok(pipeline)
    }

    /// Whether a command is still running. Also waits for those that ended, so that the kernel counts their CPU time.
    fn is_running(&mut self) -> Result<bool> {
        let mut running = false;
        for child in &mut self.0 {
            match child.try_wait()? {
                None => running = true,
                Some(status) if !status.success() => bail!("failed: {status}"),
                Some(_) => {}
            }
        }
        Ok(running)
    }

    fn peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.last()?.id())).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // This fails when the command has already ended.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The user and system time of all children that were waited for. The kernel counts it in microseconds.
#[cfg(unix)]
fn cpu_of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("no CPU times")?;
    let times = [usage.user_time(), usage.system_time()];
    let micros = times.map(|time| time.num_microseconds());
    Ok(Duration::from_micros(
        micros.iter().sum::<i64>().try_into()?,
    ))
}

#[cfg(not(unix))]
fn cpu_of_children() -> Result<Duration> {
    bail!("no CPU times")
}
