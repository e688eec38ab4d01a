//! What an export leaves behind: what is said about its output, and which files are in the summary.

use std::collections::BTreeMap;

use anyhow::{Error, Result};

use super::closing::{self, shown};
use super::signal::{self, Stop, Stopped};
use crate::console::Console;
use crate::report::{FileEntry, Summary};
use crate::sink::Finished;

/// Says what was written, if it was, and where to.
pub fn tell_written(
    finished: &Result<Finished>,
    mut places: Vec<String>,
    summary: &Summary,
    console: &Console,
) {
    let Ok(finished) = finished else { return };
    if finished.kept.is_some() {
        return;
    }
    if !finished.partial.is_empty() {
        places = shown(&finished.partial);
    }
    let bytes = Some(summary.bytes).filter(|bytes| *bytes > 0);
    console.finish(|| closing::wrote(summary, bytes, &places));
}

/// The error of a run that ended early, with what is left of its output.
pub fn ended_early(error: Error, place: String, from_archive: bool, console: &Console) -> Error {
    // A run with an archive tells by itself how to go on.
    if let Some(stop) = error.downcast_ref::<Stop>().filter(|_| !from_archive) {
        let command = signal::command_line();
        let again = format!("without --archive this begins anew: {command}");
        let left = [place, again];
        let left: Vec<_> = left.into_iter().filter(|part| !part.is_empty()).collect();
        return Error::new(Stopped {
            stop: *stop,
            left: left.join("; "),
        });
    }
    if !place.is_empty() {
        console.error(&format!("incomplete: {place}"));
    }
    error
}

/// Where an incomplete export is, in words.
pub fn place(finished: &Finished) -> String {
    let place = finished.place();
    if place.is_empty() {
        return place;
    }
    format!("the export so far stays as {place}")
}

/// Adds the written files to the summary.
pub fn note_files(summary: &mut Summary, written: &[FileEntry]) {
    summary.files.extend_from_slice(written);
    // For a file that was written twice, the last entry counts.
    let files: BTreeMap<_, _> = summary
        .files
        .drain(..)
        .map(|file| (file.name.clone(), file))
        .collect();
    summary.files.extend(files.into_values());
    summary.bytes = summary.files.iter().map(|file| file.bytes).sum();
}
