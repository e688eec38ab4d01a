//! Where an export goes: stdout, a file or a folder. A sink knows where a document begins and ends, never what is in it.
//!
//! A file is written beside its final name, as `NAME.partial`, and renamed when it is complete and synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::cli::OutputArgs;
use crate::format::{Format, Formatter};
use crate::model::Conversation;
use crate::terminal::Neutral;
use crate::time::Timestamp;

const BUFFER: usize = 64 * 1024;

/// The destination of one export.
pub enum Sink<'a> {
    /// One document to a stream: stdout, or a device or pipe given as a file.
    Stream(Document, String),
    /// One document to a file.
    File(Document, PartialFile),
    /// One document a conversation.
    Directory(&'a OutputArgs, Format, PathBuf),
}

/// A document under way.
pub struct Document {
    formatter: Box<dyn Formatter>,
    out: Box<dyn Write>,
    begun: bool,
}

impl<'a> Sink<'a> {
    /// Opens the destination, so that what is wrong with it shows before the first request.
    ///
    /// # Errors
    /// When it cannot be written, with its path.
    pub fn open(args: &'a OutputArgs) -> Result<Self> {
        if let Some(folder) = &args.output_dir {
            probe(folder)
                .with_context(|| format!("could not write to the folder {}", folder.display()))?;
            return Ok(Self::Directory(
                args,
                args.format.unwrap_or(Format::Text),
                folder.clone(),
            ));
        }
        let named = args
            .output
            .as_deref()
            .filter(|path| *path != Path::new("-"));
        let format = args
            .format
            .or_else(|| Format::of_path(named?))
            .unwrap_or(Format::Text);
        let Some(path) = named else {
            return Ok(Self::Stream(
                Document::new(format.formatter(args), stdout()),
                "stdout".to_owned(),
            ));
        };
        let context = || format!("could not write to {}", path.display());
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            let device = OpenOptions::new()
                .write(true)
                .open(path)
                .with_context(context)?;
            let out = Box::new(BufWriter::with_capacity(BUFFER, device));
            return Ok(Self::Stream(
                Document::new(format.formatter(args), out),
                path.display().to_string(),
            ));
        }
        let (partial, file) = PartialFile::open(path).with_context(context)?;
        let out = Box::new(BufWriter::with_capacity(BUFFER, file));
        Ok(Self::File(
            Document::new(format.formatter(args), out),
            partial,
        ))
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn write(&mut self, conversation: &Conversation) -> Result<()> {
        match self {
            Self::Stream(document, name) => document
                .conversation(conversation)
                .with_context(|| format!("could not write to {name}")),
            Self::File(document, partial) => {
                partial.start_over(document.begun)?;
                document
                    .conversation(conversation)
                    .with_context(|| partial.context())
            }
            Self::Directory(args, format, folder) => {
                let path = folder.join(file_name(conversation, *format));
                write_whole(&path, format.formatter(args), conversation)
                    .with_context(|| format!("could not write {}", path.display()))
            }
        }
    }

    /// Passes on what is buffered.
    ///
    /// # Errors
    /// When the destination fails.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Stream(document, name) => document
                .out
                .flush()
                .with_context(|| format!("could not write to {name}")),
            Self::File(..) | Self::Directory(..) => Ok(()),
        }
    }

    /// Ends the export. Only a complete one gets its final name; `whole` says that the document has its end even so,
    /// since all that could be written was. Returns where an incomplete one lies.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn finish(self, complete: bool, whole: bool) -> Result<Option<PathBuf>> {
        match self {
            Self::Stream(mut document, name) => {
                document
                    .finish(whole)
                    .with_context(|| format!("could not write to {name}"))?;
                Ok(None)
            }
            Self::File(document, partial) if !whole && !document.begun => {
                partial.discard_if_empty()
            }
            Self::File(mut document, partial) => {
                partial.start_over(document.begun)?;
                document.finish(whole).with_context(|| partial.context())?;
                if complete {
                    partial.commit()?;
                    return Ok(None);
                }
                Ok(Some(partial.partial))
            }
            Self::Directory(..) => Ok(None),
        }
    }
}

impl Document {
    fn new(formatter: Box<dyn Formatter>, out: Box<dyn Write>) -> Self {
        let begun = false;
        Self {
            formatter,
            out,
            begun,
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.formatter.begin(&mut self.out)?;
        }
        Ok(())
    }

