//! Files and bytes: files that get their final name only when they are complete, locks, compression, digests.
//!
//! Nothing here knows what a file contains.

pub mod atomic;
mod compression;
pub mod decompress;
mod digest;
mod hashing_writer;
mod lock;
mod network_fs;
pub mod paths;
mod spool;
pub mod temporary;

pub use compression::{Compression, GzipWriter};
pub use digest::{digest_prefix, hex};
pub use hashing_writer::HashingWriter;
pub use lock::{LockFile, supports_locks};
pub use network_fs::network_file_system;
pub use spool::Spool;
