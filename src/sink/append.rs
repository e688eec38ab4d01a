//! A file that each run appends to (`--append`). What a crash left after the durable length is cut off.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::path::Path;

use anyhow::{Result, bail};

use super::target::PriorOutput;
use crate::io::open_and_lock;
use crate::usage::usage;

/// Opens and locks the file, positioned after the bytes that the state knows. What a crash left after them is moved to
/// `FILE.cut`: it is exported again, but no bytes are thrown away.
///
/// # Errors
/// When the file is not the one that the state knows, or cannot be written.
pub fn open(path: &Path, prior: &PriorOutput) -> Result<File> {
    let mut file = open_and_lock(path)?;
    let found = file.metadata()?.len();
    let Some(known) = prior.bytes else {
        if found > 0 {
            bail!(usage!(
                "it has {found} bytes that the state knows nothing of: begin with an empty or a new file"
            ));
        }
        return Ok(file);
    };
    if found < known {
        bail!(usage!(
            "it has {found} bytes and the state knows of {known}: it was replaced or cut; \
             put it back, or begin with another state and file"
        ));
    }
    if found > known && !prior.unclean {
        bail!(usage!(
            "it has {found} bytes and the state knows of {known}: something else wrote to it; \
             begin with another state and file"
        ));
    }
    file.seek(SeekFrom::Start(known))?;
    if found > known {
        move_aside(&mut file, path)?;
    }
    file.set_len(known)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

/// Appends the rest of the file to `FILE.cut`.
fn move_aside(file: &mut File, path: &Path) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".cut");
    let mut cut = OpenOptions::new().append(true).create(true).open(name)?;
    std::io::copy(file, &mut cut)?;
    Ok(cut.sync_all()?)
}
