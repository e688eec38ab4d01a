//! Counts the files that a run asked for, and says which are missing.

use std::collections::BTreeMap;

use anyhow::{Context as _, Error, Result};

use crate::console::Console;
use crate::media::Fetched;
use crate::model::Missing;
use crate::report::MediaCounts;
use crate::run::exit::Exit;
use crate::text::grouped;

/// Counts the files that a run asked for.
#[derive(Debug, Default)]
pub struct Tally {
    counts: MediaCounts,
    /// How many are missing, by reason and by the last status of the server.
    missing: BTreeMap<(Missing, Option<u16>), u64>,
}

impl Tally {
    /// Counts what became of a file.
    ///
    /// # Errors
    /// When this machine cannot store files.
    pub fn note(&mut self, fetched: &mut Fetched) -> Result<()> {
        if let Some(error) = fetched.broken.take() {
            return Err(Error::new(error)).context("could not write to the folder for media");
        }
        match &fetched.result {
            Ok(file) => {
                self.counts.downloaded += 1;
                self.counts.bytes += file.bytes;
            }
            Err(missing) => {
                *self.missing.entry((*missing, fetched.status)).or_default() += 1;
                let by_name = &mut self.counts.missing;
                *by_name.entry(missing.name().to_owned()).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Says how many files are missing, and why, on one line. Returns the counts for the summary.
    pub fn tell(&self, console: &Console) -> MediaCounts {
        let all: u64 = self.missing.values().sum();
        if all > 0 {
            let reasons = self.missing.iter().map(|((missing, status), count)| {
                let status = status.map(|status| format!(" ({status})"));
                let (count, status) = (grouped(*count), status.unwrap_or_default());
                format!("{count} {}{status}", missing.name())
            });
            let reasons: Vec<_> = reasons.collect();
            console.warn(&format!(
                "{} media could not be fetched: {}",
                grouped(all),
                reasons.join(", ")
            ));
        }
        self.counts.clone()
    }
}

/// How a run ends. It is incomplete when files are missing that are required.
pub fn exit(exit: Exit, lacks_required: bool, console: &Console) -> Exit {
    if !lacks_required {
        return exit;
    }
    console.error("incomplete: media are missing, and --media-required asks for all of them");
    Exit::Incomplete
}
