//! The format of an archive: its version, and how a new one is made.

use anyhow::{Result, bail};
use rusqlite::Connection;

/// The tables, indexes and views.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Marks a SQLite file as an archive of this program: `cvex` in ASCII.
pub const APPLICATION_ID: u32 = 0x6376_6578;

/// The version of the format. A program reads archives of its version.
pub const VERSION: u32 = 1;

/// The size of a page in bytes. A large page makes it faster to store the vendor's records.
const PAGE_SIZE: u32 = 16 * 1024;

/// The first bytes of every SQLite file.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The length of the header of a SQLite file.
pub const HEADER: usize = 100;

/// What the header of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// It is empty, so an archive may be made in it.
    Empty,
    /// An archive of this version.
    Archive,
}

/// Checks the header of a file (sqlite.org/fileformat.html, section 1.3), so that SQLite never touches another file.
///
/// # Errors
/// When it is another kind of file, or an archive of a newer version.
pub fn check_header(header: &[u8]) -> Result<FileKind> {
    if header.is_empty() {
        return Ok(FileKind::Empty);
    }
    let number = |at: usize| {
        header
            .get(at..at + 4)
            .map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap_or_default()))
    };
    if !header.starts_with(MAGIC) || number(68) != Some(APPLICATION_ID) {
        bail!("it is no archive of convexport");
    }
    match number(60) {
        Some(VERSION) => Ok(FileKind::Archive),
        Some(version) if version > VERSION => bail!(
            "it has format {version}, and this convexport knows formats up to {VERSION}: use a newer convexport"
        ),
        _ => bail!("it is damaged: its header has no format"),
    }
}

/// Makes the tables in an empty file.
///
/// # Errors
/// When the file cannot be written.
pub fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "PRAGMA page_size = {PAGE_SIZE};
         BEGIN IMMEDIATE;
         {SCHEMA}
         PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {VERSION};
         COMMIT;"
    ))
}
