//! The flags of the redaction: which personal data is taken out of the output, and how.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueHint};
use serde::Serialize;

use super::asked;
use super::secret;
use super::settings::Memory;
use crate::redact::{self, Class, Classes, Key, List};
use crate::usage::usage;

pub use crate::redact::region;

/// The value of `--redact` for all classes.
pub const ALL: &str = "all";

/// What is taken out of the output.
#[derive(Clone, Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Redaction")]
pub struct RedactArgs {
    /// Replace personal data by pseudonyms such as [EMAIL-7f3a9c] [default: all classes]
    ///
    /// The classes are people (what the record knows of the conversation's own people: their names, ids, numbers and
    /// addresses, wherever they occur), url (with credentials or a signature), email, iban, card, national-id, ip,
    /// coordinates, birth-date and phone. The vendor's own records are left out, and an archive stays whole: only what is
    /// written from it is redacted. See docs/redaction.md for what this cannot find.
    #[arg(long, value_name = "CLASS,...", num_args = 0..=1, value_delimiter = ',', default_missing_value = ALL, value_parser = class_or_all, hide_short_help = true)]
    pub redact: Option<Vec<String>>,

    /// Leave a class as it is (repeatable)
    #[arg(
        long,
        value_name = "CLASS",
        value_delimiter = ',',
        hide_short_help = true
    )]
    #[serde(serialize_with = "names")]
    pub keep: Vec<Class>,

    /// Replace words and regular expressions of your own, too: on each line of FILE `CLASS WORD` or `CLASS /EXPRESSION/`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    #[serde(serialize_with = "asked::path")]
    pub redact_list: Option<PathBuf>,

    /// The key of the pseudonyms, at least 16 bytes: with the same key a value has the same pseudonym in every run, and
    /// for both vendors [default: a random key for each run]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    #[serde(serialize_with = "asked::path")]
    pub redact_key_file: Option<PathBuf>,

    /// Also find the telephone numbers of this region that are written without its code, such as NO (repeatable)
    #[arg(long, value_name = "REGION", value_delimiter = ',', value_parser = region, hide_short_help = true)]
    #[serde(serialize_with = "names")]
    pub region: Vec<redact::Region>,

    /// Write the vendor's own records, too, redacted: what nobody can tell to be harmless is dropped
    #[arg(long, hide_short_help = true)]
    pub redact_raw: bool,

    /// Replace the ids of conversations and messages, too
    #[arg(long, hide_short_help = true)]
    pub redact_ids: bool,
}

/// Parses a class of `--redact`.
///
/// # Errors
/// When there is no such class.
pub fn class_or_all(text: &str) -> Result<String, String> {
    if text != ALL {
        text.parse::<Class>()
            .map_err(|why| format!("{why}, and {ALL} (a file has to stand before --redact)"))?;
    }
    Ok(text.to_owned())
}

impl RedactArgs {
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.redact_list.iter().chain(&self.redact_key_file)
    }

    /// What is redacted. `None` when nothing is. `is_output` says whether an output is named besides an archive, and
    /// `is_folder` whether it is a folder.
    ///
    /// # Errors
    /// A usage error for flags that do not go together, or a file that cannot be used.
    pub fn resolve(
        &self,
        memory: &Memory,
        is_output: bool,
        is_folder: bool,
    ) -> Result<Option<redact::Options>> {
        let Some(classes) = &self.redact else {
            self.check_unused()?;
            return Ok(None);
        };
        let all = classes.iter().any(|class| class == ALL);
        let asked: Classes = if all {
            Class::ALL.into_iter().collect()
        } else {
            classes
                .iter()
                .filter_map(|class| class.parse().ok())
                .collect()
        };
        let classes = asked.without(self.keep.iter().copied().collect());
        if classes.is_empty() && self.redact_list.is_none() {
            bail!(usage!("--keep: nothing is left to redact"));
        }
        if !self.region.is_empty() && !classes.has(Class::Phone) {
            bail!(usage!(
                "--region is for telephone numbers, which are not redacted here"
            ));
        }
        self.check_memory(memory, is_output, is_folder)?;
        let key = match &self.redact_key_file {
            Some(path) => key(path)?,
            None => Key::random()?,
        };
        Ok(Some(redact::Options {
            classes,
            list: self.list()?,
            key,
            is_random_key: self.redact_key_file.is_none(),
            regions: self.region.clone(),
            keeps_raw: self.redact_raw,
            ids: self.redact_ids,
            hides_users: false,
        }))
    }

    /// Checks that no flag of the redaction stands alone.
    fn check_unused(&self) -> Result<()> {
        let flags = [
            ("--keep", !self.keep.is_empty()),
            ("--redact-list", self.redact_list.is_some()),
            ("--redact-key-file", self.redact_key_file.is_some()),
            ("--region", !self.region.is_empty()),
            ("--redact-raw", self.redact_raw),
            ("--redact-ids", self.redact_ids),
        ];
        match flags.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => bail!(usage!("{flag} goes with --redact")),
            None => Ok(()),
        }
    }

    /// Checks that earlier runs and this one make sense together.
    fn check_memory(&self, memory: &Memory, is_output: bool, is_folder: bool) -> Result<()> {
        match memory {
            Memory::Archive(_) if !is_output => bail!(usage!(
                "--redact: an archive keeps everything as it came: give -f, -o or -d for a redacted output, or give --redact \
                 to `convexport render ARCHIVE`"
            )),
            Memory::Archive(_) if is_folder && self.redact_key_file.is_none() => bail!(usage!(
                "--redact: the files of a folder stay from run to run, so their pseudonyms need a key that stays: give \
                 --redact-key-file FILE"
            )),
            Memory::Singer { .. } if self.redact_key_file.is_none() => bail!(usage!(
                "`redact`: the rows of one run have to join with those of the next, so their pseudonyms need a key that \
                 stays: give `redact_key_file`"
            )),
            Memory::Singer { .. } if self.redact_ids => bail!(usage!(
                "`redact_ids`: the state of a tap has ids of conversations, so they cannot be hidden"
            )),
            _ => Ok(()),
        }
    }

    fn list(&self) -> Result<List> {
        let Some(path) = &self.redact_list else {
            return Ok(List::default());
        };
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("could not read the list {name}"))?;
        List::parse(&text).with_context(|| format!("could not use the list {name}"))
    }
}

/// Reads the key, without white space at its ends.
fn key(path: &Path) -> Result<Key> {
    if path == Path::new("-") {
        bail!(usage!(
            "--redact-key-file: give a file, stdin may be needed for other things"
        ));
    }
    let bytes = secret::read_file("key", path)?;
    Key::of(bytes.trim_ascii())
        .with_context(|| format!("could not use the key's file {}", path.display()))
}

fn names<T: AsRef<str>, S: serde::Serializer>(
    names: &[T],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(names.iter().map(AsRef::as_ref))
}