    fn conversation(&mut self, conversation: &Conversation) -> io::Result<()> {
        self.begin()?;
        self.formatter.conversation(conversation, &mut self.out)
    }

    fn finish(&mut self, whole: bool) -> io::Result<()> {
        if whole {
            self.begin()?;
            self.formatter.end(&mut self.out)?;
        }
        self.out.flush()
    }
}

/// A file under its temporary name.
pub struct PartialFile {
    file: File,
    partial: PathBuf,
    target: PathBuf,
}

impl PartialFile {
    /// Opens `NAME.partial` without losing what an earlier, incomplete run left there.
    fn open(path: &Path) -> io::Result<(Self, File)> {
        // A link stays a link: what it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = target.clone().into_os_string();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&partial)?;
        if let Ok(earlier) = fs::metadata(&target) {
            file.set_permissions(earlier.permissions())?;
        }
        let writer = file.try_clone()?;
        Ok((
            Self {
                file,
                partial,
                target,
            },
            writer,
        ))
    }

    /// Before the first byte, drops what an earlier run left.
    fn start_over(&self, begun: bool) -> Result<()> {
        if begun {
            return Ok(());
        }
        self.file.set_len(0).with_context(|| self.context())
    }

    fn commit(&self) -> Result<()> {
        self.file.sync_all().with_context(|| self.context())?;
        fs::rename(&self.partial, &self.target)
            .and_then(|()| sync_parent(&self.target))
            .with_context(|| {
                format!(
                    "could not rename {} to {}",
                    self.partial.display(),
                    self.target.display()
                )
            })
    }

    /// Leaves an earlier run's file, but not an empty one of this run.
    fn discard_if_empty(&self) -> Result<Option<PathBuf>> {
        if self.file.metadata().is_ok_and(|meta| meta.len() == 0) {
            fs::remove_file(&self.partial).with_context(|| self.context())?;
        }
        Ok(None)
    }

    fn context(&self) -> String {
        format!("could not write {}", self.partial.display())
    }
}

fn write_whole(
    path: &Path,
    formatter: Box<dyn Formatter>,
    conversation: &Conversation,
) -> Result<()> {
    let (partial, file) = PartialFile::open(path)?;
    partial.start_over(false)?;
    let mut document = Document::new(formatter, Box::new(BufWriter::with_capacity(BUFFER, file)));
    document.conversation(conversation)?;
    document.finish(true)?;
    partial.commit()
}

fn stdout() -> Box<dyn Write> {
    let out = io::stdout().lock();
    if out.is_terminal() {
        return Box::new(Neutral(out));
    }
    Box::new(BufWriter::with_capacity(BUFFER, out))
}

/// Makes the folder and proves that files can be made in it.
fn probe(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    if !folder.is_dir() {
        bail!("it is not a folder");
    }
    let file = folder.join(".convexport.partial");
    File::create(&file)?;
    Ok(fs::remove_file(file)?)
}

/// The rename itself is durable only when the folder is synced.
fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    } else {
        Ok(())
    }
}

/// `DATE_ID.EXT`, by the day of creation in UTC.
fn file_name(conversation: &Conversation, format: Format) -> String {
    let date = conversation
        .created_at
        .map_or("undated".to_owned(), Timestamp::utc_date);
    format!("{date}_{}.{}", safe(&conversation.id), format.extension())
}

/// An id as a file name on every system. Ids that differ give names that differ, also where case does not count.
fn safe(id: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !id.is_empty() && id.len() <= 100 && id.chars().all(plain) {
        return id.to_owned();
    }
    let readable: String = id
        .chars()
        .take(60)
        .map(|c| {
            if plain(c.to_ascii_lowercase()) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let digest = Sha256::digest(id);
    let mark = digest
        .iter()
        .take(8)
        .fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
    format!("{readable}~{mark:016x}")
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_are_safe_and_distinct() {
        assert_eq!(
            safe("712af378-8621-4948-885e-51660424c04a"),
            "712af378-8621-4948-885e-51660424c04a"
        );
        assert_eq!(
            safe("../../etc/passwd"),
            "______etc_passwd~3754d6cb3a38e118"
        );
        let ids = [
            "A", "a", "a/b", "a_b", "a\\b", "", ".", "..", "con:", "é", "a b", "a.",
        ];
        let names: std::collections::HashSet<_> =
            ids.iter().map(|id| safe(id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert!(safe(&"x".repeat(500)).len() < 100);
    }
}
