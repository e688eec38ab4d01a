//! A file that gets its final name only when it is complete and synced. Until then its name is `NAME.partial`.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use same_file::Handle;

use super::lock::open_and_lock;

/// From this many files on, to sync the whole file system takes less time than to sync each file.
const MANY: usize = 16;

/// A file under its temporary name, locked against other runs.
#[derive(Debug)]
pub struct PartialFile {
    file: File,
    paths: Paths,
}

/// The temporary and the final path of a file.
#[derive(Debug)]
pub struct Paths {
    partial: PathBuf,
    target: PathBuf,
}

impl Paths {
    /// The path of the complete file.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The path of the file while it is incomplete.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The file's final name, or its temporary name if it is not `complete`, without the folder.
    #[must_use]
    pub fn name(&self, complete: bool) -> String {
        file_name(if complete {
            &self.target
        } else {
            &self.partial
        })
    }

    /// Gives the file its final name. The name is durable once the folder is synced.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn rename(&self) -> Result<()> {
        rename(&self.partial, &self.target)
    }
}

impl PartialFile {
    /// Opens `NAME.partial`. Keeps what an earlier, incomplete run wrote there until [`Self::start_over`] is called.
    ///
    /// # Errors
    /// When the file cannot be written, or another run is writing it.
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
            // A file that only some users may read stays that way.
            file.set_permissions(earlier.permissions())?;
        }
        let paths = Paths { partial, target };
        Ok(Self { file, paths })
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
        self.file.set_len(0)
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

/// The last component of a path, as text.
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

/// Opens and locks the file at this path. Tries again when another run renamed the file between opening and locking.
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
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(_) if path.is_symlink() => bail!("it is a link to nowhere"),
        Err(_) => Ok(path.to_owned()),
    }
}
