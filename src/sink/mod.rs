//! Where an export goes: stdout, a file or a folder. A sink knows where a document begins and ends, never what is in it.

mod document;
pub mod file;
mod folder;
mod growing;
mod meter;
mod name;
mod packing;
mod pages;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result};

use crate::cli::OutputArgs;
use crate::format::Form;
use crate::model::Conversation;
use crate::state::Bookmark;
use crate::terminal::{Neutral, Screen};
use document::Document;
use folder::Folder;
use meter::Meter;
use pages::Pages;

pub use document::FileEntry;
pub use meter::hex;
pub use name::NameTemplate;
pub use packing::Packing;

const BUFFER: usize = 64 * 1024;

/// What a state knows of the destination.
#[derive(Clone, Copy, Debug)]
pub struct Earlier {
    /// There is something in it.
    pub has_output: bool,
    /// It is one file that grows.
    pub append: bool,
    /// How many bytes of that file count; none when no run has opened it.
    pub bytes: Option<u64>,
    /// The run before was cut off, so that there may be more.
    pub cut_off: bool,
}

/// The destination of one export.
pub enum Sink {
    /// One document to stdout, or to a device or pipe given as a file, with its name.
    Stream(Document, String),
    /// One document to a file, or several where it would be too large.
    File(Box<Pages>),
    /// One document that grows by each run, with its name and file.
    Growing(Document, String, File),
    /// One document a conversation.
    Folder(Folder),
}

/// How an export ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// Where an incomplete one lies.
    pub partial: Option<PathBuf>,
    /// What was written.
    pub files: Vec<FileEntry>,
}

