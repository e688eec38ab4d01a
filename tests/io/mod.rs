//! Files: written whole or not at all, locked, compressed.

mod atomic_file;
mod compression;
mod lock;
mod odd_path;
