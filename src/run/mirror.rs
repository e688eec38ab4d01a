//! Keeps a folder as a mirror of an archive: one file for every selected conversation, written again when it is missing
//! or out of date.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::media::Placement;
use super::pump::Pump;
use super::recorder::Recorder;
use crate::archive::{Mirror, MirrorEntry, MirrorFile, Writer};
use crate::model::{Conversation, Vendor};
use crate::redact::Redactor;
use crate::report::{FileEntry, Summary};
use crate::sink::{Folder, Written};
use crate::source::FailedConversation;
use crate::usage::usage;

/// Which folder, and what it has.
pub struct Job<'a> {
    /// The path of the folder.
    pub path: &'a Path,
    /// The bot or site whose conversations it has.
    pub account: (Vendor, &'a str),
    /// Whether it has only what this run fetched.
    pub is_part: bool,
    /// How its files are named and written, as JSON.
    pub options: String,
    /// Whether the files have the vendor's records.
    pub keep_raw: bool,
    /// Takes personal data out of what is written.
    pub redactor: Option<&'a Redactor>,
    /// Whether the summary lists the files.
    pub lists_files: bool,
    /// The folder with the media, and how the files of the folder come to them, if they name them.
    pub media: Option<(PathBuf, Placement)>,
}

/// A folder that is brought up to date.
struct Update<'a> {
    writer: Writer,
    folder: Folder,
    job: &'a Job<'a>,
    mirror: Mirror,
    /// Conversations whose files are written but not noted, with the names of files that they replace.
    pending: Vec<(i64, MirrorFile, Option<String>)>,
}

/// Brings the folder up to date.
///
/// # Errors
/// When a file cannot be written.
pub fn update(
    mut writer: Writer,
    folder: Folder,
    job: &Job,
    pump: &mut Pump,
    recorder: &mut Recorder,
) -> Result<()> {
    let (vendor, account) = job.account;
    let absolute = fs::canonicalize(job.path).unwrap_or_else(|_| job.path.to_owned());
    let mirror = writer.mirror(
        vendor,
        account,
        &absolute.to_string_lossy(),
        &job.options,
        job.is_part,
    )?;
    let mut update = Update {
        writer,
        folder,
        job,
        mirror,
        pending: Vec::new(),
    };
    let mut after = 0;
    loop {
        pump.check()?;
        let entries = update.writer.mirror_entries(&mirror, after)?;
        let Some(last) = entries.last() else {
            break;
        };
        after = last.rowid;
        for entry in &entries {
            update.entry(entry, recorder)?;
            recorder.console.advance(1, 1);
        }
        update.note()?;
    }
    let summary = &mut *recorder.summary;
    summary.bytes = summary.files.iter().map(|file| file.bytes).sum();
    Ok(())
}

impl Update<'_> {
    /// Writes the file of a conversation, unless it is there and up to date.
    fn entry(&mut self, entry: &MirrorEntry, recorder: &mut Recorder) -> Result<()> {
        if let Some(file) = entry
            .file
            .as_ref()
            .filter(|file| self.is_current(entry, file))
        {
            self.note_file(recorder.summary, file);
            return Ok(());
        }
        let mut conversation = self.mirrored(entry)?;
        if let Some(redactor) = self.job.redactor {
            conversation = redactor.conversation(&conversation);
        }
        let name = self.folder.file_name(&conversation);
        if self.writer.is_name_taken(&self.mirror, entry, &name)? {
            bail!(usage!(
                "the folder has a file {name} of another account: give each account a folder of its own"
            ));
        }
        let old = entry.file.as_ref().map(|file| file.name.clone());
        let old = old.filter(|old| !old.is_empty() && *old != name);
        let mut file = MirrorFile {
            changed_run: entry.changed_run,
            name: String::new(),
            bytes: 0,
            sha256: None,
        };
        match self.folder.write(&conversation)? {
            Written::Yes => {
                let written = self
                    .folder
                    .take_files()
                    .pop()
                    .context("a written file has an entry")?;
                file.name = written.name;
                file.bytes = written.bytes;
                file.sha256 = written.sha256;
                self.note_file(recorder.summary, &file);
            }
            Written::Skipped(reason) => recorder.left_out(&conversation.id, reason),
            Written::Unfit(error) => {
                let id = Some(conversation.id);
                return recorder.failed(FailedConversation { id, error });
            }
        }
        self.pending.push((entry.rowid, file, old));
        Ok(())
    }

    fn mirrored(&self, entry: &MirrorEntry) -> Result<Conversation> {
        let media = self.job.media.as_ref();
        let keep_raw = self.job.keep_raw;
        let mut conversation = self.writer.mirrored(entry, keep_raw, media.is_some())?;
        if let Some((folder, placement)) = media {
            for link in conversation.attachments_mut() {
                if let Some(file) = &mut link.file {
                    *file = folder.join(&*file).to_string_lossy().into_owned();
                }
            }
            placement.place(&mut conversation)?;
        }
        Ok(conversation)
    }

    /// Whether the file has this version of the conversation, and is there with its size.
    fn is_current(&self, entry: &MirrorEntry, file: &MirrorFile) -> bool {
        let is_there = || {
            let found = fs::symlink_metadata(self.job.path.join(&file.name));
            found.is_ok_and(|found| found.is_file() && found.len() == file.bytes)
        };
        file.changed_run == entry.changed_run && (file.name.is_empty() || is_there())
    }

    /// Makes the files durable, notes them in the archive, and then removes those that they replace.
    fn note(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.folder.sync()?;
        let pending = std::mem::take(&mut self.pending);
        for (rowid, file, old) in &pending {
            if let Some(old) = old {
                let old = self.job.path.join(old);
                match fs::remove_file(&old) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(error)
                            .with_context(|| format!("could not remove {}", old.display()));
                    }
                    _ => {}
                }
            }
            self.writer.note_mirrored(&self.mirror, *rowid, file)?;
        }
        self.writer.commit()
    }

    fn note_file(&self, summary: &mut Summary, file: &MirrorFile) {
        if self.job.lists_files && !file.name.is_empty() {
            summary.files.push(FileEntry {
                name: file.name.clone(),
                conversations: 1,
                bytes: file.bytes,
                sha256: file.sha256.clone(),
            });
        }
    }
}
