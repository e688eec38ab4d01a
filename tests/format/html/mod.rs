//! The `html` format. `page` and `pages` look at its bytes, `browser` sees what a reader sees.

use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::DeflateDecoder;
use serde_json::{Value, json};

mod browser;
mod page;
mod pages;

/// Text that has broken out of other pages.
pub const HOSTILE: &str = "<script>alert(1)</script></script><img src=x onerror=alert(1)> \"'><svg onload=alert(1)> \
    &lt;b&gt; javascript:alert(1) a\u{202e}b\u{2066}c\u{0}\u{1b}d --> ]]> </style></title></textarea>";

/// A message of this type with this payload, from the user.
pub fn message(kind: &str, payload: &Value) -> String {
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00.5Z", "conversationId": "talk", "userId": "u",
        "type": kind, "direction": "incoming", "payload": payload, "tags": {},
    });
    message.to_string()
}

/// A response of boost.ai with this number of conversations and of messages in each.
pub fn response(conversations: usize, messages: usize) -> String {
    let mut all = String::from("[");
    for talk in 0..conversations {
        let comma = if talk == 0 { "" } else { "," };
        let (day, hour) = (1 + talk % 28, talk % 24);
        let time = |at: usize| format!("2026-02-{day:02}T{hour:02}:{at:02}:00+00:00");
        let _ = write!(
            all,
            r#"{comma}{{"type":"conversation","id":{talk},"time":{{"created":"{}"}},"messages":["#,
            time(0)
        );
        for at in 0..messages {
            let comma = if at == 0 { "" } else { "," };
            let words = format!(
                "Where is parcel {talk}-{at}? It was due on Tuesday, and my neighbour has not seen it either."
            );
            let said = if at % 2 == 0 {
                format!(r#""type":"question","question":{{"input":"{words}"}}"#)
            } else {
                format!(r#""type":"answer","content":[{{"type":"text","text":"<p>{words}</p>"}}]"#)
            };
            let _ = write!(all, r#"{comma}{{"id":{at},"time":"{}",{said}}}"#, time(at));
        }
        all.push_str("]}");
    }
    let _ = write!(
        all,
        r#",{{"type":"post_query_info","conversations":{conversations}}}]"#
    );
    all
}

/// What stands before and after the data of a block.
const BLOCK: (&str, &str) = ("<script type=\"application/octet-stream\">", "</script>\n");

/// The lines of a page's data: one about each conversation, one with its messages, and the last one about the export.
pub fn data(page: &str) -> Vec<Value> {
    let blocks = page.split(BLOCK.0).skip(1);
    let mut text = String::new();
    for block in blocks {
        let packed = BASE64_STANDARD
            .decode(block.split(BLOCK.1).next().unwrap())
            .unwrap();
        DeflateDecoder::new(&packed[..])
            .read_to_string(&mut text)
            .unwrap();
    }
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The ids of the conversations in a page's data.
fn ids(page: &str) -> Vec<String> {
    let about = data(page)
        .into_iter()
        .filter(|line| line["counts"].is_array());
    about
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect()
}

/// What a reader without JavaScript gets.
pub fn without_script(page: &str) -> &str {
    let rest = page
        .split_once("<noscript>")
        .expect("a page for everybody")
        .1;
    rest.split_once("</noscript>").unwrap().0
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
