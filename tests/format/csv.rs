//! `messages` and `csv`: one row a message, whole for programs, harmless for spreadsheets.

use std::fs;

use serde_json::{Value, json};

use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, bot_with, botpress, convexport, records};

const COLUMNS: [&str; 15] = [
    "source",
    "conversation_id",
    "conversation_created_at",
    "channel",
    "seq",
    "message_id",
    "created_at",
    "role",
    "user_id",
    "author",
    "type",
    "text",
    "options",
    "attachments",
    "raw",
];

/// The rows that an export of whole conversations holds.
fn flat(conversations: &[Value]) -> Vec<Value> {
    let mut rows = Vec::new();
    for known in conversations {
        for (seq, message) in (1..).zip(known["messages"].as_array().unwrap()) {
            rows.push(json!({
                "source": known["source"], "conversation_id": known["id"],
                "conversation_created_at": known["created_at"], "channel": known["channel"], "seq": seq,
                "message_id": message["id"], "created_at": message["created_at"], "role": message["role"],
                "user_id": message["user_id"], "author": message["author"], "type": message["type"],
                "text": message["text"], "options": message["options"], "attachments": message["attachments"],
                "raw": message["raw"],
            }));
        }
    }
    rows
}

/// A row with its JSON text read.
fn unfolded(mut row: Value) -> Value {
    for name in ["options", "attachments", "raw"] {
        row[name] = serde_json::from_str(row[name].as_str().expect("JSON in a string")).unwrap();
    }
    row
}

#[test]
fn messages_are_the_same_as_in_whole_conversations() {
    let fake = Fake::start(World::with_conversations(40, |i| i % 30).with_boost(40, |i| 2 + i % 9));
    let both = |format: &str| {
        [
            botpress(&fake, "--with-users -f").arg(format).stdout(),
            boost(&fake, "--since 2026-01-01 -f").arg(format).stdout(),
        ]
    };
    for (whole, rows) in both("jsonl").iter().zip(both("messages")) {
        let found: Vec<_> = records(&rows).into_iter().map(unfolded).collect();
        assert!(found.len() > 200);
        assert_eq!(found, flat(&records(whole)));
        for line in rows.lines() {
            let places = COLUMNS.map(|name| line.find(&format!("\"{name}\":")).expect(name));
            assert!(places.is_sorted(), "the columns have one order: {line}");
        }
    }
}

#[test]
fn records_are_verbatim_in_their_string_or_left_out() {
    let raw = r#"{"id":"m", "createdAt":"2026-11-01T10:00:00Z","type":"odd","payload":{"n":1.0e2,"s":"\ud83d"}}"#;
    let fake = Fake::start(bot_with(&[raw]));
    let rows = records(&botpress(&fake, "-f messages").stdout());
    assert_eq!(rows[0]["raw"], raw);
    let rows = records(&botpress(&fake, "-f messages --no-raw").stdout());
    assert_eq!(rows[0].get("raw"), None);
    assert_eq!(rows[0].as_object().unwrap().len(), COLUMNS.len() - 1);
}

/// A bot to which a user said these.
fn told(texts: &[&str]) -> Fake {
    let talk = Conversation::new("-talk", REFERENCE - DAY);
    let mut world = World::new().conversation(talk);
    for (minute, text) in (0..).zip(texts) {
        world.say("-talk", REFERENCE - DAY + minute * 60_000, true, text);
    }
    Fake::start(world)
}

