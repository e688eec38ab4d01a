//! `convexport verify`: checks that an archive, or an export with its summary, is still what was written.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::exit::Exit;
use crate::archive;
use crate::io::hex;
use crate::report::{FileEntry, Summary};
use crate::text::counted;
use crate::usage::usage;

/// Checks everything in an archive. Reports each difference with `tell`, and returns the outcome in one line.
///
/// # Errors
/// A usage error when it is no archive; else when it cannot be read.
pub fn archive(path: &Path, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let name = path.display();
    let is_archive = archive::is_archive(path).with_context(|| format!("could not read {name}"))?;
    if !is_archive {
        bail!(usage!(
            "{name} is no archive: give the --summary FILE that was written with an export"
        ));
    }
    let problems = Cell::new(0_u64);
    let checked = archive::verify(path, |text| {
        problems.set(problems.get() + 1);
        tell(&format!("{name}: {text}"));
    })?;
    let media = media(path, |text| {
        problems.set(problems.get() + 1);
        tell(&text);
    })?;
    if problems.get() > 0 {
        let problems = counted(problems.get(), "thing");
        return Ok((
            Exit::Failed,
            format!("{problems} in {name} changed since it was written"),
        ));
    }
    let conversations = counted(checked.conversations.unsigned_abs(), "conversation");
    let messages = counted(checked.messages.unsigned_abs(), "message");
    let media = match media {
        0 => String::new(),
        media => format!(" and {}", counted(media, "file")),
    };
    Ok((
        Exit::Done,
        format!("{conversations} with {messages}{media} are what was written"),
    ))
}

/// Checks every file of an archive's media. Returns how many there are.
fn media(archive: &Path, tell: impl Fn(String)) -> Result<u64> {
    let folder = archive::media_folder(archive);
    let mut files = 0;
    archive::Reader::open(archive)?.each_medium(|file, sha256, bytes| {
        files += 1;
        let entry = FileEntry {
            name: file.to_owned(),
            conversations: 0,
            bytes,
            sha256: Some(sha256.to_owned()),
        };
        let path = folder.join(file);
        if let Err(error) = compare(&path, &entry) {
            tell(format!("{}: {error:#}", path.display()));
        }
    })?;
    Ok(files)
}

/// Compares every file of an export with its summary. Reports each difference with `tell`, and returns the outcome in
/// one line.
///
/// # Errors
/// When the summary cannot be read, or belongs to another kind of export.
pub fn export(export: &Path, summary: &Path, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let name = summary.display();
    let text = fs::read(summary).with_context(|| format!("could not read the summary {name}"))?;
    let summary: Summary =
        serde_json::from_slice(&text).with_context(|| format!("{name} is no summary"))?;
    // The name that a split export was given is that of no file.
    if let (Err(error), false) = (fs::metadata(export), is_split(&summary)) {
        bail!("could not read {}: {error}", export.display());
    }
    let mut differing = 0;
    for entry in &summary.files {
        let path = place(export, &summary, entry)?;
        if let Err(error) = compare(&path, entry) {
            differing += 1;
            tell(&format!("{}: {error:#}", path.display()));
        }
    }
    let others = check_entries(export, &summary, &tell)?;
    let files = summary.files.len() as u64;
    if differing > 0 {
        return Ok((
            Exit::Failed,
            format!(
                "{differing} of {} {} not what the summary says",
                counted(files, "file"),
                if differing == 1 { "is" } else { "are" }
            ),
        ));
    }
    if others > 0 {
        let others = counted(others, "difference");
        let line = format!("{others} between the files and the list of them in the summary");
        return Ok((Exit::Failed, line));
    }
    let conversations: u64 = summary.files.iter().map(|file| file.conversations).sum();
    let all = match files {
        0 => "that run wrote nothing, so there is nothing to compare".to_owned(),
        _ => format!(
            "{} with {} and {} {} what the summary says",
            counted(files, "file"),
            counted(conversations, "conversation"),
            counted(summary.bytes, "byte"),
            if files == 1 { "is" } else { "are" }
        ),
    };
    if summary.complete {
        return Ok((Exit::Done, all));
    }
    let code = summary.exit_code.map_or_else(
        || "it was killed".to_owned(),
        |code| format!("exit code {code}"),
    );
    Ok((
        Exit::Incomplete,
        format!("{all}, but the run was not complete ({code})"),
    ))
}

/// Finds entries that were added to the summary, taken out of it or repeated, and files that were added to the folder.
/// Returns how many there are.
fn check_entries(export: &Path, summary: &Summary, tell: &impl Fn(&str)) -> Result<u64> {
    let mut problems = 0;
    let mut tell = |text: &str| {
        problems += 1;
        tell(text);
    };
    let mut names = HashSet::new();
    for entry in &summary.files {
        if !names.insert(Path::new(&entry.name)) {
            tell(&format!("{}: the summary has it twice", entry.name));
        }
    }
    let bytes: u64 = summary.files.iter().map(|file| file.bytes).sum();
    if bytes != summary.bytes {
        tell(&format!(
            "the summary's files have {bytes} bytes together, and it says {}",
            summary.bytes
        ));
    }
    // Other exports to a file have no folder of their own.
    let is_folder = summary.selection.get("output_dir").is_some();
    if is_folder && export.is_dir() {
        for file in files(export).context("could not read the folder")? {
            let name = file.strip_prefix(export).unwrap_or(&file);
            if !names.contains(name) {
                tell(&format!("{}: the summary does not have it", file.display()));
            }
        }
    }
    Ok(problems)
}

/// All files of a folder and of the folders in it, except hidden ones, such as the lock of a run.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn is_split(summary: &Summary) -> bool {
    summary.selection.get("split").is_some()
}

/// Returns the path of a file of the summary: in the folder, the export itself, or a page or part beside it.
fn place(export: &Path, summary: &Summary, entry: &FileEntry) -> Result<PathBuf> {
    if !export.is_dir() && summary.files.len() == 1 && !is_split(summary) {
        return Ok(export.to_owned());
    }
    let name = Path::new(&entry.name);
    let inside = name
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    if !inside || entry.name == "-" {
        bail!(usage!(
            "the summary names the file {}, which is in no folder",
            entry.name
        ));
    }
    if export.is_dir() {
        return Ok(export.join(name));
    }
    Ok(export.with_file_name(name))
}

fn compare(path: &Path, entry: &FileEntry) -> Result<()> {
    let mut file = File::open(path).context("it cannot be read")?;
    // A device need not end.
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        bail!("it is no regular file");
    }
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).context("it cannot be read")? {
            0 => break,
            length => {
                hash.update(&buffer[..length]);
                bytes += length as u64;
            }
        }
    }
    if bytes != entry.bytes {
        bail!("it has {bytes} bytes instead of {}", entry.bytes);
    }
    let found = hex(&hash.finalize());
    match &entry.sha256 {
        Some(sha256) if *sha256 != found => bail!("it has other contents of the same size"),
        Some(_) => Ok(()),
        None => bail!("the summary has no checksum of it"),
    }
}
