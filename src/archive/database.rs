//! Opens the file of an archive.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::schema::{self, FileKind, HEADER};
use crate::io::{LockFile, network_file_system};

/// How long to wait for another program that writes to the file.
const BUSY: std::time::Duration = std::time::Duration::from_secs(5);

/// A connection belongs to one thread at a time, so SQLite needs no locks of its own.
const READ_WRITE: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// The log is copied into the database when it has this many pages.
const CHECKPOINT_PAGES: u32 = 4000;

/// A database that this process alone may write to.
#[derive(Debug)]
pub struct Writable {
    pub connection: Connection,
    /// Why the database keeps a rollback journal, if it does.
    pub no_wal: Option<String>,
    #[expect(dead_code, reason = "it is held")]
    lock: LockFile,
}

/// The file that locks an archive while a run writes to it.
fn lock_path(path: &Path) -> PathBuf {
    beside(path, "-lock")
}

/// The file of an archive, and those that may be beside it.
pub fn files(path: &Path) -> Vec<PathBuf> {
    ["", "-lock", "-wal", "-shm", "-journal"]
        .map(|end| beside(path, end))
        .to_vec()
}

/// A file beside an archive. SQLite keeps its own beside the file that a link points to, so two names of one archive
/// share its lock as well.
fn beside(path: &Path, end: &str) -> PathBuf {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = path.into_os_string();
    name.push(end);
    PathBuf::from(name)
}

/// Whether a file is an archive, of any version.
///
/// # Errors
/// When it cannot be read.
pub fn is_archive(path: &Path) -> io::Result<bool> {
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let header = header(path)?;
    let id = schema::APPLICATION_ID.to_be_bytes();
    Ok(header.get(68..72) == Some(&id))
}

/// Opens an archive to write, and makes it when there is none.
///
/// # Errors
/// When another run writes to it, it cannot be written, or it is no archive of this version.
pub fn open_to_write(path: &Path) -> Result<Writable> {
    let name = path.display();
    let context = || format!("could not use the archive {name}");
    if path.is_dir() {
        bail!("could not use the archive {name}: it is a folder");
    }
    // Another kind of file is refused before a lock is made beside it.
    let exists = path.exists();
    if exists {
        let kind = header(path)
            .map_err(Into::into)
            .and_then(|header| schema::check_header(&header));
        kind.with_context(context)?;
    }
    let lock = LockFile::take(&lock_path(path)).with_context(context)?;
    let kind = create_private(path).and_then(|()| header(path));
    let kind = kind
        .map_err(Into::into)
        .and_then(|header| schema::check_header(&header));
    let kind = kind.with_context(context)?;
    // Fails early for a file that may not be written.
    OpenOptions::new()
        .write(true)
        .open(path)
        .with_context(context)?;
    let connect = || -> rusqlite::Result<(Connection, Option<String>)> {
        let connection = connect_to_write(path, true)?;
        if kind == FileKind::Empty {
            schema::create(&connection)?;
        }
        match start_log(&connection, path) {
            None => Ok((connection, None)),
            Some(reason) => {
                drop(connection);
                Ok((connect_to_write(path, false)?, Some(reason)))
            }
        }
    };
    let (connection, no_wal) = connect()
        .map_err(|error| damaged(error.into()))
        .with_context(context)?;
    Ok(Writable {
        connection,
        no_wal,
        lock,
    })
}

/// Opens an archive to read. A run may write to it at the same time.
///
/// # Errors
/// When it cannot be read, or is no archive of this version.
pub fn open_to_read(path: &Path) -> Result<Connection> {
    let context = || format!("could not read the archive {}", path.display());
    let header = header(path).with_context(context)?;
    if schema::check_header(&header).with_context(context)? == FileKind::Empty {
        bail!("{}: it is empty", context());
    }
    connect_to_read(path)
        .map_err(|error| damaged(error.into()))
        .with_context(context)
}

/// Opens the database for queries alone. SQLite makes a file beside a database with a log, and the last that closes it
/// removes that, so the database is opened as one that may be written. Where nothing can be written, it cannot change.
fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connect = |connection: Connection| {
        keep_plans(&connection)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let opened = Connection::open_with_flags(path, READ_WRITE).and_then(connect);
    let is_read_only = |error: &rusqlite::Error| {
        use rusqlite::ErrorCode::{CannotOpen, ReadOnly, SystemIoFailure};
        matches!(
            error.sqlite_error_code(),
            Some(CannotOpen | ReadOnly | SystemIoFailure)
        )
    };
    let error = match opened {
        Err(error) if is_read_only(&error) => error,
        opened => return opened,
    };
    if files(path)[2].metadata().is_ok_and(|log| log.len() > 0) {
        return Err(error);
    }
    let uri = format!("file:{}?immutable=1", uri_path(path));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri, flags).and_then(connect)
}

/// A path in a URI of SQLite (sqlite.org/uri.html, section 3.1).
fn uri_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}

/// Else SQLite plans a statement anew for each value that is bound to it, which takes a tenth of the time of a reader.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    let stability = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(stability, true).map(drop)
}

fn header(path: &Path) -> io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(HEADER);
    File::open(path)?
        .take(HEADER as u64)
        .read_to_end(&mut header)?;
    Ok(header)
}

/// Creates the file for its owner alone. SQLite gives the files beside it the same permissions.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Opens the database to write. Without a log it keeps a rollback journal.
fn connect_to_write(path: &Path, has_log: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, READ_WRITE)?;
    keep_plans(&connection)?;
    connection.busy_timeout(BUSY)?;
    if !has_log {
        // Alone with the file, SQLite needs no shared memory to end the log of an earlier run.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        set_journal(&connection, "delete")?;
        connection.pragma_update(None, "locking_mode", "normal")?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Turns write-ahead logging on, so that readers are never blocked. Returns the reason when that cannot be: it needs
/// memory that is shared between processes, which a network file system does not have (sqlite.org/wal.html).
fn start_log(connection: &Connection, path: &Path) -> Option<String> {
    if let Some(kind) = network_file_system(path) {
        return Some(format!("it lies on a network file system ({kind})"));
    }
    // The shared memory is needed only when something is written.
    let started = set_journal(connection, "wal").and_then(|mode| {
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        Ok(mode)
    });
    match started {
        Ok(mode) if mode == "wal" => None,
        Ok(mode) => Some(format!("SQLite keeps its journal in the mode {mode}")),
        Err(error) => Some(error.to_string()),
    }
}

/// Returns the mode that the journal has afterwards.
fn set_journal(connection: &Connection, mode: &str) -> rusqlite::Result<String> {
    connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get(0))
}

/// Adds the path to an error of SQLite, and what to do about a damaged file. Leaves other errors as they are.
#[must_use]
pub fn explained(error: anyhow::Error, path: &Path) -> anyhow::Error {
    if error.is::<rusqlite::Error>() {
        let context = format!("could not use the archive {}", path.display());
        return damaged(error).context(context);
    }
    error
}

/// Adds what to do about a damaged file.
fn damaged(error: anyhow::Error) -> anyhow::Error {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error
        .downcast_ref::<rusqlite::Error>()
        .and_then(rusqlite::Error::sqlite_error_code)
    {
        Some(DatabaseCorrupt | NotADatabase) => {
            error.context("it is damaged: put a copy back, or try `sqlite3 FILE .recover`")
        }
        _ => error,
    }
}
