//! The flags of media: the files that messages point to.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use serde_json::Value;

use super::values::{bytes, up_to_64};
use crate::media::{Kind, Options};
use crate::usage::{UsageError, usage};

/// What becomes of the files that messages point to.
#[derive(Clone, Debug)]
pub enum Media {
    /// Only their addresses are kept.
    None,
    /// They are downloaded.
    Download(Download),
    /// They are taken from the archive that is read.
    Kept(Placing),
}

impl Media {
    /// Whether an output names files.
    #[must_use]
    pub fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// What to download, and where to.
#[derive(Clone, Debug)]
pub struct Download {
    /// The folder. `None` for that of an archive.
    pub folder: Option<PathBuf>,
    /// What, and how much of it.
    pub options: Options,
    /// Whether a missing file makes the run incomplete.
    pub required: bool,
}

/// How an output comes to the files of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Placing {
    /// They are copied into a folder beside the output
    Copy,
    /// The output links to them where they are
    Link,
    /// The output links to their addresses
    None,
}

/// What to download, and where to.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Media")]
pub struct MediaArgs {
    /// Download the files that messages point to
    ///
    /// Each content is stored once, named by its SHA-256. The output says which file belongs to which message. With
    /// --archive no folder is given: it is FILE.media beside FILE.db, and later runs try again what failed.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "redact", help_heading = "Output")]
    #[expect(
        clippy::option_option,
        reason = "clap takes it for a flag whose value may be left out"
    )]
    pub media: Option<Option<PathBuf>>,

    /// Only these kinds of media
    #[arg(
        long,
        value_name = "KINDS",
        value_enum,
        value_delimiter = ',',
        requires = "media",
        hide_short_help = true,
        default_values = ["image", "audio", "video", "file"]
    )]
    pub media_types: Vec<Kind>,

    /// Leave out what is larger (`k`, `M` and `G` are thousands)
    #[arg(long, value_name = "SIZE", value_parser = bytes, requires = "media", hide_short_help = true, default_value = "50M")]
    pub media_max_size: u64,

    /// Stop to download when a run has so much [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = bytes, requires = "media", hide_short_help = true)]
    pub media_total: Option<u64>,

    /// How many files are downloaded at once
    #[arg(long, value_name = "N", value_parser = up_to_64, requires = "media", hide_short_help = true, default_value = "8")]
    pub media_concurrency: u16,

    /// End with exit code 3 when a file could not be downloaded
    #[arg(long, requires = "media", hide_short_help = true)]
    pub media_required: bool,
}

impl Default for MediaArgs {
    fn default() -> Self {
        Self {
            media: None,
            media_types: Kind::ALL.to_vec(),
            media_max_size: 50_000_000,
            media_total: None,
            media_concurrency: 8,
            media_required: false,
        }
    }
}

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl MediaArgs {
    /// What becomes of media.
    ///
    /// # Errors
    /// A usage error when there is no folder, or one with an archive, which has its own.
    pub fn resolve(&self, is_archive: bool) -> Result<Media, UsageError> {
        let Some(folder) = &self.media else {
            return Ok(Media::None);
        };
        match (is_archive, folder) {
            (true, Some(folder)) => {
                return Err(usage!(
                    "--media {}: an archive keeps its media in a folder of its own; give --media alone",
                    folder.display()
                ));
            }
            (false, None) => {
                return Err(usage!(
                    "--media: give the folder for the files (--media DIR)"
                ));
            }
            _ => {}
        }
        let folder = folder.clone();
        Ok(Media::Download(Download {
            folder,
            options: Options {
                kinds: self.media_types.clone(),
                max_size: self.media_max_size,
                max_total: self.media_total.unwrap_or(u64::MAX),
                concurrency: self.media_concurrency,
            },
            required: self.media_required,
        }))
    }

    /// The folder, if there is one beside that of an archive.
    pub fn folder(&self) -> Option<PathBuf> {
        self.media.clone().flatten()
    }

    /// Adds to how the files of a mirror are written whether they name media.
    pub fn with_mirror(&self, mut mirror: Value) -> Value {
        if self.media.is_some() {
            mirror["media"] = true.into();
        }
        mirror
    }
}
