//! Bytes that have to wait until the end of a document.

use std::env;
use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// From this size on the bytes go to a file.
const IN_MEMORY: usize = 256 * 1024;

/// Bytes that have to wait until the end of a document, in memory, or in a temporary file if they are many.
///
/// The file has no name, nobody else can read it, and it is gone when the program ends, in whatever way. It lies in the
/// system's folder for temporary files.
#[derive(Default)]
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
                    .map_err(|error| explained(&error))?;
                self.memory.clear();
                file.rewind().map_err(|error| explained(&error))?;
                Ok(Box::new(file))
            }
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(private_file()?),
        };
        file.write_all(&self.memory)?;
        self.memory.clear();
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.memory.extend_from_slice(bytes);
        if self.memory.len() >= IN_MEMORY {
            self.spill().map_err(|error| explained(&error))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn private_file() -> io::Result<File> {
    let file = tempfile::tempfile()?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Names the folder, which is seldom that of the output.
fn explained(error: &io::Error) -> io::Error {
    let folder = env::temp_dir();
    let message = format!(
        "could not keep a temporary file in {}: {error}",
        folder.display()
    );
    io::Error::new(error.kind(), message)
}