fn cells(csv: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(csv.as_bytes());
    let records = reader.records().map(|record| record.unwrap());
    records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_csv_is_as_the_rfc_has_it() {
    let fake = told(&["a \"b\", c\nd"]);
    let out = botpress(&fake, "-f csv").stdout();
    let ids = fake.world().conversations[0].messages[0].id.clone();
    let user = fake.world().conversations[0].participants[1].clone();
    let expected = format!(
        "{}\r\nbotpress,'-talk,2026-11-19T12:00:00.000000Z,webchat,1,{ids},2026-11-19T12:00:00.000000Z,user,{user},,text,\
         \"a \"\"b\"\", c\nd\",[],[]\r\n",
        COLUMNS[..14].join(",")
    );
    assert_eq!(out, expected);
}

#[test]
fn no_cell_is_a_formula() {
    let guarded = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        " =1",
        "\u{feff}=1",
        "\u{0}=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ];
    let left = [
        "1+1",
        "a=b",
        "'=1",
        "me@example.com",
        "(=1)",
        "–1",
        "ja",
        "1",
    ];
    let texts: Vec<_> = guarded.into_iter().chain(left).collect();
    let out = botpress(&told(&texts), "-f csv").stdout();
    let rows = cells(&out, b',');
    let found: Vec<_> = rows[1..].iter().map(|row| row[11].as_str()).collect();
    let expected: Vec<_> = guarded
        .iter()
        .map(|text| format!("'{text}"))
        .chain(left.map(str::to_owned))
        .collect();
    assert_eq!(found, expected);
    assert!(rows[1..].iter().all(|row| row[1] == "'-talk"));
    assert_eq!(rows[3][4], "3", "numbers are as they are");
}

#[test]
fn a_csv_holds_the_rows_of_messages() {
    let fake = Fake::start(World::new().with_boost(40, |i| 2 + i % 9));
    let out = |args: &str| boost(&fake, "--since 2026-01-01").args(args).stdout();
    let rows = records(&out("-f messages"));
    let expected: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            COLUMNS[..14]
                .iter()
                .map(|name| plain(&row[*name]))
                .collect()
        })
        .collect();
    for (args, mark, separator) in [
        ("-f csv", "", b','),
        ("-f csv --excel", "\u{feff}", b','),
        ("-f csv --excel=comma", "\u{feff}", b','),
        ("-f csv --excel=semicolon", "\u{feff}", b';'),
    ] {
        let csv = out(args);
        let csv = csv.strip_prefix(mark).expect("the mark");
        let found = cells(csv, separator);
        assert_eq!(found[0], COLUMNS[..14], "{args}");
        let without: Vec<Vec<_>> = found[1..]
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| cell.strip_prefix('\'').unwrap_or(cell).to_owned())
                    .collect()
            })
            .collect();
        assert_eq!(without, expected, "{args}");
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn a_conversation_without_messages_is_counted() {
    let empty = Conversation::new("empty", REFERENCE - DAY);
    let fake = Fake::start(World::with_conversations(2, |_| 3).conversation(empty));
    let folder = tempfile::tempdir().unwrap();
    for format in ["messages", "csv"] {
        let args = format!("-f {format} -d {format} --summary s -v");
        let run = botpress(&fake, &args).within(folder.path()).run();
        run.ends(
            0,
            &[
                "conversation empty is left out: it has no messages",
                "2 conversations, 6 messages, 1 left out in",
            ],
        );
        let summary: Value =
            serde_json::from_slice(&fs::read(folder.path().join("s")).unwrap()).unwrap();
        assert_eq!(
            (
                &summary["counts"]["conversations"],
                &summary["counts"]["left_out"],
                &summary["complete"]
            ),
            (&2.into(), &1.into(), &true.into())
        );
        let names = fs::read_dir(folder.path().join(format)).unwrap();
        let names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
        assert_eq!(names.len(), 3, "two and the lock: {names:?}");
        assert_eq!(
            botpress(&fake, "-f").arg(format).run().stderr,
            "",
            "cron need not know"
        );
    }
    let none = Fake::start(World::new().conversation(Conversation::new("empty", REFERENCE)));
    assert_eq!(botpress(&none, "-f messages").stdout(), "");
    assert_eq!(
        botpress(&none, "-f csv").stdout(),
        format!("{}\r\n", COLUMNS[..14].join(","))
    );
}

#[test]
fn rows_are_added_to_what_earlier_runs_wrote() {
    for (format, file, lines) in [
        ("messages", "all.jsonl", 0),
        ("csv", "all.csv", 1),
        ("csv --excel", "all.csv", 1),
    ] {
        let fake = Fake::start(World::with_conversations(5, |_| 3));
        let folder = tempfile::tempdir().unwrap();
        let run = |more: &str| {
            let args = format!("-f {format} -o {file} --append --state s {more}");
            botpress(&fake, &args).within(folder.path()).stdout();
            fs::read_to_string(folder.path().join(file)).unwrap()
        };
        let rows = |text: &str| match format {
            "messages" => text.lines().count(),
            _ => cells(text, b',').len(),
        };
        let first = run("");
        assert_eq!(rows(&first), 15 + lines, "{format}");
        assert_eq!(run(""), first, "nothing is new");
        let grow = |before: &str, more: &str| {
            let id = fake.world().conversations[2].id.clone();
            let clock = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
            let now = i64::try_from(clock.as_millis()).unwrap();
            fake.world().say(&id, now, true, "one\nmore");
            let after = run(more);
            let added = after.strip_prefix(before).expect("what was there stays");
            (rows(added), after)
        };
        // The conversation comes again, whole, and no header.
        let (added, grown) = grow(&first, "");
        assert_eq!(added, 4, "{grown}");
        let (added, grown) = grow(&grown, "--summary summary.json");
        assert_eq!(added, 5, "{grown}");
        let summary: Value =
            serde_json::from_slice(&fs::read(folder.path().join("summary.json")).unwrap()).unwrap();
        assert_eq!(
            (
                &summary["counts"]["conversations"],
                &summary["files"][0]["conversations"]
            ),
            (&1.into(), &7.into()),
            "{format}"
        );
        let verify = format!("verify {file} --summary summary.json");
        assert_eq!(convexport(&verify).within(folder.path()).run().code, 0);
    }
    let fake = Fake::start(World::new());
    for format in ["text", "markdown", "json", "chat"] {
        let args = format!("-f {format} -o x --append --state s");
        botpress(&fake, &args)
            .run()
            .ends(2, &["--append", format, "cannot grow", "messages or csv"]);
    }
}

#[test]
fn a_state_is_for_one_form_with_its_flags() {
    let fake = Fake::start(World::with_conversations(2, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        botpress(&fake, args)
            .args("-d mirror --state s")
            .within(folder.path())
            .run()
    };
    assert_eq!(run("-f chat").code, 0);
    run("-f messages").ends(2, &["format was \"chat\", and is \"messages\" now"]);
    run("-f chat --system you").ends(2, &["form was null"]);
    assert_eq!(run("-f chat").code, 0);
}
