//! File names of conversations, from a template. They are readable, and safe on every system.
//!
//! No name leads out of the folder: separators and dots from a vendor are replaced, and the template itself is checked.
//! No two conversations share a name: see [`NameTemplate::from_str`].

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::io::digest_prefix;
use crate::model::{Conversation, Vendor};

/// How files are named without `--name`.
const DEFAULT: &str = "{date}_{id}";

/// Some systems refuse longer names, and `.json.gz.partial` must fit too.
const LONGEST: usize = 220;
const LONGEST_CHANNEL: usize = 40;
const LONGEST_ID: usize = 100;

/// A template for paths within a folder, such as `{year}/{date}_{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate {
    text: String,
    /// The parts of the path.
    path: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

/// A field that a template can contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Channel,
    Source,
    /// A part of the time of creation, in UTC, in this strftime format.
    Time(&'static str),
}

const FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("date", Field::Time("%Y-%m-%d")),
    ("year", Field::Time("%Y")),
    ("month", Field::Time("%m")),
    ("day", Field::Time("%d")),
    ("time", Field::Time("%H%M%S")),
    ("channel", Field::Channel),
    ("source", Field::Source),
];

impl NameTemplate {
    /// The path of a conversation's file within the folder, separated by `/`. The extension is added unless the
    /// template already ends with it.
    #[must_use]
    pub fn file_name(&self, conversation: &Conversation, extension: &str) -> String {
        let part = |pieces: &Vec<Piece>| -> String {
            pieces
                .iter()
                .map(|piece| piece.show(conversation))
                .collect()
        };
        let path: Vec<_> = self.path.iter().map(part).collect();
        let extension = format!(".{extension}");
        let added = if self.text.ends_with(&extension) {
            ""
        } else {
            &extension
        };
        format!("{}{added}", path.join("/"))
    }

    /// Whether conversations of two vendors with the same id have different names.
    #[must_use]
    pub fn tells_sources_apart(&self) -> bool {
        self.path
            .iter()
            .flatten()
            .any(|piece| *piece == Piece::Field(Field::Source))
    }
}

impl Default for NameTemplate {
    fn default() -> Self {
        DEFAULT.parse().expect("the default is a template")
    }
}

impl FromStr for NameTemplate {
    type Err = String;

    /// Parses a template. Checks that the id can be found in every name, so that no two ids share a name. Times have a
    /// fixed width, and the two sources neither begin nor end alike. But a channel can have any length, so a character
    /// that no channel contains must separate it from the id.
    fn from_str(text: &str) -> Result<Self, String> {
        let path: Vec<_> = text.split('/').map(pieces).collect::<Result<_, _>>()?;
        let ids = path.iter().flatten().filter(|piece| piece.is_id()).count();
        if ids != 1 {
            return Err(
                "it needs {id}, once: else two conversations would have one name".to_owned(),
            );
        }
        path.iter().try_for_each(|part| check(part))?;
        let text = text.to_owned();
        Ok(Self { text, path })
    }
}

impl fmt::Display for NameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for NameTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Piece {
    /// The piece for this conversation. It is never empty, and only the template's own text can add dots or separators.
    fn show(&self, conversation: &Conversation) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Field(Field::Id) => safe(&conversation.id),
            Self::Field(Field::Channel) => channel(conversation.channel.as_deref()),
            Self::Field(Field::Source) => match conversation.source {
                Vendor::Botpress => "botpress".to_owned(),
                Vendor::Boost => "boost".to_owned(),
            },
            Self::Field(Field::Time(format)) => conversation
                .created_at
                .map_or("undated".to_owned(), |time| time.utc(format)),
        }
    }

    /// The largest possible length in bytes.
    fn longest(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Field(Field::Id) => LONGEST_ID,
            Self::Field(Field::Channel) => LONGEST_CHANNEL,
            Self::Field(Field::Source | Field::Time(_)) => 11,
        }
    }

    fn is_id(&self) -> bool {
        *self == Self::Field(Field::Id)
    }

    fn is_channel(&self) -> bool {
        *self == Self::Field(Field::Channel)
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Field(_) => "",
        }
    }
}

