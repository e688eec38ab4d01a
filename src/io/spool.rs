//! Bytes that have to wait until the end of a document.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use super::temporary::{self, temporary_file};

/// From this size on the bytes go to a file.
const IN_MEMORY: usize = 64 * 1024;

/// Bytes that have to wait until the end of a document, in memory, or in a temporary file if they are many.
///
/// The file has no name, nobody else can read it, and it is gone when the program ends, in whatever way. It lies in the
/// system's folder for temporary files.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<File>,
    /// The bytes that are not in the file yet.
    memory: Vec<u8>,
}

impl Spool {
    /// Reads everything from its beginning. Nothing more may be written afterwards.
    ///
    /// # Errors
    /// When the last bytes cannot be written to the temporary file.
    pub fn read(&mut self) -> io::Result<Box<dyn Read + '_>> {
        match &mut self.file {
            None => Ok(Box::new(self.memory.as_slice())),
            Some(file) => {
                file.write_all(&self.memory)
                    .map_err(|error| temporary::explained(&error))?;
                self.memory.clear();
                file.rewind()
                    .map_err(|error| temporary::explained(&error))?;
                Ok(Box::new(file))
            }
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(temporary_file()?),
        };
        let written = file.write_all(&self.memory);
        self.memory.clear();
        written.map_err(|error| temporary::explained(&error))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.memory.extend_from_slice(bytes);
        if self.memory.len() >= IN_MEMORY {
            self.spill()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
