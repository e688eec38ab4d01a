//! Files that are compressed on their way, by the last extension of their name.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::meter::Meter;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// It is not.
    None,
    /// `.gz`
    Gzip,
}

/// Compresses what passes through, and hands it to the meter, which so counts what is in the file.
pub struct Packer {
    /// Writes to memory: whatever it does when it is dropped harms no file.
    encoder: Option<GzEncoder<Vec<u8>>>,
    meter: Meter,
}

impl Packing {
    /// As the name says.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("gz") => Self::Gzip,
            _ => Self::None,
        }
    }
}

impl Packer {
    /// Nothing written yet.
    #[must_use]
    pub fn new(packing: Packing, meter: Meter) -> Self {
        let encoder = match packing {
            Packing::None => None,
            Packing::Gzip => Some(GzEncoder::new(Vec::new(), Compression::default())),
        };
        Self { encoder, meter }
    }

    /// What was written, compressed.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// For what was written before.
    pub fn meter_mut(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// Ends the compressed file, so that any program reads what there is, and passes on what is buffered.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.try_finish()?;
            drain(encoder, &mut self.meter)?;
        }
        self.meter.flush()
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            None => self.meter.write_all(bytes)?,
            Some(encoder) => {
                encoder.write_all(bytes)?;
                drain(encoder, &mut self.meter)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.flush()?;
            drain(encoder, &mut self.meter)?;
        }
        self.meter.flush()
    }
}

fn drain(encoder: &mut GzEncoder<Vec<u8>>, meter: &mut Meter) -> io::Result<()> {
    meter.write_all(encoder.get_ref())?;
    encoder.get_mut().clear();
    Ok(())
}
