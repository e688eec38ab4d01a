//! A vendor's record, kept verbatim.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Deserializer;
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A vendor's record: JSON, verbatim, on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(Box<str>);

impl Record {
    /// Creates a record from text that is known to be valid JSON. Puts it on one line, since some formats write one
    /// record per line.
    #[must_use]
    pub fn of_json(json: &str) -> Self {
        Self(one_line(json).into())
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }
}

impl Serialize for Record {
    /// Does what `serde_json`'s `RawValue` does. A `RawValue` itself can only be made by parsing the text again.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const RAW: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(RAW, 1)?;
        raw.serialize_field(RAW, &self.0)?;
        raw.end()
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::of_json(raw.get()))
    }
}

impl JsonSchema for Record {
    fn schema_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "description": "A vendor's record, verbatim, of any shape." })
    }
}

/// Puts JSON on one line. Only white space between tokens changes.
pub fn one_line(json: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return Cow::Borrowed(json);
    }
    let mut line = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string || !c.is_ascii_whitespace() {
            line.push(c);
        }
        match c {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn records_are_written_as_they_are() {
        let record = Record::of_json(r#"{"b":1.0, "a":"\ud83d"}"#);
        let json = serde_json::to_string(&[record]).unwrap();
        assert_eq!(json, r#"[{"b":1.0, "a":"\ud83d"}]"#);
    }

    #[test]
    fn one_line_keeps_strings_and_numbers() {
        let text = "{\n  \"a \\\" b\\\\\" : [1.0,\r\n 1e400, \"\\n  x\"]\n}";
        let record: Record = serde_json::from_str(text).unwrap();
        assert_eq!(record.get(), r#"{"a \" b\\":[1.0,1e400,"\n  x"]}"#);
        assert_eq!(Record::of_json("{ \"a\" : 1 }").get(), "{ \"a\" : 1 }");
    }
}
