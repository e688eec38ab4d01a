//! One file or, with a split, several. They get their final names together, when all of them are complete.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::finished::Finished;
use super::single::SingleFile;
use super::split::Split;
use super::target::Options;
use super::written::Written;
use crate::format::{FormatterFactory, Outcome};
use crate::io::atomic;
use crate::model::Conversation;
use crate::report::FileEntry;

/// One file, or one for each part of a split.
pub struct Files {
    /// As many as the split has parts.
    parts: Vec<SingleFile>,
    split: Option<Split>,
    allow_empty: bool,
}

impl Files {
    /// Opens the files, as [`SingleFile::open`] does.
    pub fn open(
        path: &Path,
        split: Option<Split>,
        options: &Options,
        factory: &FormatterFactory,
    ) -> Result<Self> {
        let paths = match &split {
            Some(split) => split.paths(path),
            None => vec![path.to_owned()],
        };
        let open = |path: &PathBuf| SingleFile::open(path, factory.formatter(), options.hashed);
        Ok(Self {
            parts: paths.iter().map(open).collect::<Result<_>>()?,
            split,
            allow_empty: options.allow_empty,
        })
    }

    /// Writes one conversation to the file that it belongs to.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        let split = self.split.as_ref();
        let part = split.map_or(0, |split| split.part_of(conversation));
        self.parts[part].write(conversation)
    }

    /// Tells the documents how the export ended. See [`super::Sink::note_outcome`].
    pub fn note_outcome(&mut self, outcome: Outcome) {
        let parts = self.parts.iter_mut();
        parts.for_each(|file| file.note_outcome(outcome));
    }

    /// Ends the export. See [`super::Sink::finish`].
    pub fn finish(mut self, complete: bool, whole: bool) -> Result<Finished> {
        if !complete && !self.parts.iter().any(SingleFile::begun) {
            let mut files = self.parts.iter();
            files.try_for_each(|file| file.partial().discard_if_empty())?;
            return Ok(Finished::default());
        }
        self.parts.iter_mut().try_for_each(|file| file.end(whole))?;
        let kept = self.kept(complete)?;
        let complete = complete && kept.is_none();
        if complete {
            self.commit()?;
        } else {
            self.keep_larger()?;
        }
        let paths: Vec<_> = self
            .parts
            .iter()
            .map(|file| file.partial().paths())
            .collect();
        Ok(if complete {
            Finished {
                files: self.entries(true),
                ..Finished::default()
            }
        } else {
            Finished {
                files: self.entries(false),
                kept,
                ..Finished::unfinished(paths)
            }
        })
    }

    fn entries(&self, complete: bool) -> Vec<FileEntry> {
        let parts = self.parts.iter();
        parts.map(|file| file.entry(complete)).collect()
    }

    /// Replaces what an earlier run could not complete, unless that is more.
    fn keep_larger(&mut self) -> Result<()> {
        let progress = self.parts.iter().map(|file| file.partial().progress());
        let (ours, earlier) = progress.fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
        if ours >= earlier {
            self.parts
                .iter_mut()
                .try_for_each(SingleFile::replace_earlier)?;
        }
        Ok(())
    }

    /// The earlier file that would be replaced by one without conversations, unless that is allowed.
    fn kept(&self, complete: bool) -> Result<Option<PathBuf>> {
        if !complete || self.allow_empty {
            return Ok(None);
        }
        for file in &self.parts {
            if file.erases()? {
                return Ok(Some(file.partial().paths().target().to_owned()));
            }
        }
        Ok(None)
    }

    /// Gives the files their final names, after all of them are durable.
    fn commit(&self) -> Result<()> {
        let partials: Vec<_> = self.parts.iter().map(SingleFile::partial).collect();
        atomic::sync_all(&partials)?;
        partials
            .iter()
            .try_for_each(|partial| partial.paths().rename())?;
        // All of them are in one folder, unless one is a link to another.
        partials
            .iter()
            .try_for_each(|partial| partial.sync_folder())
    }
}
