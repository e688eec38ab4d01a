//! Conversations in a temporary file. Only what links them is in memory.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use anyhow::Result;

use crate::io::temporary::{explained, temporary_file};
use crate::model::Conversation;

/// Conversations in a temporary file that nobody else can open, and that is gone when the program ends.
pub struct Spool {
    file: BufWriter<File>,
    bytes: u64,
    line: Vec<u8>,
}

/// Where a conversation is in the file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    offset: u64,
    bytes: usize,
}

impl Spool {
    /// Makes an empty file.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new() -> Result<Self> {
        Ok(Self {
            file: BufWriter::new(temporary_file()?),
            bytes: 0,
            line: Vec::new(),
        })
    }

    /// Adds a conversation.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, conversation: &Conversation) -> Result<Place> {
        self.line.clear();
        conversation.write_json(&mut self.line)?;
        self.file
            .write_all(&self.line)
            .map_err(|error| explained(&error))?;
        let place = Place {
            offset: self.bytes,
            bytes: self.line.len(),
        };
        self.bytes += self.line.len() as u64;
        Ok(place)
    }

    /// Reads a conversation again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&mut self, place: Place) -> Result<Conversation> {
        self.file.flush().map_err(|error| explained(&error))?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(place.offset))
            .map_err(|error| explained(&error))?;
        self.line.resize(place.bytes, 0);
        file.read_exact(&mut self.line)
            .map_err(|error| explained(&error))?;
        Ok(serde_json::from_slice(&self.line)?)
    }
}
