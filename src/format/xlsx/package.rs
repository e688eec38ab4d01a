//! The file: a zip archive of parts, written from front to back.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// How many bytes are copied at once.
const PIECE: usize = 64 * 1024;

/// The package so far, without what has been taken out of it.
pub struct Package {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
}

/// What the archive writes to, and is taken from.
#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

impl Default for Package {
    fn default() -> Self {
        let pipe = Pipe::default();
        Self {
            zip: ZipWriter::new_stream(pipe.clone()),
            pipe,
        }
    }
}

impl Package {
    /// Begins a part. What is written now belongs to it.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        Ok(self.zip.start_file(name, SimpleFileOptions::default())?)
    }

    /// Writes to the part that was begun last.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.zip.write_all(text.as_bytes())
    }

    /// Writes a part as a whole.
    pub fn part(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.begin(name)?;
        self.write(text)
    }

    /// Copies this number of bytes to the part that was begun last. Takes out each piece at once, so that none pile up in
    /// memory.
    pub fn copy(
        &mut self,
        from: &mut impl Read,
        bytes: u64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        let mut left = bytes;
        while left > 0 {
            let length = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            from.read_exact(&mut piece[..length])?;
            self.zip.write_all(&piece[..length])?;
            self.take(out)?;
            left -= length as u64;
        }
        Ok(())
    }

    /// Takes out what has been written.
    pub fn take(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut bytes = self.pipe.0.borrow_mut();
        out.write_all(&bytes)?;
        bytes.clear();
        Ok(())
    }

    /// Ends the package, and takes out the rest.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        self.zip.finish()?;
        out.write_all(&self.pipe.0.borrow())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
