//! The error for an export that cannot be completed.

use std::fmt;

/// The export is incomplete, for this reason. What could be read is written; the exit code says that the rest is
/// missing.
#[derive(Debug)]
pub struct Incomplete(pub String);

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Incomplete {}
