//! Locks on files, so that two runs never write to the same place.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Result, anyhow};

/// Locks a file for this process. The system frees it when the process ends, however it ends.
///
/// # Errors
/// When another process has it.
pub fn lock(file: &File) -> Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(anyhow!("another run of convexport is writing there")),
        // Some file systems have no locks; better to write unlocked than not at all.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Opens a file to read and write, makes it if need be, and locks it. What is in it stays.
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
    lock(&file)?;
    Ok(file)
}
