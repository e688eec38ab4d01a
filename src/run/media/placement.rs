//! How an output comes to files that are kept elsewhere: it links to them, or has a copy beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::cli::Placing;
use crate::io::paths::relative;
use crate::model::{Attachment, Conversation};
use crate::sink::Target;

/// How an output comes to the files of its conversations.
#[derive(Debug)]
pub struct Placement {
    /// The folder that paths in the output begin in.
    base: PathBuf,
    /// The folder that has copies. `None` when the files are linked to where they are.
    copies: Option<PathBuf>,
}

/// The folder that paths in an output begin in.
pub fn base(target: &Target) -> PathBuf {
    match target {
        Target::Stdout => PathBuf::new(),
        Target::File(path) | Target::Split { path, .. } => {
            path.parent().map(Path::to_owned).unwrap_or_default()
        }
        Target::Folder { path, .. } => path.clone(),
    }
}

impl Placement {
    /// How an output to this target comes to its files.
    pub fn new(placing: Placing, target: &Target) -> Option<Self> {
        let copies = match target {
            Target::Stdout => PathBuf::from("convexport.media"),
            Target::File(path) | Target::Split { path, .. } => path.with_extension("media"),
            // Beside it, since a conversation could be named like it.
            Target::Folder { path, .. } => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".media");
                path.with_file_name(name)
            }
        };
        let copies = match placing {
            Placing::None => return None,
            Placing::Link => None,
            Placing::Copy => Some(copies),
        };
        Some(Self {
            base: base(target),
            copies,
        })
    }

    /// Makes the files of a conversation those of the output. Their paths are those of the files themselves before.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn place(&self, conversation: &mut Conversation) -> Result<()> {
        for link in conversation.attachments_mut() {
            let Some(file) = link.file.as_deref().map(PathBuf::from) else {
                continue;
            };
            let Some(name) = name(link, &file) else {
                // It is none of this program's.
                link.forget_media();
                continue;
            };
            let path = match &self.copies {
                None => file,
                Some(copies) => {
                    let copy = copies.join(name);
                    copy_once(&file, &copy)?;
                    copy
                }
            };
            link.file = Some(relative(&self.base, &path));
        }
        Ok(())
    }
}

/// The name of a file within the folder of media, if it has one of this program: `ab/abcdef....jpg`.
fn name(link: &Attachment, file: &Path) -> Option<PathBuf> {
    let sha256 = link.sha256.as_deref()?;
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = file.file_name()?.to_str()?;
    let extension = name.strip_prefix(sha256)?.strip_prefix('.')?;
    let is_plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_hash && is_plain).then(|| Path::new(&sha256[..2]).join(name))
}

/// Copies a file, unless the copy is there. It gets its name when it is whole.
fn copy_once(from: &Path, to: &Path) -> Result<()> {
    let copy = || -> Result<()> {
        let length = fs::metadata(from)?.len();
        if fs::metadata(to).is_ok_and(|found| found.len() == length) {
            return Ok(());
        }
        let folder = to.parent().context("a copy has a folder")?;
        fs::create_dir_all(folder)?;
        let mut copy = tempfile::Builder::new()
            .prefix(".partial-")
            .tempfile_in(folder)?;
        std::io::copy(&mut fs::File::open(from)?, &mut copy)?;
        copy.as_file().sync_all()?;
        copy.persist(to)?;
        Ok(())
    };
    copy().with_context(|| format!("could not copy {} to {}", from.display(), to.display()))
}
