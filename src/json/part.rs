//! Reads JSON that `serde_json` refuses as a whole, such as JSON that is nested deeper than 127 levels.

use serde_json::{Map, Value};

use super::cursor::Cursor;

/// What could be read of a JSON text.
#[derive(Debug, Default)]
pub struct Part {
    /// The value. What is nested too deep is null.
    pub value: Value,
    /// Whether something is nested too deep.
    pub is_cut: bool,
}

impl From<Value> for Part {
    fn from(value: Value) -> Self {
        let is_cut = false;
        Self { value, is_cut }
    }
}

impl Part {
    /// Reads a JSON text down to this many levels. The value is null when the text is no JSON.
    pub fn of(json: &str, levels: u16) -> Self {
        let mut part = Self::default();
        let value = part.read(&mut Cursor::new(json), levels);
        part.value = value.unwrap_or_default();
        part
    }

    fn read(&mut self, cursor: &mut Cursor, levels: u16) -> Option<Value> {
        match cursor.peek()? {
            b'{' | b'[' if levels == 0 => {
                self.is_cut = true;
                cursor.value().map(|_| Value::Null)
            }
            b'{' => self.object(cursor, levels - 1),
            b'[' => self.array(cursor, levels - 1),
            b'"' => Some(cursor.text_or_none()?.into_string().into()),
            _ => serde_json::from_str(cursor.value()?).ok(),
        }
    }

    fn object(&mut self, cursor: &mut Cursor, levels: u16) -> Option<Value> {
        let mut fields = Map::new();
        cursor.members(|cursor, key| {
            fields.insert(key.into_owned(), self.read(cursor, levels)?);
            Some(())
        })?;
        Some(fields.into())
    }

    fn array(&mut self, cursor: &mut Cursor, levels: u16) -> Option<Value> {
        let mut items = Vec::new();
        cursor.items(|cursor| {
            items.push(self.read(cursor, levels)?);
            Some(())
        })?;
        Some(items.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_cut() {
        let part = Part::of(r#" {"a":[15,{"b":[]}, "\ud83dx"],"c":{},"n":null} "#, 3);
        assert!(part.is_cut);
        let expected = json!({"a": [15, {"b": null}, "\u{fffd}x"], "c": {}, "n": null});
        assert_eq!(part.value, expected);
        assert!(!Part::of(r#"{"a":[{}]}"#, 3).is_cut);
    }

    #[test]
    fn a_small_stack_is_enough() {
        let depth = 100_000;
        let read = move || {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            Part::of(&text, 256).is_cut
        };
        let thread = std::thread::Builder::new().stack_size(512 << 10);
        assert!(thread.spawn(read).unwrap().join().unwrap());
    }
}
