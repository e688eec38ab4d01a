//! Locks on files, so that two runs never write to the same place.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Result, anyhow};

/// Locks a file for this process. The system releases the lock when the process ends, however it ends.
///
/// # Errors
/// When another process holds the lock.
pub fn lock(file: &File) -> Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(anyhow!("another run of convexport is writing there")),
        // Some file systems have no locks. Writing without a lock is better than not writing at all.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Opens a file for reading and writing, creates it if it does not exist, and locks it. Does not change its contents.
///
/// # Errors
/// When the file cannot be written, or another process holds the lock.
pub fn open_and_lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    lock(&file)?;
    Ok(file)
}
