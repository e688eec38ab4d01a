//! Which flags of the output a format can honour. One that it cannot honour is refused, and never ignored.

use std::io::{self, IsTerminal};

use super::format::FormatArgs;
use super::output::OutputArgs;
use crate::format::Format;
use crate::io::Compression;
use crate::sink::Target;
use crate::usage::{UsageError, usage};

impl OutputArgs {
    /// Checks that this format can honour all flags.
    ///
    /// # Errors
    /// A usage error for one that it cannot honour.
    pub fn check_honoured(&self, format: Format) -> Result<(), UsageError> {
        let name = format.name();
        let for_people = format.is_transcript() || format == Format::Html;
        let FormatArgs {
            excel,
            rows,
            system,
            agent_as,
            chat_media,
            split,
            remote_media,
        } = &self.of_format;
        if self.is_stdout() && (self.allow_empty || split.is_some()) {
            return Err(usage!(
                "--allow-empty and --split are for files: give -o FILE"
            ));
        }
        if self.template.is_some() && !format.is_transcript() {
            return Err(usage!(
                "--template is for text and markdown: {name} has a format of its own"
            ));
        }
        if self.no_raw && for_people {
            return Err(usage!("--no-raw: transcripts have no records to leave out"));
        }
        if self.no_raw
            && matches!(
                format,
                Format::Conversations | Format::Csv | Format::Xlsx | Format::Chat
            )
        {
            return Err(usage!("--no-raw: {name} has no records to leave out"));
        }
        if self.time_format.is_some() && !for_people && format != Format::Csv {
            return Err(usage!(
                "--time-format is for transcripts and csv: {name} has one format of time, or none"
            ));
        }
        if format == Format::Xlsx {
            self.check_workbook()?;
        }
        if excel.is_some() && format != Format::Csv {
            return Err(usage!("--excel is for csv, and this is {name}"));
        }
        if rows.is_some() && format != Format::Csv {
            return Err(usage!("--rows is for csv, and this is {name}"));
        }
        if *remote_media && format != Format::Html {
            return Err(usage!("--remote-media is for html, and this is {name}"));
        }
        let for_chat =
            system.is_some() || agent_as.is_some() || chat_media.is_some() || split.is_some();
        if for_chat && format != Format::Chat {
            return Err(usage!(
                "--system, --agent-as, --chat-media and --split are for chat, and this is {name}"
            ));
        }
        Ok(())
    }

    /// A workbook is one file, and for no terminal.
    fn check_workbook(&self) -> Result<(), UsageError> {
        match self.target() {
            Target::Folder { .. } => Err(usage!(
                "-d: a workbook has all conversations: give -o FILE.xlsx"
            )),
            Target::File(path) if Compression::of(&path) != Compression::None => Err(usage!(
                "{}: a workbook is compressed as it is: give a name without .gz",
                path.display()
            )),
            Target::Stdout if io::stdout().is_terminal() => Err(usage!(
                "a terminal cannot show a workbook: give -o FILE.xlsx"
            )),
            Target::File(_) | Target::Split { .. } | Target::Stdout => Ok(()),
        }
    }
}