/// Parses one part of the path.
fn pieces(part: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = part;
    while !rest.is_empty() {
        let length = rest.find(['{', '}']).unwrap_or(rest.len());
        if length > 0 {
            pieces.push(Piece::Text(rest[..length].to_owned()));
            rest = &rest[length..];
            continue;
        }
        let end = rest.find('}').filter(|_| rest.starts_with('{'));
        let end = end.ok_or("a `{` without its `}`, or the other way round")?;
        let name = &rest[1..end];
        let field = FIELDS.iter().find(|(known, _)| *known == name);
        let (_, field) = field.ok_or_else(|| {
            let known: Vec<_> = FIELDS
                .iter()
                .map(|(name, _)| format!("{{{name}}}"))
                .collect();
            format!("there is no {{{name}}}: give {}", known.join(", "))
        })?;
        pieces.push(Piece::Field(*field));
        rest = &rest[end + 1..];
    }
    Ok(pieces)
}

/// Checks that a part of the path is a valid name on every system, and that the id can be found in it.
fn check(part: &[Piece]) -> Result<(), String> {
    let texts = || part.iter().map(Piece::text);
    let odd = |c: char| c.is_control() || "\\<>:\"|?*".contains(c);
    if texts().any(|text| text.contains(odd)) {
        return Err(
            "no file name may have \\ < > : \" | ? * or a control character in it".to_owned(),
        );
    }
    // Fields never end with a dot or a blank.
    if part
        .last()
        .is_none_or(|last| last.text().ends_with(['.', ' ']))
    {
        return Err("it is a path within DIR: without `..`, no part empty or with a dot or a blank at its end".to_owned());
    }
    if part.iter().map(Piece::longest).sum::<usize>() > LONGEST {
        return Err("that can be longer than file names may be".to_owned());
    }
    let Some(id) = part.iter().position(Piece::is_id) else {
        return Ok(());
    };
    let before = part[..id].iter().zip(&part[1..]);
    let after = part[id..].iter().zip(&part[id + 1..]);
    let told_apart = before
        .filter(|(piece, _)| piece.is_channel())
        .all(|(_, next)| next.text().starts_with(ends_channel))
        && after
            .filter(|(_, piece)| piece.is_channel())
            .all(|(last, _)| last.text().ends_with(ends_channel));
    if told_apart {
        return Ok(());
    }
    Err("{channel} and {id} need a `_`, a blank or a `/` between them: else two conversations could have one name".to_owned())
}

/// Whether no channel contains this character.
fn ends_channel(c: char) -> bool {
    !c.is_alphanumeric() && c != '-'
}

/// A channel as a part of a file name. Different channels may become the same.
fn channel(name: Option<&str>) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_lowercase() || c.is_ascii_digit() => c,
        _ => '-',
    };
    let name: String = name
        .unwrap_or("unknown")
        .chars()
        .take(LONGEST_CHANNEL - 1)
        .map(plain)
        .collect();
    match name.as_str() {
        "" => "unknown".to_owned(),
        device if is_device(device) => format!("{device}-"),
        _ => name,
    }
}

/// Whether Windows treats this name as a device, with any extension.
fn is_device(name: &str) -> bool {
    let numbered = |kind| {
        name.strip_prefix(kind)
            .is_some_and(|number| number.len() == 1 && number != "0")
    };
    matches!(name, "aux" | "con" | "nul" | "prn") || numbered("com") || numbered("lpt")
}

/// An id as a file name that is valid on every system. Different ids give different names, even if a system ignores
/// case.
fn safe(id: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !id.is_empty() && id.len() <= LONGEST_ID && id.chars().all(plain) && !is_device(id) {
        return id.to_owned();
    }
    let readable: String = id
        .chars()
        .take(60)
        .map(|c| {
            if plain(c.to_ascii_lowercase()) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mark = digest_prefix(id) >> 64;
    format!("{readable}~{mark:016x}")
}

#[cfg(test)]
mod tests;
