//! An export as the flags ask for it, in the options of the rooms that do it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::asked;
use super::media::Media;
use super::run::{ArchiveArgs, RunArgs};
use crate::format::{self, Template};
use crate::source::{Options as SourceOptions, Selection};
use crate::time::Span;
use crate::usage::usage;
use crate::{console, http, redact, sink};

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
    /// What personal data is taken out of the output, if any.
    pub redact: Option<redact::Options>,
    /// The network.
    pub http: http::Options,
    /// The format.
    pub format: format::Options,
    /// Where it goes. `None` when it goes to an archive alone.
    pub output: Option<sink::Options>,
    /// What to say on stderr.
    pub console: console::Options,
    /// What is remembered of earlier runs.
    pub memory: Memory,
    /// What becomes of the files that messages point to.
    pub media: Media,
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
    /// The archive that is written.
    pub archive: Option<PathBuf>,
    /// The folder that media are downloaded into.
    pub media: Option<PathBuf>,
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
    /// An archive.
    Archive(ArchiveOptions),
    /// What a Singer target keeps.
    Singer {
        /// The value of the last STATE.
        state: Option<PathBuf>,
    },
}

/// How an archive is brought up to date.
#[derive(Clone, Debug)]
pub struct ArchiveOptions {
    /// The file.
    pub path: PathBuf,
    /// Whether this run is a sweep.
    pub sweep: bool,
    /// How long after a sweep the next one is due.
    pub sweep_every: Span,
    /// Whether only what failed before is fetched.
    pub only_failed: bool,
    /// The filters by the names of their flags, as a JSON object. `{}` selects everything.
    pub filters: Value,
    /// How the files of a mirror are named and written.
    pub mirror: Value,
}

impl Memory {
    /// Adds what is in a template to how the files of a mirror are written.
    pub fn with_template(self, template: Option<&Template>) -> Self {
        match self {
            Self::Archive(options) => Self::Archive(ArchiveOptions {
                mirror: asked::with_template(options.mirror, template),
                ..options
            }),
            other => other,
        }
    }
}

impl Memory {
    /// Adds what tells one redaction from another to how the files of a mirror are written.
    pub fn with_redaction(self, redact: Option<&redact::Options>) -> Self {
        match (self, redact) {
            (Self::Archive(mut options), Some(redact)) => {
                options.mirror["redact_settings"] = redact.fingerprint().into();
                Self::Archive(options)
            }
            (other, _) => other,
        }
    }
}

impl ArchiveArgs {
    /// What is remembered of earlier runs with these filters. `mirror` is how the files of a mirror are written.
    ///
    /// # Errors
    /// A usage error for a flag of earlier versions.
    pub fn memory(&self, filters: Value, mirror: Value) -> Result<Memory> {
        if self.state.is_some() {
            bail!(usage!(
                "--state is no more: use --archive FILE.db, a database that keeps everything and knows what is new"
            ));
        }
        let Some(path) = &self.archive else {
            return Ok(Memory::None);
        };
        Ok(Memory::Archive(ArchiveOptions {
            path: path.clone(),
            sweep: self.sweep,
            sweep_every: self.sweep_every,
            only_failed: self.only_failed,
            filters,
            mirror,
        }))
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
