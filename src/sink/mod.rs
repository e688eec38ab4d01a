//! Where an export goes: stdout, a file or a folder. A sink knows where a document begins and ends, never what is in it.

mod document;
mod file;
mod name;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::OutputArgs;
use crate::format::Format;
use crate::model::Conversation;
use crate::terminal::Neutral;
use crate::time::TimeStyle;
use document::Document;
use file::PartialFile;

const BUFFER: usize = 64 * 1024;

/// The lock of a folder: held while a run writes there, harmless when it is left.
const LOCK: &str = ".convexport.lock";

/// The destination of one export.
pub enum Sink {
    /// One document to stdout, or to a device or pipe given as a file, with its name.
    Stream(Document, String),
    /// One document to a file.
    File(Document, PartialFile),
    /// One document a conversation.
    Folder(Folder),
}

impl Sink {
    /// Opens the destination, so that what is wrong with it shows before the first request.
    ///
    /// # Errors
    /// When it cannot be written, with its path; a usage error for a form that does not go with the flags.
    pub fn open(args: &OutputArgs) -> Result<Self> {
        let format = Format::of(args)?;
        let times = args.time_style()?;
        if let Some(path) = &args.output_dir {
            let folder = Folder::open(path, format, times);
            return folder
                .map(Self::Folder)
                .with_context(|| format!("could not write to the folder {}", path.display()));
        }
        let formatter = format.formatter(&times);
        let Some(path) = args
            .output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
        else {
            return Ok(Self::Stream(
                Document::new(formatter, stdout()),
                "stdout".to_owned(),
            ));
        };
        let name = path.display().to_string();
        let context = || format!("could not write to {name}");
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            let device = OpenOptions::new()
                .write(true)
                .open(path)
                .with_context(context)?;
            return Ok(Self::Stream(
                Document::new(formatter, buffered(device)),
                name,
            ));
        }
        let partial = PartialFile::open(path).with_context(context)?;
        let out = buffered(partial.writer().with_context(context)?);
        Ok(Self::File(Document::new(formatter, out), partial))
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn write(&mut self, conversation: &Conversation) -> Result<()> {
        match self {
            Self::Stream(document, name) => document
                .conversation(conversation)
                .with_context(|| context(name)),
            Self::File(document, partial) => {
                if !document.begun() {
                    partial.start_over()?;
                }
                document
                    .conversation(conversation)
                    .with_context(|| partial.context())
            }
            Self::Folder(folder) => folder.write(conversation),
        }
    }

    /// Passes on what is buffered to those who read along.
    ///
    /// # Errors
    /// When the destination fails.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Stream(document, name) => document.flush().with_context(|| context(name)),
            Self::File(..) | Self::Folder(_) => Ok(()),
        }
    }

    /// Ends the export. Only a `complete` one gets its final name; a `whole` one has the end of its document even so,
    /// since all that could be written was. Returns where an incomplete one lies.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn finish(self, complete: bool, whole: bool) -> Result<Option<PathBuf>> {
        match self {
            Self::Stream(mut document, name) => {
                document.finish(whole).with_context(|| context(&name))?;
                Ok(None)
            }
            Self::File(document, partial) if !complete && !document.begun() => {
                partial.discard_if_empty()?;
                Ok(None)
            }
            Self::File(mut document, partial) => {
                if !document.begun() {
                    partial.start_over()?;
                }
                document.finish(whole).with_context(|| partial.context())?;
                if complete {
                    partial.commit()?;
                    return Ok(None);
                }
                Ok(Some(partial.path().to_owned()))
            }
            Self::Folder(_) => Ok(None),
        }
    }
}

/// A folder with one file a conversation.
pub struct Folder {
    path: PathBuf,
    format: Format,
    times: TimeStyle,
    /// Held until the end of the run.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be, and proves that files can be made in it.
    fn open(path: &Path, format: Format, times: TimeStyle) -> Result<Self> {
        fs::create_dir_all(path)?;
        if !path.is_dir() {
            bail!("it is not a folder");
        }
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))?;
        file::lock(&lock)?;
        Ok(Self {
            path: path.to_owned(),
            format,
            times,
            _lock: lock,
        })
    }

    fn write(&self, conversation: &Conversation) -> Result<()> {
        let path = self
            .path
            .join(name::file_name(conversation, self.format.extension()));
        let written = || {
            let partial = PartialFile::open(&path)?;
            partial.start_over()?;
            let mut document = Document::new(
                self.format.formatter(&self.times),
                buffered(partial.writer()?),
            );
            document.conversation(conversation)?;
            document.finish(true)?;
            partial.commit()
        };
        written().with_context(|| format!("could not write {}", path.display()))
    }
}

fn context(name: &str) -> String {
    format!("could not write to {name}")
}

fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}

fn stdout() -> Box<dyn Write> {
    let out = io::stdout().lock();
    if out.is_terminal() {
        return Box::new(Neutral(out));
    }
    Box::new(BufWriter::with_capacity(BUFFER, out))
}
