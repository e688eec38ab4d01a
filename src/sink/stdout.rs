//! Writers to stdout, and to a device or pipe that was given as a file.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::document::BUFFER;
use super::single::buffered;
use crate::console::{Neutral, Screen};

/// A writer to stdout. A terminal shows transcripts in colours, unless `NO_COLOR` is set. With `CLICOLOR_FORCE` a pipe
/// gets colours too, for a pager that shows them.
pub fn stdout(transcripts: bool) -> Box<dyn Write> {
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

/// A writer to a device or pipe that was given as a file.
pub fn device(file: File) -> Box<dyn Write> {
    let out: Box<dyn Write> = if file.is_terminal() {
        Box::new(Neutral(file))
    } else {
        buffered(file)
    };
    Box::new(Named(out))
}

/// A pipe that was given as a file. It is an error when nobody reads it any more; for stdout it is not.
struct Named(Box<dyn Write>);

impl Named {
    fn explained(error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => io::Error::other("nobody reads it any more"),
            _ => error,
        }
    }
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(Self::explained)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(Self::explained)
    }
}
