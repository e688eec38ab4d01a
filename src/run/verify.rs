//! `convexport verify`: checks that an export still matches its summary.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::exit::Exit;
use crate::cli::VerifyArgs;
use crate::io::hex;
use crate::report::{FileEntry, Summary};
use crate::usage::usage;

/// Compares every file of the summary. Reports each difference with `tell`, and returns the outcome in one line.
///
/// # Errors
/// When the summary cannot be read, or belongs to another kind of export.
pub fn verify(args: &VerifyArgs, tell: impl Fn(&str)) -> Result<(Exit, String)> {
    let name = args.summary.display();
    let text = std::fs::read(&args.summary)
        .with_context(|| format!("could not read the summary {name}"))?;
    let summary: Summary =
        serde_json::from_slice(&text).with_context(|| format!("{name} is no summary"))?;
    if let Err(error) = std::fs::metadata(&args.export) {
        bail!("could not read {}: {error}", args.export.display());
    }
    let mut differing = 0;
    for entry in &summary.files {
        let path = place(&args.export, &summary, entry)?;
        if let Err(error) = compare(&path, entry) {
            differing += 1;
            tell(&format!("{}: {error:#}", path.display()));
        }
    }
    let files = summary.files.len();
    if differing > 0 {
        return Ok((
            Exit::Failed,
            format!("{differing} of {files} files are not what the summary says"),
        ));
    }
    let conversations: u64 = summary.files.iter().map(|file| file.conversations).sum();
    let all = match files {
        0 => "that run wrote nothing, so there is nothing to compare".to_owned(),
        _ => format!(
            "{files} files with {conversations} conversations and {} bytes are what the summary says",
            summary.bytes
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

/// Returns the path of a file of the summary: in the folder, the export itself, or a page beside it.
fn place(export: &Path, summary: &Summary, entry: &FileEntry) -> Result<PathBuf> {
    if !export.is_dir() && summary.files.len() == 1 {
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
