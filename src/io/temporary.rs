//! Temporary files. They have no name, nobody else can read them, and they are gone when the program ends, in whatever
//! way. They lie in the system's folder for temporary files (`TMPDIR`).

use std::env;
use std::fs::File;
use std::io;

/// Makes an empty temporary file.
///
/// # Errors
/// When there is no room for it. The error names the folder.
pub fn temporary_file() -> io::Result<File> {
    private().map_err(|error| explained(&error))
}

fn private() -> io::Result<File> {
    let file = tempfile::tempfile()?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Names the folder in an error about a temporary file. It is seldom that of the output.
pub fn explained(error: &io::Error) -> io::Error {
    let folder = env::temp_dir();
    let message = format!(
        "could not keep a temporary file in {}: {error}",
        folder.display()
    );
    io::Error::new(error.kind(), message)
}
