//! The names of a file before it is complete, and after.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The temporary and the final path of a file.
#[derive(Debug)]
pub struct Paths {
    pub(super) partial: PathBuf,
    /// What an earlier run could not complete.
    pub(super) earlier: Option<PathBuf>,
    pub(super) target: PathBuf,
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

    /// The file of an earlier run that was not completed, if it is still there.
    #[must_use]
    pub fn earlier(&self) -> Option<&Path> {
        self.earlier.as_deref()
    }

    /// Gives the file its final name, and removes what an earlier run could not complete. The name is durable once the
    /// folder is synced.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn rename(&self) -> Result<()> {
        rename(&self.partial, &self.target)?;
        match &self.earlier {
            Some(earlier) => fs::remove_file(earlier)
                .with_context(|| format!("could not remove {}", earlier.display())),
            None => Ok(()),
        }
    }

    /// Puts the file in the place of that of the earlier run.
    ///
    /// # Errors
    /// When the file cannot be renamed.
    pub fn replace_earlier(&mut self) -> Result<()> {
        if let Some(earlier) = self.earlier.take() {
            rename(&self.partial, &earlier)?;
            self.partial = earlier;
        }
        Ok(())
    }
}

/// The names of a file while it is written.
#[must_use]
pub fn temporary_names(target: &Path) -> [PathBuf; 2] {
    [".partial", ".partial.2"].map(|end| {
        let mut name = target.as_os_str().to_owned();
        name.push(end);
        name.into()
    })
}

/// The last component of a path, as text.
#[must_use]
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The path that leads from a folder to another place, with `/`. On Windows, another drive has no such path: then it is
/// the whole one.
#[must_use]
pub fn relative(folder: &Path, to: &Path) -> String {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        // Links are followed as far as the path exists.
        let known = path.ancestors().find_map(|known| {
            let rest = path.strip_prefix(known).ok()?;
            let known = if known.as_os_str().is_empty() {
                Path::new(".")
            } else {
                known
            };
            Some(fs::canonicalize(known).ok()?.join(rest))
        });
        known.unwrap_or_else(|| path.to_owned())
    };
    let (folder, to) = (whole(folder), whole(to));
    let shared = folder
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    if shared == 0 {
        return to.to_string_lossy().into_owned();
    }
    let up = folder.components().skip(shared).map(|_| "..".into());
    let down = to.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("could not rename {} to {}", from.display(), to.display()))
}
