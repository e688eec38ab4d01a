//! Takes the bytes of a file: into a temporary file, through a hash, up to the limits.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::kind::{self, FileKind, HEAD};
use crate::io::hex;
use crate::model::Missing;

/// How many bytes a run may still take.
pub type Allowance = Arc<AtomicU64>;

/// The bytes of a file so far.
pub struct Intake {
    file: NamedTempFile,
    hash: Sha256,
    bytes: u64,
    /// The most that it may have.
    limit: u64,
    allowance: Allowance,
    /// The first bytes.
    head: Vec<u8>,
    /// The limit that was reached.
    over: Option<Missing>,
}

/// A file that is whole.
pub struct Taken {
    pub file: NamedTempFile,
    pub sha256: String,
    pub bytes: u64,
    pub kind: FileKind,
}

impl Taken {
    /// Its path in the folder: `ab/abcdef....jpg`.
    pub fn place(&self) -> String {
        let shard = self.sha256.get(..2).unwrap_or_default();
        format!("{shard}/{}.{}", self.sha256, self.kind.extension)
    }
}

impl Intake {
    pub fn new(file: NamedTempFile, limit: u64, allowance: Allowance) -> Self {
        Self {
            file,
            hash: Sha256::new(),
            bytes: 0,
            limit,
            allowance,
            head: Vec::new(),
            over: None,
        }
    }

    /// The most bytes that it may have.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// The limit that was reached, if one was.
    pub fn over(&self) -> Option<Missing> {
        self.over
    }

    /// Ends the file.
    pub fn finish(self) -> Taken {
        Taken {
            file: self.file,
            sha256: hex(&self.hash.finalize()),
            bytes: self.bytes,
            kind: kind::of(&self.head),
        }
    }

    /// Takes from what the run may take. Returns whether it may.
    fn spend(&self, bytes: u64) -> bool {
        let spend = |left: u64| left.checked_sub(bytes);
        let order = Ordering::Relaxed;
        self.allowance.fetch_update(order, order, spend).is_ok()
    }
}

impl Write for Intake {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len() as u64;
        if self.bytes + count > self.limit {
            self.over = Some(Missing::TooLarge);
        } else if !self.spend(count) {
            self.over = Some(Missing::LeftForLater);
        }
        if self.over.is_some() {
            return Err(io::Error::other("a limit is reached"));
        }
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += count;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
