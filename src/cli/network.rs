//! The flags of the network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, Args, ValueHint};

use super::values::seconds;
use crate::http::{self, Secret};

/// How to reach the vendor.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Read the access token from a file (`-` is stdin)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = None::<&str>)]
    pub token_file: Option<PathBuf>,

    /// The access token, if a tap's config has it.
    #[arg(skip)]
    pub token: Option<Secret>,

    /// How many times to retry a failed request; waiting for a rate limit does not count
    #[arg(long, value_name = "N", default_value_t = Self::DEFAULT_RETRIES, hide_short_help = true)]
    pub retries: u32,

    /// How long to wait for a connection, and for the next bytes of an answer
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true, allow_negative_numbers = true, value_parser = seconds)]
    pub timeout: Duration,
}

/// Says which variable has the token of this vendor.
pub fn token_file(arg: Arg, variable: &str) -> Arg {
    arg.help(format!(
        "Read the access token from a file (`-` is stdin), not from the variable {variable}"
    ))
}

impl NetworkArgs {
    const DEFAULT_RETRIES: u32 = 5;
    const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// How patient the client is.
    pub fn options(&self) -> http::Options {
        http::Options {
            retries: self.retries,
            timeout: self.timeout,
        }
    }

    /// Whether the token is read from stdin.
    pub fn token_on_stdin(&self) -> bool {
        self.token_file.as_deref() == Some(Path::new("-"))
    }
}

impl Default for NetworkArgs {
    fn default() -> Self {
        Self {
            token_file: None,
            token: None,
            retries: Self::DEFAULT_RETRIES,
            timeout: Self::DEFAULT_TIMEOUT,
        }
    }
}
