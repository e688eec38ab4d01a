//! Columns as members of a JSON object, byte for byte as `serde_json` writes them, and in less time.

use super::cell::Cell;
use crate::json::write_string;

/// Writes these columns with commas between them: `"seq":1,"role":"user"`.
pub fn write_members<'a>(
    columns: impl IntoIterator<Item = (&'a str, Cell<'a>)>,
    out: &mut Vec<u8>,
) {
    for (number, (name, cell)) in columns.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        // No name needs escapes.
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        write_value(cell, out);
    }
}

fn write_value(cell: Cell, out: &mut Vec<u8>) {
    match cell {
        Cell::Empty => out.extend_from_slice(b"null"),
        Cell::Text(text) => write_string(text, out),
        Cell::Time(time) => time.write_json(out),
        Cell::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Cell::Seconds(seconds) => {
            let seconds = serde_json::Number::from_f64(seconds);
            let seconds = seconds.map_or("null".to_owned(), |seconds| seconds.to_string());
            out.extend_from_slice(seconds.as_bytes());
        }
        Cell::Flag(flag) => out.extend_from_slice(flag.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::{COLUMNS, MessageRows};
    use super::write_members;
    use crate::model::Conversation;

    #[test]
    fn is_the_json_of_serde() {
        let conversation: Conversation = serde_json::from_str(
            r#"{"source":"boost","id":"7","created_at":"2021-01-28T17:12:07.421407+01:00","updated_at":null,"channel":null,
                "title":"a \"b\"","tags":{"n":[1.50]},"raw":{},"messages":[{"id":"8","created_at":null,"role":"bot",
                "user_id":null,"author":"Kari\u0000","type":"answer","text":"line\n\t\u001f\\","options":[{"label":"x","value":null}],
                "attachments":[],"raw":{"a\u0001":"\"\\ and so on"}}]}"#,
        )
        .unwrap();
        let rows = MessageRows::of(&conversation).unwrap();
        let row = rows.rows().next().unwrap();
        let mut out = b"{".to_vec();
        write_members(COLUMNS.into_iter().zip(row.cells()), &mut out);
        out.push(b'}');
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, serde_json::to_string(&row).unwrap());
    }
}
