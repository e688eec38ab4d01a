//! A file that gets its final name only when it is complete and synced. Until then its name is `NAME.partial`, or
//! `NAME.partial.2` while there is a `NAME.partial` that an earlier run could not complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::lock::open_locked;
use super::paths::{Paths, temporary_names};

/// From this many files on, to sync the whole file system takes less time than to sync each file.
const MANY: usize = 16;

/// The same for files that are so new that the system has written none of them.
#[cfg(target_os = "linux")]
const SOME: usize = 3;

/// A file under its temporary name, locked against other runs.
#[derive(Debug)]
pub struct PartialFile {
    file: File,
    paths: Paths,
    /// The file of the earlier run, if there is one. The run that has locked `NAME.partial` may write to both.
    _lock: Option<File>,
}

impl PartialFile {
    /// Opens `NAME.partial`, or `NAME.partial.2` beside it. Makes the folder if need be. Keeps what earlier, incomplete
    /// runs wrote until [`Self::start_over`] is called.
    ///
    /// # Errors
    /// When the file cannot be written, or another run is writing it.
    pub fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Self::open_in_folder(path)
    }

    /// The same in a folder that is there. It asks the system for as little as it can, since some exports have a hundred
    /// thousand files.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in_folder(path: &Path) -> Result<Self> {
        let target = resolved(path)?;
        let complete = regular(fs::metadata(&target), &target)?;
        let [first, second] = temporary_names(&target);
        regular(fs::symlink_metadata(&first), &first)?;
        let further = regular(fs::symlink_metadata(&second), &second)?;
        let mut locked = open_locked(&first)?;
        if further.is_some_and(|further| further.len() > length(&first))
            && fs::rename(&second, &first).is_ok()
        {
            // A killed run had come further.
            locked = open_locked(&first)?;
        }
        let (file, lock, partial, earlier) = if locked.metadata()?.len() == 0 {
            (locked, None, first, None)
        } else {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&second)?;
            (file, Some(locked), second, Some(first))
        };
        if let Some(complete) = complete
            && !complete.permissions().readonly()
        {
            // A file that only some users may read stays that way.
            file.set_permissions(complete.permissions())?;
        }
        Ok(Self {
            file,
            paths: Paths {
                partial,
                earlier,
                target,
            },
            _lock: lock,
        })
    }

    /// Returns a second file handle to write with.
    ///
    /// # Errors
    /// When the system has no more file handles.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Removes what an earlier run wrote.
    ///
    /// # Errors
    /// When the file cannot be truncated.
    pub fn start_over(&self) -> io::Result<()> {
        match self.file.metadata()?.len() {
            0 => Ok(()),
            _ => self.file.set_len(0),
        }
    }

    /// Whether a file with other contents has the final name. A file of no bytes has no contents.
    ///
    /// # Errors
    /// When one of the files cannot be read.
    pub fn replaces_contents(&self) -> io::Result<bool> {
        let earlier = match fs::metadata(&self.paths.target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            earlier => earlier?.len(),
        };
        if earlier == 0 || earlier != self.file.metadata()?.len() {
            return Ok(earlier > 0);
        }
        // Read through this handle, since some systems lock the file against others.
        let (mut file, mut ours) = (&self.file, Vec::new());
        file.rewind()?;
        file.read_to_end(&mut ours)?;
        Ok(fs::read(&self.paths.target)? != ours)
    }

    /// Syncs the file, gives it its final name and syncs the folder.
    ///
    /// # Errors
    /// When the file cannot be synced or renamed.
    pub fn commit(&self) -> Result<()> {
        self.rename()?;
        self.sync_folder()
    }

    /// Syncs the folder of the file, so that its final name is durable.
    ///
    /// # Errors
    /// When the folder cannot be synced.
    pub fn sync_folder(&self) -> Result<()> {
        sync_folder(&self.paths.target).with_context(|| self.context())
    }

    /// Syncs the file and gives it its final name. The name is durable once the folder is synced.
    ///
    /// # Errors
    /// When the file cannot be synced or renamed.
    pub fn rename(&self) -> Result<()> {
        self.file.sync_all().with_context(|| self.context())?;
        self.paths.rename()
    }

    /// How many bytes were written, and how many the earlier run has written that was not completed.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let earlier = self.paths.earlier.as_deref().map_or(0, length);
        (self.file.metadata().map_or(0, |meta| meta.len()), earlier)
    }

    /// Puts the file in the place of that of the earlier run.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn replace_earlier(&mut self) -> Result<()> {
        self.paths.replace_earlier()
    }

    /// Syncs and closes the file, which keeps its temporary name.
    ///
    /// # Errors
    /// When the file cannot be synced.
    pub fn set_aside(self) -> Result<Paths> {
        self.file.sync_all().with_context(|| self.context())?;
        Ok(self.paths)
    }

    /// Removes the file if it is empty. Keeps a file that an earlier run wrote to.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn discard_if_empty(&self) -> Result<()> {
        if self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            fs::remove_file(&self.paths.partial).with_context(|| self.context())?;
        }
        Ok(())
    }

    /// The paths of the file.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The context for an error about this file.
    #[must_use]
    pub fn context(&self) -> String {
        format!("could not write {}", self.paths.partial.display())
    }
}

