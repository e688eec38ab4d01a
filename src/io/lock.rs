//! Locks on files, so that two runs never write to the same place.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Result, anyhow};

/// Opens a file to read and write, makes it if need be, and locks it for this process. What is in it stays. The system
/// frees the lock when the process ends, however it ends.
///
/// Some file systems have no locks. There the file is opened without one, since that is better than not to write at all;
/// [`supports_locks`] says whether it is so.
///
/// # Errors
/// When the file cannot be written, or another process has it.
pub fn open_and_lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(anyhow!("another run of convexport is writing there")),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Whether the file system of a folder has locks. A folder in which no file can be made is no reason to say no.
pub fn supports_locks(folder: &Path) -> bool {
    let file = tempfile::tempfile_in(folder);
    file.is_err() || file.is_ok_and(|file| file.try_lock().is_ok())
}
