//! Earlier exports as a source: what is whole, what was cut, and what cannot be read.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Convexport, botpress, convexport, records};

/// An export of the fake in this form.
fn export(fake: &Fake, args: &str) -> String {
    botpress(fake, args).stdout()
}

pub fn render(args: &str, folder: &Path) -> Convexport {
    convexport("render").args(args).within(folder)
}

fn packed(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// A conversation as jsonl has it, without messages.
pub fn talk(id: &str, created: &str) -> Value {
    json!({
        "source": "botpress", "account": "bot", "id": id, "created_at": created, "updated_at": null, "channel": null, "title": null, "tags": {}, "handover": null,
        "messages": [], "raw": {}})
}

pub fn lines(talks: &[Value]) -> String {
    talks.iter().map(|talk| talk.to_string() + "\n").collect()
}

#[test]
fn records_stay_as_they_are_to_the_byte() {
    let raw = r#"{"z":1.0,"a":[1e400,-0,12345678901234567890123],"s":"\ud83d\/é\u0000","n":{"b":{},"a":null}}"#;
    let line = format!(
        "{{\"source\":\"boost\",\"account\":null,\"id\":\"7\",\"created_at\":\"2026-11-01T10:00:00.123456Z\",\"updated_at\":null,\"channel\":null,\"title\":null,\
         \"tags\":{{\"a\":1.50,\"b\":[null]}},\"handover\":null,\"messages\":[{{\"id\":\"m\",\"created_at\":null,\"role\":\"agent\",\"user_id\":null,\
         \"author\":null,\"type\":\"x\",\"text\":\"a\\\"\\u001b\\nb\",\"options\":[],\"attachments\":[],\"raw\":{raw}}}],\
         \"users\":[{{\"id\":\"u\",\"name\":null,\"tags\":{{}},\"role\":\"system\"}}],\"states\":{{\"cart\":{raw},\"none\":null}},\"raw\":{raw}}}\n"
    );
    assert_eq!(convexport("render - -f jsonl").stdin(&line).stdout(), line);
    // Pretty-printed by another program it is one line again.
    let spread = format!("[\n{}\n]", line.trim_end().replace(",\"s\"", ",\n\t\"s\""));
    assert_eq!(
        convexport("render - -f jsonl").stdin(&spread).stdout(),
        line
    );
}

#[test]
fn a_conversation_that_cannot_be_read_is_named_and_the_next_is_read() {
    let whole = |id| talk(id, "2026-11-01T00:00:00.000000Z").to_string();
    let odd = [
        whole("first"),
        r#"{"source":"botpress","id":"torn","messages":[{"id":"m""#.to_owned(),
        "not json".to_owned(),
        r#"{"source":"botpress","id":"odd","created_at":"yesterday","messages":[]}"#.to_owned(),
        format!(
            "{{\"source\":\"boost\",\"account\":null,\"id\":\"big\",\"messages\":[],\"x\":\"{}\"}}",
            "x".repeat(3 << 20)
        ),
        whole("last"),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), odd.join("\n") + "\n").unwrap();
    let run = render(
        "a.jsonl -f jsonl --summary s.json --max-element 2",
        folder.path(),
    )
    .run();
    run.ends(
        3,
        &[
            "could not read conversation torn of a.jsonl",
            "could not read the conversation in line 3 of a.jsonl",
            "could not read conversation odd of a.jsonl: `created_at`: `yesterday`",
            "could not read conversation big of a.jsonl: it has",
            "--max-element",
            "4 of 6 conversations could not be exported",
        ],
    );
    assert_eq!(records(&run.stdout).len(), 2);
    let summary: Value =
        serde_json::from_slice(&fs::read(folder.path().join("s.json")).unwrap()).unwrap();
    assert_eq!(
        (&summary["exit_code"], &summary["complete"]),
        (&json!(3), &json!(false))
    );
    assert_eq!(summary["failed"][0]["id"], "torn");
    assert_eq!(summary["failed"][1]["id"], Value::Null);
    assert_eq!(summary["counts"]["conversations"], 2);
    render("a.jsonl --fail-fast", folder.path())
        .run()
        .ends(1, &["conversation torn"]);
    // Those that nobody asked for are nobody's loss.
    let run = render(
        "a.jsonl -f jsonl --conversation last --max-element 2",
        folder.path(),
    )
    .run();
    run.ends(3, &["line 3", "1 of 2"]);
    assert!(!run.stderr.contains("torn"));

    fs::write(
        folder.path().join("a.json"),
        format!("[{},\n{{\"id\":7}},\n{}]", odd[0], odd[5]),
    )
    .unwrap();
    let run = render("a.json -f jsonl", folder.path()).run();
    run.ends(
        3,
        &["could not read conversation number 2 of a.json", "1 of 3"],
    );
    assert_eq!(records(&run.stdout).len(), 2);
}

