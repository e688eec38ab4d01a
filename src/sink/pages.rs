//! One file and, if there is much in it, plain pages beside it, for readers without scripts. All files get their final
//! names at the end, and the document last, so that an incomplete export replaces none of them.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::finished::Finished;
use super::single::buffered;
use super::target::Options;
use super::written::Written;
use crate::format::{Neighbours, Outcome, PagedFormatter};
use crate::io::atomic::PartialFile;
use crate::io::paths::{Paths, file_name, temporary_names};
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// How many bytes at a file's end are searched to find out whether it is a page.
const END: i64 = 64 * 1024;

/// One document with its pages.
pub struct Pages {
    target: PathBuf,
    document: Document<dyn PagedFormatter>,
    partial: PartialFile,
    hashed: bool,
    allow_empty: bool,
    /// The pages that are written.
    done: Vec<(Paths, FileEntry)>,
}

impl Pages {
    /// Opens the file. Keeps what an earlier run left in `NAME.partial` until there is something to write.
    pub fn open(
        path: &Path,
        formatter: Box<dyn PagedFormatter>,
        options: &Options,
    ) -> Result<Self> {
        let partial = PartialFile::open(path)?;
        let out = HashingWriter::new(buffered(partial.writer()?), options.hashed);
        Ok(Self {
            target: partial.paths().target().to_owned(),
            document: Document::new(formatter, Compression::None, out),
            partial,
            hashed: options.hashed,
            allow_empty: options.allow_empty,
            done: Vec::new(),
        })
    }

    /// Writes one conversation.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        if self.document.is_full() {
            self.write_page(true)?;
        }
        let partial = &self.partial;
        self.document
            .write(conversation, || partial.start_over())
            .with_context(|| partial.context())
    }

    /// Tells the document how the export ended. See [`super::Sink::note_outcome`].
    pub fn note_outcome(&mut self, outcome: Outcome) {
        self.document.note_outcome(outcome);
    }

    /// Ends the export. See [`super::Sink::finish`].
    pub fn finish(mut self, complete: bool, whole: bool) -> Result<Finished> {
        if !complete && !self.document.begun() {
            self.partial.discard_if_empty()?;
            return Ok(Finished::default());
        }
        if self.document.has_pages() {
            self.write_page(false)?;
        }
        let pages = self.entries(complete);
        self.document
            .list_pages(pages.iter().map(|page| page.name.clone()).collect());
        let context = || self.partial.context();
        if !self.document.begun() {
            self.partial.start_over().with_context(context)?;
        }
        self.document.finish(whole).with_context(context)?;
        let kept = self.kept(complete)?;
        let complete = complete && kept.is_none();
        if complete {
            for (paths, _) in &self.done {
                paths.rename()?;
            }
            self.partial.commit()?;
            self.remove_stale_pages()?;
        } else {
            self.keep_larger()?;
        }
        let last = self.document.entry(self.partial.paths().name(complete));
        let files = self.entries(complete).into_iter().chain([last]).collect();
        Ok(if complete {
            Finished {
                files,
                ..Finished::default()
            }
        } else {
            Finished {
                files,
                kept,
                ..Finished::unfinished([self.partial.paths()])
            }
        })
    }

    /// Replaces what an earlier run could not complete, unless that is more.
    fn keep_larger(&mut self) -> Result<()> {
        let (ours, earlier) = self.partial.progress();
        if ours >= earlier {
            self.partial.replace_earlier()?;
        }
        Ok(())
    }

    /// The earlier file that would be replaced by one without conversations, unless that is allowed.
    fn kept(&self, complete: bool) -> Result<Option<PathBuf>> {
        let is_checked = complete && !self.allow_empty && self.done.is_empty();
        let erases = is_checked && self.document.erases(&self.partial)?;
        Ok(erases.then(|| self.target.clone()))
    }

    /// Writes the current page to a file of its own.
    fn write_page(&mut self, has_next: bool) -> Result<()> {
        let number = self.done.len() + 1;
        let name = |number| file_name(&self.page_path(number));
        let around = Neighbours {
            index: file_name(&self.target),
            number,
            previous: (number > 1).then(|| name(number - 1)),
            next: has_next.then(|| name(number + 1)),
        };
        let file = self.open_page(number)?;
        file.start_over().with_context(|| file.context())?;
        let out = HashingWriter::new(buffered(file.writer()?), self.hashed);
        let entry = self
            .document
            .write_page(&around, name(number), out)
            .with_context(|| file.context())?;
        let mut paths = file.set_aside()?;
        // A page of an earlier, incomplete run has nothing that its document has not.
        paths.replace_earlier()?;
        self.done.push((paths, entry));
        Ok(())
    }

    /// The entries of the pages, with their final names if the export is `complete`.
    fn entries(&self, complete: bool) -> Vec<FileEntry> {
        let named = |(paths, entry): &(Paths, FileEntry)| FileEntry {
            name: paths.name(complete),
            ..entry.clone()
        };
        self.done.iter().map(named).collect()
    }

    /// Opens the file of a page. Fails if the name belongs to a file that is not a page of an earlier export.
    fn open_page(&self, number: usize) -> Result<PartialFile> {
        let path = self.page_path(number);
        let context = || format!("could not write {}", path.display());
        if path.exists() && !self.is_page(&path).with_context(context)? {
            bail!(
                "{} is in the way: it is no page of an export",
                path.display()
            );
        }
        PartialFile::open(&path).with_context(context)
    }

    /// `NAME-1.html` beside `NAME.html`.
    fn page_path(&self, number: usize) -> PathBuf {
        let mut name = self.target.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(extension) = self.target.extension() {
            name.push(".");
            name.push(extension);
        }
        self.target.with_file_name(name)
    }

    fn is_page(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
        file.seek(SeekFrom::End(-length.min(END)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(self.document.ends_page_of(&file_name(&self.target), &end))
    }

    /// Removes pages that an earlier, larger export left, since no page links to them any more.
    fn remove_stale_pages(&self) -> Result<()> {
        for number in self.done.len() + 1.. {
            let page = self.page_path(number);
            let [first, second] = temporary_names(&page);
            let mut found = false;
            for path in [page, first, second] {
                if path.is_file() && self.is_page(&path).unwrap_or(false) {
                    found = true;
                    fs::remove_file(&path)
                        .with_context(|| format!("could not remove {}", path.display()))?;
                }
            }
            if !found {
                break;
            }
        }
        Ok(())
    }
}