/// Syncs many files.
///
/// # Errors
/// When one of them cannot be synced. The error names its path.
pub fn sync_all(files: &[&PartialFile]) -> Result<()> {
    if files.len() >= MANY && cfg!(target_os = "linux") {
        return sync_file_systems(files);
    }
    files.iter().try_for_each(|partial| {
        let synced = partial.file.sync_all();
        synced.with_context(|| partial.context())
    })
}

/// Syncs the file systems that the files are on: one call writes all of them together, and takes a fraction of the time.
#[cfg(target_os = "linux")]
fn sync_file_systems(files: &[&PartialFile]) -> Result<()> {
    use std::collections::BTreeSet;
    use std::os::unix::fs::MetadataExt;
    let mut synced = BTreeSet::new();
    files.iter().try_for_each(|partial| {
        let device = partial.file.metadata()?.dev();
        if synced.insert(device) {
            rustix::fs::syncfs(&partial.file).with_context(|| partial.context())?;
        }
        Ok(())
    })
}

#[cfg(not(target_os = "linux"))]
fn sync_file_systems(_: &[&PartialFile]) -> Result<()> {
    bail!("only Linux can sync a file system")
}

/// Syncs open files that are all on one file system, and were written just now.
///
/// # Errors
/// When one of them cannot be synced.
pub fn sync_open(files: &[&File]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let (true, Some(first)) = (files.len() >= SOME, files.first()) {
        return Ok(rustix::fs::syncfs(first)?);
    }
    files.iter().try_for_each(|file| file.sync_all())
}

/// What was found at a path, if it is a file that can be replaced.
fn regular(found: io::Result<fs::Metadata>, path: &Path) -> Result<Option<fs::Metadata>> {
    let found = found.ok();
    if found.as_ref().is_some_and(|meta| !meta.is_file()) {
        bail!("{} is in the way: it is no regular file", path.display());
    }
    Ok(found)
}

/// The length of a file. One that is not there has none.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Syncs folders that are all on one file system, so that the names in them are durable.
///
/// # Errors
/// When one of them cannot be synced.
pub fn sync_folders<'a>(folders: impl Iterator<Item = &'a Path>) -> io::Result<()> {
    if cfg!(unix) {
        let folders: Vec<_> = folders.map(File::open).collect::<io::Result<_>>()?;
        sync_open(&folders.iter().collect::<Vec<_>>())
    } else {
        Ok(())
    }
}

/// Syncs the folder of a file, so that the names in it are durable.
///
/// # Errors
/// When the folder cannot be synced.
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

/// Follows a symbolic link, so that its target is replaced and not the link.
fn resolved(path: &Path) -> Result<PathBuf> {
    if !path.is_symlink() {
        return Ok(path.to_owned());
    }
    fs::canonicalize(path).map_err(|_| anyhow!("it is a link to nowhere"))
}
