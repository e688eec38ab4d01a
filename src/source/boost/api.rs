//! The two versions of the Export API that sites answer. `v4/` says how the newer one differs.

use std::fmt;
use std::str::FromStr;

/// A version of the Export API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The one that the vendor documents.
    V3,
    /// The newer one, as a client uses it (vendors/boost-v4.md).
    V4,
}

impl Api {
    /// Its name in flags, messages and the archive.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V4 => "v4",
        }
    }

    /// The scope of its tokens.
    #[must_use]
    pub fn scope(self) -> &'static str {
        match self {
            Self::V3 => "export:v3",
            Self::V4 => "export:v4",
        }
    }

    /// The path of an export.
    #[must_use]
    pub fn path(self) -> &'static [&'static str] {
        match self {
            Self::V3 => &["api", "export", "v3"],
            Self::V4 => &["api", "export", "v4.json"],
        }
    }

    /// The other version.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::V3 => Self::V4,
            Self::V4 => Self::V3,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "API {}", self.name())
    }
}

impl FromStr for Api {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "v3" => Ok(Self::V3),
            "v4" => Ok(Self::V4),
            _ => Err("expected v3 or v4".to_owned()),
        }
    }
}
