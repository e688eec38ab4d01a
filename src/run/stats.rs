//! `convexport stats`: counts saved conversations.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::exit::Exit;
use super::monitor::Monitor;
use super::paths::check_paths;
use super::pump::{Pump, Work};
use super::signal::Stop;
use crate::cli::{StatsArgs, StatsSettings};
use crate::console::{Console, Data, Neutral};
use crate::io::atomic::PartialFile;
use crate::io::{Compression, GzipWriter, HashingWriter};
use crate::model::Conversation;
use crate::source::{Context, Event, FailedConversation, IdSet, Options, Source};
use crate::stats::{self, Format, Tally};
use crate::text::counted;

/// How wide a table is that no terminal shows.
const WIDTH: usize = 80;

/// Counts what is selected, and writes the numbers. What could be read is counted also when something is missing.
///
/// # Errors
/// When an input is not a complete export, or the output cannot be written.
pub fn run(args: &StatsArgs) -> Result<Exit> {
    let settings = args.resolve()?;
    check_paths(&settings.paths())?;
    let data = if settings.output.is_none() {
        Data::on_stdout()
    } else {
        Data::Elsewhere
    };
    let console = Console::new(settings.console, data);
    let mut counting = Counting::new(&settings, console.clone());
    let source = source(&settings, &console)?;
    let output = Output::open(settings.output.as_deref())?;
    let mut pump = Pump::start(None, &console)?;
    let worked = pump.run(source, &mut counting);
    pump.end();
    if data != Data::Terminal {
        console.finish(|| counting.in_words());
    }
    console.end();
    match worked {
        Err(error) if error.is::<Stop>() => output.discard().and(Err(error)),
        worked => counting.finish(worked, settings.format, output),
    }
}

fn source(settings: &StatsSettings, console: &Console) -> Result<Source> {
    let context = Context {
        http: settings.http,
        observer: Monitor::new(console.clone()),
        console: console.clone(),
    };
    let options = Options::Saved(settings.source.clone());
    Source::new(options, &settings.selection, &context)
}

/// How wide a table may be.
fn width(output: &Output) -> usize {
    let size = terminal_size::terminal_size_of(io::stdout());
    let size = size.filter(|_| matches!(output, Output::Stdout));
    size.map_or(WIDTH, |(width, _)| width.0.into())
}

/// What was counted so far.
struct Counting {
    tally: Tally,
    console: Console,
    /// How many conversations could not be read.
    failed: u64,
    /// The conversations that came. `None` when there is one file, which has each of them once.
    seen: Option<BTreeMap<(&'static str, Option<String>), IdSet>>,
    /// How many came again.
    repeated: u64,
}

impl Counting {
    fn new(settings: &StatsSettings, console: Console) -> Self {
        let inputs = &settings.source.inputs;
        let is_one_file = inputs.len() == 1 && !inputs[0].is_dir();
        Self {
            tally: Tally::new(settings.counting),
            console,
            failed: 0,
            seen: (!is_one_file).then(BTreeMap::new),
            repeated: 0,
        }
    }

    fn add(&mut self, conversation: &Conversation) {
        self.tally.add(conversation);
        if let Some(seen) = &mut self.seen {
            let account = (conversation.source.name(), conversation.account.clone());
            let is_new = seen.entry(account).or_default().insert(&conversation.id);
            self.repeated += u64::from(!is_new);
        }
        let totals = self.tally.totals();
        self.console.advance(totals.conversations, totals.messages);
    }

    fn fail(&mut self, failed: &FailedConversation) {
        self.failed += 1;
        self.console.error(&format!("{:#}", failed.error));
    }

    /// Writes the numbers of what was `worked` through.
    fn finish(self, worked: Result<()>, format: Format, output: Output) -> Result<Exit> {
        self.warn_of_repeated();
        let Self {
            tally,
            console,
            failed,
            ..
        } = self;
        let complete = worked.is_ok() && failed == 0;
        let numbers = stats::write(&tally.stats(complete), format, width(&output))?;
        let written = output.write(&numbers, complete);
        if let Ok(Some(place)) = &written {
            console.error(&format!("incomplete: the numbers so far are in {place}"));
        }
        worked?;
        written?;
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }

    fn warn_of_repeated(&self) {
        if self.repeated > 0 {
            self.console.warn(&format!(
                "{} came more than once, and each time counts: bring the inputs into one archive first \
                 (convexport render FILE ... --archive all.db)",
                counted(self.repeated, "conversation")
            ));
        }
    }

    fn in_words(&self) -> String {
        let totals = self.tally.totals();
        let conversations = counted(totals.conversations, "conversation");
        format!(
            "read {conversations} with {}",
            counted(totals.messages, "message")
        )
    }
}

impl Work for Counting {
    fn handle(&mut self, event: Event) -> Result<()> {
        let (done, fetched) = event.handled();
        self.console.advance(done, fetched);
        match event {
            Event::Conversations(conversations) => {
                for conversation in conversations.iter() {
                    self.add(conversation);
                }
            }
            Event::Failed(failed) | Event::NotFound(failed) => self.fail(&failed),
            Event::Expect(count) => self.console.expect(count),
            // Only vendors send these.
            Event::Clock(_)
            | Event::Api(_)
            | Event::Whole(_)
            | Event::CountMismatch { .. }
            | Event::Gone(_)
            | Event::Unchanged(_)
            | Event::Forgotten(_)
            | Event::Skipped
            | Event::ListMoved
            | Event::NoMatch(_) => {}
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Where the numbers go.
enum Output {
    Stdout,
    /// A device or pipe that was given as a file.
    Device(File),
    File(PartialFile),
}

impl Output {
    /// Opens it before anything is read, so that a problem with it is found at once.
    fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Stdout);
        };
        let context = || format!("could not write to {}", path.display());
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            let device = OpenOptions::new().write(true).open(path);
            return device.map(Self::Device).with_context(context);
        }
        PartialFile::open(path)
            .map(Self::File)
            .with_context(context)
    }

    /// Writes nothing.
    fn discard(self) -> Result<()> {
        match self {
            Self::File(partial) => partial.discard_if_empty(),
            Self::Stdout | Self::Device(_) => Ok(()),
        }
    }

    /// Writes the numbers. Those of an incomplete input replace no file; returns where they are then.
    fn write(self, numbers: &[u8], complete: bool) -> Result<Option<String>> {
        match self {
            Self::Stdout => {
                let out = io::stdout().lock();
                let is_terminal = out.is_terminal();
                show(out, is_terminal, numbers).context("could not write to stdout")?;
            }
            Self::Device(file) => {
                let is_terminal = file.is_terminal();
                show(file, is_terminal, numbers).context("could not write to the output")?;
            }
            Self::File(mut partial) => {
                save(&partial, numbers).with_context(|| partial.context())?;
                if !complete {
                    partial.replace_earlier()?;
                    return Ok(Some(partial.paths().partial().display().to_string()));
                }
                partial.commit()?;
            }
        }
        Ok(None)
    }
}

fn show(mut out: impl Write, is_terminal: bool, numbers: &[u8]) -> io::Result<()> {
    if is_terminal {
        return Neutral(out).write_all(numbers);
    }
    out.write_all(numbers)?;
    out.flush()
}

fn save(partial: &PartialFile, numbers: &[u8]) -> io::Result<()> {
    partial.start_over()?;
    let compression = Compression::of(partial.paths().target());
    let file = HashingWriter::new(Box::new(partial.writer()?), false);
    let mut file = GzipWriter::new(compression, file);
    file.write_all(numbers)?;
    file.finish()
}
