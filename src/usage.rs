//! The error for a command line that asks for something the program cannot do. The exit code is 2.

use std::fmt;

/// Says which flag, variable or file is wrong, and what to give instead.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Makes a [`UsageError`], with the arguments of `format!`.
macro_rules! usage {
    ($($arg:tt)*) => { $crate::usage::UsageError(format!($($arg)*)) };
}

pub(crate) use usage;
