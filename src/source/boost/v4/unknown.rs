//! Fields that are not known. Their shape is said with `-v`, never their content, so that it can be reported.

use std::borrow::Cow;

use crate::json::Cursor;

/// At most this many are kept of a conversation, and this much of a name.
const MOST: usize = 32;

/// The fields of one conversation that are not known.
#[derive(Debug, Default)]
pub struct Unknown(Vec<UnknownField>);

/// A field that is not known.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// Where it stands, such as `sessions[]`. Empty at the top.
    pub place: &'static str,
    /// Its name.
    pub name: String,
    /// The type of its value, in words.
    pub shape: String,
}

impl Unknown {
    /// Notes a field and its JSON.
    pub fn note(&mut self, place: &'static str, name: &str, json: &str) {
        let is_known = |field: &UnknownField| field.place == place && field.name == name;
        if self.0.len() < MOST && !self.0.iter().any(is_known) {
            self.0.push(UnknownField {
                place,
                name: name.chars().take(MOST).collect(),
                shape: shape(json),
            });
        }
    }

    /// All of them.
    pub fn fields(&self) -> impl Iterator<Item = &UnknownField> {
        self.0.iter()
    }
}

impl UnknownField {
    /// The field with its place: `sessions[].messages[].mood`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.place {
            "" => self.name.clone(),
            place => format!("{place}.{}", self.name),
        }
    }
}

/// Notes the fields of a conversation itself.
pub fn note_top(unknown: &mut Unknown, fields: &[(Cow<str>, &str)]) {
    for (name, json) in fields {
        if !matches!(&**name, "id" | "environment" | "sessions" | "type") {
            unknown.note("", name, json);
        }
    }
}

/// The type of a value in words.
fn shape(json: &str) -> String {
    let count = |object: bool| {
        let (mut count, mut cursor) = (0_u64, Cursor::new(json));
        // The JSON was read before, so this finds no error.
        let _ = if object {
            cursor.members(|cursor, _| {
                count += 1;
                cursor.value().map(drop)
            })
        } else {
            cursor.items(|cursor| {
                count += 1;
                cursor.value().map(drop)
            })
        };
        count
    };
    match json.as_bytes().first() {
        Some(b'{') => format!("an object with {} fields", count(true)),
        Some(b'[') => format!("an array of {}", count(false)),
        Some(b'"') => "a text".to_owned(),
        Some(b't' | b'f') => "true or false".to_owned(),
        Some(b'n') => "null".to_owned(),
        _ => "a number".to_owned(),
    }
}
