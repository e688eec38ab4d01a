//! The same conversations, exported by both versions.

use serde_json::Value;

use super::site;
use crate::support::fake::{Fake, World};
use crate::support::{boost, records};

/// What both versions tell of a conversation.
fn told(talk: &Value) -> Vec<String> {
    let fields = |message: &Value| {
        [
            "created_at",
            "role",
            "type",
            "text",
            "author",
            "options",
            "attachments",
        ]
        .map(|field| message[field].to_string())
        .join(" ")
    };
    let head = ["id", "created_at", "updated_at"].map(|field| talk[field].to_string());
    let messages = talk["messages"].as_array().unwrap().iter().map(fields);
    head.into_iter().chain(messages).collect()
}

#[test]
fn both_versions_have_the_same_texts_times_and_roles() {
    let fake = Fake::start(World::new().with_boost(300, |i| 1 + i % 23));
    fake.world().boost.speak(&["v3", "v4"]);
    let export = |args: &str| {
        let run = boost(&fake, "--since 2026-01-01 -f jsonl")
            .args(args)
            .stdout();
        records(&run).iter().map(told).collect::<Vec<_>>()
    };
    let (v3, v4) = (export("--api v3"), export("--api v4"));
    assert!(v3.len() > 250);
    for (v3, v4) in v3.iter().zip(&v4) {
        assert_eq!(v3, v4);
    }
    assert_eq!(v3.len(), v4.len());
}

/// The wrapping of the stream makes no difference.
#[test]
fn a_stream_of_any_make_comes_out_whole() {
    let fake = site(12);
    let whole = boost(&fake, "--api v4 --since 2026-01-01 -f jsonl").stdout();
    for (chunk, pretty, gzip, member) in [
        (1, false, false, 0),
        (7, true, false, 0),
        (100_000, true, true, 50),
        (64, false, true, 0),
    ] {
        {
            let boost = &mut fake.world().boost;
            (boost.chunk, boost.pretty, boost.gzip, boost.gzip_member) =
                (chunk, pretty, gzip, member);
        }
        let found = boost(&fake, "--api v4 --since 2026-01-01 -f jsonl").stdout();
        assert_eq!(found, whole, "{chunk} {pretty} {gzip} {member}");
    }
}