impl Sink {
    /// Opens the destination, so that what is wrong with it shows before the first request. Files are `hashed` where a
    /// summary wants it. It has to be the one that earlier runs wrote to.
    ///
    /// # Errors
    /// When it cannot be written, with its path; a usage error for a form that does not go with the flags.
    pub fn open(args: &OutputArgs, hashed: bool, earlier: Option<&Earlier>) -> Result<Self> {
        let form = Form::of(args)?;
        if let Some(path) = &args.output_dir {
            let name = args.name.clone().unwrap_or_default();
            let folder = Folder::open(path, form, name, hashed, earlier);
            return folder
                .map(Self::Folder)
                .with_context(|| format!("could not write to the folder {}", path.display()));
        }
        let packing = args.output.as_deref().map_or(Packing::None, Packing::of);
        let document = |out| Document::new(form.formatter(), packing, Meter::new(out, hashed));
        let Some(path) = args
            .output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
        else {
            return Ok(Self::Stream(
                document(stdout(form.is_text())),
                "stdout".to_owned(),
            ));
        };
        let name = path.display().to_string();
        let context = || format!("could not write to {name}");
        if let Some(earlier) = earlier.filter(|earlier| earlier.append) {
            let file = growing::open(path, earlier).with_context(context)?;
            let mut document = document(buffered(file.try_clone().with_context(context)?));
            if hashed {
                document.continues(&file).with_context(context)?;
            } else {
                document.continues_at(earlier.bytes.unwrap_or(0));
            }
            return Ok(Self::Growing(document, name, file));
        }
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
            let device = OpenOptions::new()
                .write(true)
                .open(path)
                .with_context(context)?;
            let out: Box<dyn Write> = if device.is_terminal() {
                Box::new(Neutral(device))
            } else {
                buffered(device)
            };
            return Ok(Self::Stream(document(Box::new(Named(out))), name));
        }
        let pages = Pages::open(path, form.formatter(), packing, hashed).with_context(context)?;
        Ok(Self::File(Box::new(pages)))
    }

    /// Why the form has no place for a conversation, which then is not to be written; none where it has.
    #[must_use]
    pub fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        match self {
            Self::Stream(document, _) | Self::Growing(document, _, _) => {
                document.leaves_out(conversation)
            }
            Self::File(pages) => pages.leaves_out(conversation),
            Self::Folder(folder) => folder.leaves_out(conversation),
        }
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn write(&mut self, conversation: &Conversation) -> Result<()> {
        match self {
            Self::Stream(document, name) | Self::Growing(document, name, _) => document
                .conversation(conversation)
                .with_context(|| context(name)),
            Self::File(pages) => pages.write(conversation),
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
            Self::File(..) | Self::Growing(..) | Self::Folder(_) => Ok(()),
        }
    }

    /// The files that were written since the last call, where a summary wants to know.
    pub fn take_files(&mut self) -> Vec<FileEntry> {
        match self {
            Self::Folder(folder) => std::mem::take(&mut folder.files),
            _ => Vec::new(),
        }
    }

    /// Makes what was written durable, as far as the destination can. Returns the length of a file that grows.
    ///
    /// # Errors
    /// When the destination fails.
    pub fn sync(&mut self) -> Result<Option<u64>> {
        match self {
            Self::Stream(document, name) => document.flush().with_context(|| context(name))?,
            Self::File(pages) => pages.flush()?,
            Self::Folder(folder) => folder.sync()?,
            Self::Growing(document, name, file) => {
                document
                    .flush()
                    .and_then(|()| file.sync_data())
                    .with_context(|| context(name))?;
                return Ok(Some(document.bytes()));
            }
        }
        Ok(None)
    }

    /// Takes note of what a later run may go on from, for a form that says so at its end.
    pub fn note(&mut self, bookmark: &Bookmark) {
        match self {
            Self::Stream(document, _) | Self::Growing(document, _, _) => document.note(bookmark),
            Self::File(pages) => pages.note(bookmark),
            Self::Folder(_) => {}
        }
    }

    /// Ends the export. Only a `complete` one gets its final name; a `whole` one has the end of its document even so,
    /// since all that could be written was.
    ///
    /// # Errors
    /// When the destination fails, with its path.
    pub fn finish(self, complete: bool, whole: bool) -> Result<Finished> {
        match self {
            Self::Stream(mut document, name) => {
                document.finish(whole).with_context(|| context(&name))?;
                let name = if name == "stdout" {
                    "-".to_owned()
                } else {
                    name
                };
                Ok(Finished::with(document.entry(name)))
            }
            Self::Growing(mut document, name, file) => {
                document
                    .flush()
                    .and_then(|()| file.sync_all())
                    .with_context(|| context(&name))?;
                Ok(Finished::with(document.entry(file_name(Path::new(&name)))))
            }
            Self::File(pages) => pages.finish(complete, whole),
            Self::Folder(mut folder) => {
                folder.sync()?;
                let partial = None;
                Ok(Finished {
                    partial,
                    files: folder.files,
                })
            }
        }
    }
}

impl Finished {
    fn with(file: FileEntry) -> Self {
        let files = vec![file];
        Self {
            partial: None,
            files,
        }
    }
}

/// A pipe or device that was named: when nobody reads it any more, that is an error. Only stdout may be left early.
struct Named(Box<dyn Write>);

impl Named {
    fn told(error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => io::Error::other("nobody reads it any more"),
            _ => error,
        }
    }
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(Self::told)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(Self::told)
    }
}

fn context(name: &str) -> String {
    format!("could not write to {name}")
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}

/// A terminal shows transcripts in colours, unless `NO_COLOR` is set; with `CLICOLOR_FORCE` a pipe gets them too, for a
/// pager that shows them.
fn stdout(transcripts: bool) -> Box<dyn Write> {
    let out = io::stdout().lock();
    let terminal = out.is_terminal();
    let colours = AutoStream::choice(&out);
    if transcripts && (terminal || colours != ColorChoice::Never) {
        let width = terminal_size::terminal_size_of(&out).filter(|_| terminal);
        let width = width.map(|(width, _)| width.0.into());
        return Box::new(Screen::new(AutoStream::new(out, colours), width));
    }
    if terminal {
        return Box::new(Neutral(out));
    }
    Box::new(BufWriter::with_capacity(BUFFER, out))
}
