//! Locks on files, so that two runs never write to the same place.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

/// A file that is there only to be locked. It is removed when this is dropped.
#[derive(Debug)]
pub struct LockFile {
    path: PathBuf,
    /// Locked until it is closed.
    _file: File,
}

impl LockFile {
    /// Makes the file, and locks it.
    ///
    /// # Errors
    /// When the file cannot be written, or another process has it.
    pub fn take(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            _file: open_locked(path)?,
        })
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // The file is still locked, so it is this one that is removed. If it stays, the next run takes it.
        fs::remove_file(&self.path).ok();
    }
}

/// Opens a file to read and write, makes it if need be, and locks it for this process. What is in it stays. The system
/// frees the lock when the process ends, however it ends.
///
/// Another run may rename or remove the file between opening and locking. Then it is opened again, so that the lock is
/// that of the file with this name.
///
/// Some file systems have no locks. There the file is opened without one, since that is better than not to write at all;
/// [`supports_locks`] says whether it is so.
///
/// # Errors
/// When the file cannot be written, or another process has it.
pub fn open_locked(path: &Path) -> Result<File> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(anyhow!("another run of convexport is writing there"));
        }
        if is_at(&file, path)? {
            return Ok(file);
        }
    }
}

/// Whether the file still has this name. On every system an open file can be renamed.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    let ours = place(file.metadata()?);
    Ok(fs::metadata(path).is_ok_and(|found| place(found) == ours))
}

/// The same where only an open file tells which one it is.
#[cfg(not(unix))]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use same_file::Handle;
    let ours = Handle::from_file(file.try_clone()?)?;
    Ok(Handle::from_path(path).is_ok_and(|theirs| ours == theirs))
}

/// Whether the file system of a folder has locks. A folder in which no file can be made is no reason to say no.
pub fn supports_locks(folder: &Path) -> bool {
    let file = tempfile::tempfile_in(folder);
    file.is_err() || file.is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn one_at_a_time_has_a_lock_file_that_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (holders, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let end = Instant::now() + Duration::from_millis(300);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while Instant::now() < end {
                        let Ok(lock) = LockFile::take(&path) else {
                            continue;
                        };
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() > 1);
        assert!(!path.exists());
    }
}