#[test]
fn a_cut_export_is_no_whole_one_wherever_it_was_cut() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    let run = || render("cut -f jsonl", folder.path()).run();
    let (json, jsonl) = (export(&fake, "-f json"), export(&fake, "-f jsonl"));
    for share in [1, 3, 50, 99] {
        fs::write(&path, &json[..json.len() * share / 100]).unwrap();
        run().ends(
            3,
            &["could not read all of cut: it ended before its closing `]`"],
        );
        let cut = &jsonl[..jsonl.len() * share / 100];
        assert!(!cut.ends_with('\n'));
        fs::write(&path, cut).unwrap();
        let run = run();
        run.ends(3, &["of cut: the file ends within it", "1 of "]);
        assert_eq!(records(&run.stdout).len(), cut.lines().count() - 1);
        let packed = packed(&json);
        fs::write(&path, &packed[..packed.len() * share / 100]).unwrap();
        let run = render("cut -o out.jsonl", folder.path()).run();
        assert_eq!(run.code, 3, "{share}: {}", run.stderr);
        assert!(!folder.path().join("out.jsonl").exists());
    }
    // Without its last line feed, or with more than one, it is whole.
    fs::write(&path, jsonl.trim_end()).unwrap();
    assert_eq!(run().stdout, jsonl);
    fs::write(&path, format!("\r\n{}\n\n", jsonl.replace('\n', "\r\n"))).unwrap();
    assert_eq!(run().stdout, jsonl);
    fs::write(&path, format!("{json}{json}")).unwrap();
    run().ends(3, &["garbage"]);
}

#[test]
fn an_export_that_was_cut_by_the_vendor_is_read_as_far_as_it_goes() {
    let rule = Rule::on("nextToken").answer(Action::Status(500));
    let fake = Fake::start(World::with_conversations(30, |_| 1).rule(rule));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o a.json --retries 0")
        .within(folder.path())
        .run()
        .ends(5, &["a.json.partial"]);
    let run = render("a.json.partial -f jsonl", folder.path()).run();
    run.ends(3, &["closing `]`"]);
    assert!(!records(&run.stdout).is_empty());
}

#[test]
fn nothing_is_whole_only_where_it_can_be() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("a.jsonl", ""),
        ("b", "\n \n"),
        ("c.json", "[]\n"),
        ("d.json", " [ ] "),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        assert_eq!(render(name, folder.path()).stdout(), "");
        assert_eq!(render(name, folder.path()).args("-f json").stdout(), "[]\n");
    }
    fs::write(folder.path().join("e.jsonl.gz"), packed("")).unwrap();
    assert_eq!(render("e.jsonl.gz", folder.path()).stdout(), "");
    for (name, bytes) in [("f.json", ""), ("g.json", "["), ("h.jsonl.gz", "")] {
        fs::write(folder.path().join(name), bytes).unwrap();
        render(name, folder.path())
            .run()
            .ends(3, &["could not read all of"]);
    }
    render("nowhere", folder.path())
        .run()
        .ends(1, &["could not read nowhere"]);
    fs::create_dir(folder.path().join("none")).unwrap();
    render("none", folder.path()).run().ends(
        1,
        &["there is no json or jsonl export in the folder", "none"],
    );
}

/// The first line shows it, so there is one error and not one per line.
#[test]
fn a_file_of_another_kind_is_told_at_once() {
    let fake = Fake::start(World::with_conversations(4, |_| 5));
    let boost = include_str!("../fixtures/boost-export.json");
    let foreign = "it is no json, jsonl or archive of convexport";
    for (text, what) in [
        (export(&fake, "-f html"), foreign),
        (export(&fake, "-f csv"), foreign),
        (export(&fake, "-f text"), foreign),
        (export(&fake, "-f chat"), "it is an export for training"),
        (export(&fake, "-f messages"), "it is an export of rows"),
        (
            export(&fake, "-f conversations"),
            "it is an export of rows (-f conversations)",
        ),
        (
            boost.to_owned(),
            "it is an answer of boost.ai: use `convexport boost --input`",
        ),
        ("[package]\nname = 1\n".to_owned(), foreign),
        ("7\n8\n".to_owned(), foreign),
    ] {
        let run = convexport("render -").stdin(&text).run();
        run.ends(1, &["could not read stdin", what]);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    // A damaged first line is a damaged export.
    let jsonl = export(&fake, "-f jsonl");
    let damaged = jsonl.replacen("\"messages\":[", "\"messages\":[,", 1);
    let run = convexport("render - -f jsonl").stdin(&damaged).run();
    run.ends(3, &["could not read conversation"]);
    assert_eq!(records(&run.stdout).len(), 3);
}

#[test]
fn gzip_is_read_in_any_number_of_members() {
    let fake = Fake::start(World::with_conversations(4, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let jsonl = export(&fake, "-f jsonl");
    let (head, tail) = jsonl.split_at(jsonl.len() / 2);
    fs::write(
        folder.path().join("a.jsonl.gz"),
        [packed(head), packed(tail)].concat(),
    )
    .unwrap();
    fs::write(
        folder.path().join("misnamed"),
        packed(&export(&fake, "-f json")),
    )
    .unwrap();
    for name in ["a.jsonl.gz", "misnamed"] {
        assert_eq!(render(name, folder.path()).args("-f jsonl").stdout(), jsonl);
    }
}

#[test]
fn what_a_newer_version_may_add_is_left_out_aloud() {
    let mut newer = talk("a", "2026-11-01T00:00:00.000000Z");
    let known = lines(&[newer.clone()]);
    newer["mood"] = json!("good");
    newer["users"] =
        json!([{"id": "u", "name": null, "tags": {"free": 1}, "role": "user", "age": 7}]);
    newer["messages"] = json!([{"id": "m", "created_at": null, "role": "bot", "user_id": null, "author": null, "type": "text",
        "text": "x", "options": [], "attachments": [], "reactions": [1]}]);
    let run = convexport("render - -f jsonl")
        .stdin(&lines(&[newer.clone(), newer]))
        .run();
    run.ends(0, &["warning: stdin has what this version of convexport does not know, and leaves out: `messages.reactions`, `mood`, `users.age`"]);
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(!run.stdout.contains("mood"));
    assert_eq!(
        convexport("render - -f jsonl").stdin(&known).run().stderr,
        ""
    );
}
