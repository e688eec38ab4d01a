//! An export as the flags ask for it, in the options of the rooms that do it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::output::OutputArgs;
use super::run::{ArchiveArgs, RunArgs};
use crate::format::{self, Format};
use crate::io::Compression;
use crate::source::{Options as SourceOptions, Selection};
use crate::time::Span;
use crate::usage::usage;
use crate::{console, http, sink};

/// What came longer ago than this is not remembered.
const LONGEST_OVERLAP: Span = Span::days(90);

/// An export as the flags ask for it. Nothing in it needs to be parsed or resolved any more.
#[derive(Debug)]
pub struct Settings {
    /// The command.
    pub name: &'static str,
    /// What was asked for, for the summary.
    pub asked: Value,
    /// Where the conversations come from.
    pub source: SourceOptions,
    /// Which conversations.
    pub selection: Selection,
    /// The network.
    pub http: http::Options,
    /// The format.
    pub format: format::Options,
    /// Where it goes.
    pub output: sink::Options,
    /// What to say on stderr.
    pub console: console::Options,
    /// What is remembered of earlier runs.
    pub memory: Memory,
    /// How to run.
    pub run: RunOptions,
    /// The files that the flags name.
    pub paths: Paths,
}

/// The files that the flags name. They are known before anything is resolved.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Where the summary goes; `-` is stderr.
    pub summary: Option<PathBuf>,
    /// The state.
    pub state: Option<PathBuf>,
    /// Where the export goes.
    pub target: sink::Target,
    /// Files that are read.
    pub inputs: Vec<PathBuf>,
}

/// The flags of a command that exports.
pub trait ExportArgs {
    /// The command.
    fn name(&self) -> &'static str;

    /// What was asked for, for the summary.
    fn asked(&self) -> Value;

    /// The files that the flags name.
    fn paths(&self) -> Paths;

    /// The export that the flags ask for.
    ///
    /// # Errors
    /// A usage error for flags that do not go together; else when a file that they name cannot be read.
    fn resolve(&self) -> Result<Settings>;
}

/// How to run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Where the summary goes; `-` is stderr.
    pub summary: Option<PathBuf>,
    /// When to stop.
    pub max_duration: Option<Duration>,
    /// Whether to stop at the first conversation that cannot be exported.
    pub fail_fast: bool,
}

/// What is remembered of earlier runs.
#[derive(Clone, Debug)]
pub enum Memory {
    /// Nothing.
    None,
    /// What a file says.
    State {
        /// The file.
        path: PathBuf,
        /// How far before the last run's beginning to look again.
        overlap: Span,
        /// Whether the output is appended to.
        append: bool,
    },
    /// What a Singer target keeps.
    Singer {
        /// The value of the last STATE.
        state: Option<PathBuf>,
    },
}

impl Memory {
    /// What the flags ask for.
    ///
    /// # Errors
    /// A usage error when a run would replace what earlier runs wrote.
    pub fn of(args: &ArchiveArgs, output: &OutputArgs, format: Format) -> Result<Self> {
        let Some(path) = &args.state else {
            return Ok(Self::None);
        };
        if args.overlap > LONGEST_OVERLAP {
            bail!(usage!(
                "--overlap is for what comes late: give 90 days at the most"
            ));
        }
        require_append(args.append, output, format)?;
        Ok(Self::State {
            path: path.clone(),
            overlap: args.overlap,
            append: args.append,
        })
    }
}

impl From<&RunArgs> for RunOptions {
    fn from(args: &RunArgs) -> Self {
        Self {
            summary: args.summary.clone(),
            max_duration: args.max_duration.map(Span::to_std),
            fail_fast: args.fail_fast,
        }
    }
}

/// A file of -o is appended to, so that no run replaces what the runs before wrote.
fn require_append(append: bool, output: &OutputArgs, format: Format) -> Result<()> {
    let file = output.output.as_deref();
    let Some(path) = file.filter(|path| *path != Path::new("-")) else {
        return Ok(());
    };
    if !append {
        bail!(usage!(
            "--state with -o FILE needs --append: otherwise each run would replace the file by what is new"
        ));
    }
    if !format.can_append() {
        bail!(usage!(
            "--append: {} cannot be appended to; give -f jsonl, messages or csv",
            format.name()
        ));
    }
    if Compression::of(path) != Compression::None {
        bail!(usage!(
            "--append: {} would be compressed, and cannot be appended to; give a name without .gz",
            path.display()
        ));
    }
    Ok(())
}
