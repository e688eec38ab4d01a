//! A file that has its final name only when it is complete and synced. Until then it is `NAME.partial`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use same_file::Handle;

use super::lock::open_and_lock;

/// How many files are synced at once.
const SYNC_THREADS: usize = 16;

/// A file under its temporary name, locked against other runs.
#[derive(Debug)]
pub struct PartialFile {
    file: File,
    paths: Paths,
}

/// Where a file lies until it is complete, and then.
#[derive(Debug)]
pub struct Paths {
    partial: PathBuf,
    target: PathBuf,
}

impl Paths {
    /// Where it lies when it is complete.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where it lies while it is not complete.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The name of the file, without its folder.
    #[must_use]
    pub fn name(&self, complete: bool) -> String {
        file_name(if complete {
            &self.target
        } else {
            &self.partial
        })
    }

    /// Gives the file its final name, which is durable when the folder is synced.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn rename(&self) -> Result<()> {
        rename(&self.partial, &self.target)
    }
}

impl PartialFile {
    /// Opens `NAME.partial`, and leaves what an earlier, incomplete run left there until [`Self::start_over`].
    ///
    /// # Errors
    /// When it cannot be written, or another run writes it.
    pub fn open(path: &Path) -> Result<Self> {
        let target = resolved(path)?;
        if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
            bail!("{} is in the way: it is no regular file", target.display());
        }
        let mut name = target.clone().into_os_string();
        name.push(".partial");
        let partial = PathBuf::from(name);
        if fs::symlink_metadata(&partial).is_ok_and(|meta| !meta.is_file()) {
            bail!("{} is in the way: it is no regular file", partial.display());
        }
        let file = open_locked(&partial)?;
        if let Ok(earlier) = fs::metadata(&target)
            && !earlier.permissions().readonly()
        {
            // What only some may read stays so.
            file.set_permissions(earlier.permissions())?;
        }
        let paths = Paths { partial, target };
        Ok(Self { file, paths })
    }

    /// A second handle, to write with.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Drops what an earlier run left.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn start_over(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// Gives the file its final name, durably.
    ///
    /// # Errors
    /// When it cannot be synced or renamed.
    pub fn commit(&self) -> Result<()> {
        self.rename()?;
        sync_folder(&self.paths.target).with_context(|| self.context())
    }

    /// Gives the file its final name, which is durable when the folder is synced.
    ///
    /// # Errors
    /// When it cannot be synced or renamed.
    pub fn rename(&self) -> Result<()> {
        self.file.sync_all().with_context(|| self.context())?;
        self.paths.rename()
    }

    /// Lets the file be the part of another one, whose own part it replaces.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn move_to(&mut self, other: Self) -> Result<()> {
        let Self { file, paths } = other;
        // Some systems replace no file that is open.
        drop(file);
        rename(&self.paths.partial, &paths.partial)?;
        self.paths = paths;
        Ok(())
    }

    /// Closes the file, durably, but for its name.
    ///
    /// # Errors
    /// When it cannot be synced.
    pub fn set_aside(self) -> Result<Paths> {
        self.file.sync_all().with_context(|| self.context())?;
        Ok(self.paths)
    }

    /// Leaves an earlier run's file, but not an empty one of this run.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn discard_if_empty(&self) -> Result<()> {
        if self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            fs::remove_file(&self.paths.partial).with_context(|| self.context())?;
        }
        Ok(())
    }

    /// Where it lies.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// What an error of it is about.
    #[must_use]
    pub fn context(&self) -> String {
        format!("could not write {}", self.paths.partial.display())
    }
}

/// Makes the contents of many files durable, several at once, since the system can write them together.
///
/// # Errors
/// When one of them cannot be synced, with its path.
pub fn sync_all(files: &[&PartialFile]) -> Result<()> {
    let sync = |files: &[&PartialFile]| {
        files.iter().try_for_each(|partial| {
            let synced = partial.file.sync_all();
            synced.with_context(|| partial.context())
        })
    };
    let part = files.len().div_ceil(SYNC_THREADS).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = files
            .chunks(part)
            .map(|part| scope.spawn(move || sync(part)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
    })
}

/// The last part of a path, as text.
#[must_use]
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("could not rename {} to {}", from.display(), to.display()))
}

/// The file that has this name once it is locked: between opening and locking, another run may have renamed it.
fn open_locked(path: &Path) -> Result<File> {
    loop {
        let file = open_and_lock(path)?;
        if is_at(&file, path)? {
            return Ok(file);
        }
    }
}

/// Whether the file still has this name. On every system an open file can be renamed.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = Handle::from_file(file.try_clone()?)?;
    Ok(Handle::from_path(path).is_ok_and(|theirs| ours == theirs))
}

/// Makes the names in the folder of a file durable.
///
/// # Errors
/// When the file system refuses.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    } else {
        Ok(())
    }
}

/// A link stays a link: what it points to is replaced.
fn resolved(path: &Path) -> Result<PathBuf> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(_) if path.is_symlink() => bail!("it is a link to nowhere"),
        Err(_) => Ok(path.to_owned()),
    }
}
