//! `conversations`: one row per conversation, with metrics that were worked out by hand.

use serde_json::{Value, json};

use super::csv::cells;
use crate::source::saved::{lines, talk};
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, botpress, convexport, records};

const COLUMNS: [&str; 29] = [
    "source",
    "account",
    "conversation_id",
    "title",
    "channel",
    "created_at",
    "updated_at",
    "first_message_at",
    "last_message_at",
    "duration_seconds",
    "messages",
    "user_messages",
    "bot_messages",
    "agent_messages",
    "first_response_seconds",
    "first_agent_at",
    "first_agent_seconds",
    "handed_over",
    "agents",
    "last_role",
    "unanswered",
    "languages",
    "feedback",
    "goals",
    "unknown_answers",
    "transfer_to_human",
    "tags",
    "user_id",
    "user_name",
];

const DATE: &str = "2026-11-01";

/// A message of the day: `role time` or `role time author`, and no time for `-`.
fn message(number: usize, words: &str) -> Value {
    let mut parts = words.splitn(3, ' ');
    let role = parts.next().unwrap();
    let time = parts.next().filter(|time| *time != "-");
    let time = time.map(|time| format!("{DATE}T{time}Z"));
    json!({"id": format!("m{number}"), "created_at": time, "role": role, "user_id": null, "author": parts.next(),
           "type": "text", "text": "x", "options": [], "attachments": [], "raw": {}})
}

/// A conversation with these messages.
fn with(messages: &[&str]) -> Value {
    let mut known = talk("talk", &format!("{DATE}T08:00:00Z"));
    known["messages"] = (1..).zip(messages).map(|(n, m)| message(n, m)).collect();
    known
}

/// The rows of conversations.
fn rows(talks: &[Value]) -> Vec<Value> {
    let rows = convexport("render - -f conversations").stdin(&lines(talks));
    records(&rows.stdout())
}

fn row(talk: Value) -> Value {
    rows(&[talk]).swap_remove(0)
}

/// Some columns of a row.
fn of(row: &Value, columns: &str) -> Value {
    columns.split(' ').map(|name| row[name].clone()).collect()
}

fn at(time: &str) -> String {
    format!("{DATE}T{time}Z")
}

#[test]
fn every_column_is_the_one_worked_out_by_hand() {
    let mut known = with(&[
        "bot 08:00:00.100",
        "user 08:00:10.000001",
        "system 08:00:11",
        "user 08:00:12 Ana",
        "bot 08:00:12.500001",
        "agent 08:05:10.000001 Kari",
        "agent 08:06:00 Ola",
        "agent 08:07:00 Kari",
        "agent 08:07:30",
        "user 08:10:00 Ana Lima",
        "system 08:11:00.1",
    ]);
    known["updated_at"] = at("09:00:00").into();
    known["channel"] = "whatsapp".into();
    known["title"] = "A late parcel".into();
    known["tags"] = json!({"topic": "delivery"});
    known["messages"][3]["user_id"] = "u1".into();
    known["messages"][9]["user_id"] = "u2".into();
    let expected = json!({
        "source": "botpress", "account": "bot", "conversation_id": "talk", "title": "A late parcel", "channel": "whatsapp",
        "created_at": at("08:00:00.000000"), "updated_at": at("09:00:00.000000"),
        "first_message_at": at("08:00:00.100000"), "last_message_at": at("08:11:00.100000"), "duration_seconds": 660.0,
        "messages": 11, "user_messages": 3, "bot_messages": 2, "agent_messages": 4,
        "first_response_seconds": 2.5, "first_agent_at": at("08:05:10.000001"), "first_agent_seconds": 300.0,
        "handed_over": true, "agents": "[\"Kari\",\"Ola\"]", "last_role": "user", "unanswered": true,
        "languages": "[]", "feedback": null, "goals": "[]", "unknown_answers": null, "transfer_to_human": null,
        "tags": "{\"topic\":\"delivery\"}", "user_id": "u1", "user_name": "Ana",
    });
    let out = convexport("render - -f conversations").stdin(&lines(&[known]));
    let line = out.stdout();
    assert_eq!(records(&line), [expected]);
    let places = COLUMNS.map(|name| line.find(&format!("\"{name}\":")).expect(name));
    assert!(places.is_sorted(), "the columns have one order: {line}");
}

#[test]
fn a_conversation_without_messages_has_a_row() {
    let empty = with(&[]);
    let found = row(empty);
    let nothing = "first_message_at last_message_at duration_seconds first_response_seconds first_agent_at \
                   first_agent_seconds last_role user_id user_name";
    for name in nothing.split_whitespace() {
        assert_eq!(found[name], Value::Null, "{name}");
    }
    let counts = "messages user_messages bot_messages agent_messages handed_over unanswered";
    assert_eq!(of(&found, counts), json!([0, 0, 0, 0, false, false]));
    let lists = of(&found, "agents languages tags");
    assert_eq!(lists, json!(["[]", "[]", "{}"]));

    let empty = Conversation::new("empty", REFERENCE - DAY);
    let fake = Fake::start(World::with_conversations(2, |_| 3).conversation(empty));
    for args in ["-f conversations", "-f csv --rows conversations"] {
        let run = botpress(&fake, args).args("-v").run();
        run.ends(0, &["Wrote 3 conversations (6 messages, "]);
        assert!(run.stdout.contains("empty"), "{}", run.stdout);
    }
}

/// The first message of the user counts, and the first answer after it, in the order of the messages.
#[test]
fn a_response_is_measured_between_two_messages_in_their_order() {
    let columns = "first_response_seconds first_agent_seconds first_agent_at";
    for (messages, expected) in [
        // Who is answered was asked first.
        (
            vec!["bot 08:00:00", "user 08:00:01"],
            json!([null, null, null]),
        ),
        (
            vec!["agent 08:00:00", "user 08:00:01", "agent 08:00:04"],
            json!([3.0, 3.0, at("08:00:00.000000")]),
        ),
        // The system does not answer.
        (
            vec![
                "user 08:00:00",
                "system 08:00:01",
                "user 08:00:02",
                "bot 08:00:03",
            ],
            json!([3.0, null, null]),
        ),
        // A microsecond, and none.
        (
            vec!["user 08:00:00.000001", "bot 08:00:00.000002"],
            json!([0.000_001, null, null]),
        ),
        (
            vec!["user 08:00:00", "agent 08:00:00"],
            json!([0.0, 0.0, at("08:00:00.000000")]),
        ),
        // Without both times nothing is known, also when a later answer has one.
        (vec!["user -", "bot 08:00:03"], json!([null, null, null])),
        (
            vec!["user 08:00:00", "bot -", "bot 08:00:03", "agent -"],
            json!([null, null, null]),
        ),
        // An answer from before the question.
        (
            vec![
                "user 08:00:10",
                "bot 08:00:05",
                "bot 08:00:12",
                "agent 08:00:13",
            ],
            json!([null, 3.0, at("08:00:13.000000")]),
        ),
    ] {
        let found = row(with(&messages));
        assert_eq!(of(&found, columns), expected, "{messages:?}");
        assert!(!found.to_string().contains(":-"), "{found}");
    }
}

#[test]
fn times_in_another_order_than_the_messages_give_no_negative_duration() {
    let columns = "first_message_at last_message_at duration_seconds";
    for (messages, expected) in [
        (
            vec!["user 08:00:10", "bot -", "bot 08:00:05.25", "user 08:00:07"],
            json!([at("08:00:05.250000"), at("08:00:10.000000"), 4.75]),
        ),
        (vec!["user -", "bot -"], json!([null, null, null])),
        (
            vec!["user -", "bot 08:00:05"],
            json!([at("08:00:05.000000"), at("08:00:05.000000"), 0.0]),
        ),
    ] {
        assert_eq!(of(&row(with(&messages)), columns), expected, "{messages:?}");
    }
}

#[test]
fn who_spoke_last_is_never_the_system() {
    let columns = "last_role unanswered handed_over agents";
    for (messages, expected) in [
        (
            vec!["bot 08:00:00", "user 08:00:01"],
            json!(["user", true, false, "[]"]),
        ),
        (
            vec!["user 08:00:00", "system 08:00:01"],
            json!(["user", true, false, "[]"]),
        ),
        (
            vec!["user 08:00:00", "bot 08:00:01"],
            json!(["bot", false, false, "[]"]),
        ),
        // An agent without a name took over all the same.
        (
            vec!["user 08:00:00", "agent 08:00:01"],
            json!(["agent", false, true, "[]"]),
        ),
        (vec!["system 08:00:00"], json!([null, false, false, "[]"])),
        (
            vec!["agent 08:00:00 Åse \"Å\"\n", "bot 08:00:01 Help bot"],
            json!(["bot", false, true, "[\"Åse \\\"Å\\\"\\n\"]"]),
        ),
    ] {
        assert_eq!(of(&row(with(&messages)), columns), expected, "{messages:?}");
    }
}

#[test]
fn the_person_is_the_first_user_that_has_an_id() {
    let user =
        |id: &str, name: Option<&str>| json!({"id": id, "name": name, "tags": {}, "role": "user"});
    let mut known = with(&[
        "agent 08:00:00 Kari",
        "user 08:00:01",
        "user 08:00:02",
        "user 08:00:03",
    ]);
    known["messages"][0]["user_id"] = "a".into();
    assert_eq!(
        of(&row(known.clone()), "user_id user_name"),
        json!([null, null])
    );
    known["messages"][2]["user_id"] = "u".into();
    known["messages"][3]["user_id"] = "v".into();
    known["messages"][3]["author"] = "Vera".into();
    assert_eq!(
        of(&row(known.clone()), "user_id user_name"),
        json!(["u", null])
    );
    known["users"] = json!([
        user("a", Some("Kari")),
        user("v", Some("Vera")),
        user("u", Some("Uwe"))
    ]);
    assert_eq!(
        of(&row(known.clone()), "user_id user_name"),
        json!(["u", "Uwe"])
    );
    known["messages"][2]["author"] = "Uwe B.".into();
    assert_eq!(
        of(&row(known.clone()), "user_id user_name"),
        json!(["u", "Uwe B."])
    );
    known["messages"][2]["author"] = Value::Null;
    known["users"] = json!([user("u", None)]);
    assert_eq!(
        of(&row(known.clone()), "user_id user_name"),
        json!(["u", null])
    );

    // The vendor writes what the user of a ticket says in the name of the bot.
    let bot = json!({"id": "u", "name": "Help bot", "tags": {}, "role": "bot"});
    known["users"] = json!([bot]);
    assert_eq!(row(known)["user_name"], Value::Null);

    let fake = Fake::start(World::with_conversations(1, |_| 2));
    let found = &records(&botpress(&fake, "--with-users -f conversations").stdout())[0];
    let person = fake.world().users[1].clone();
    assert_eq!(
        of(found, "user_id user_name"),
        json!([person.id, person.name])
    );
    assert!(person.name.is_some());
}

#[test]
fn the_example_of_boost_has_its_language_and_metrics() {
    let saved = include_str!("../fixtures/boost-export.json");
    let out = convexport("boost --input - -f conversations").stdin(saved);
    let day = "2021-01-28T16:20:";
    let expected = json!({
        "source": "boost", "account": null, "conversation_id": "1000001", "title": null, "channel": null,
        "created_at": format!("{day}48.812727Z"), "updated_at": format!("{day}59.324965Z"),
        "first_message_at": format!("{day}48.833936Z"), "last_message_at": format!("{day}59.324965Z"),
        "duration_seconds": 10.491_029, "messages": 5, "user_messages": 2, "bot_messages": 3, "agent_messages": 0,
        "first_response_seconds": 0.016_384, "first_agent_at": null, "first_agent_seconds": null, "handed_over": false,
        "agents": "[]", "last_role": "bot", "unanswered": false, "languages": "[\"en-US\"]",
        "feedback": null, "goals": "[]", "unknown_answers": null, "transfer_to_human": null, "tags": "{}", "user_id": null, "user_name": null,
    });
    assert_eq!(records(&out.stdout()), [expected]);
}

#[test]
fn languages_are_what_boost_says_of_the_user() {
    let asked =
        |language: Value| json!({"question": {"input": "x", "predicted_language": language}});
    let languages = |source: &str, raws: &[Value]| {
        let mut known = with(&vec!["user 08:00:00"; raws.len()]);
        known["source"] = source.into();
        for (index, raw) in raws.iter().enumerate() {
            known["messages"][index]["raw"] = raw.clone();
        }
        row(known)["languages"].clone()
    };
    let several = [
        json!({"question": null}),
        asked(json!("nb-NO")),
        asked(json!(7)),
        asked(json!("en \"US\"")),
        asked(json!("nb-NO")),
        json!({"button_clicked": {}}),
        // As in API v4.
        json!({"predicted_language": "sv-SE"}),
        json!({"predicted_language": ["x"]}),
    ];
    assert_eq!(
        languages("boost", &several),
        "[\"nb-NO\",\"en \\\"US\\\"\",\"sv-SE\"]"
    );
    assert_eq!(languages("botpress", &several), "[]");
    let mut known = with(&["user 08:00:00", "bot 08:00:01"]);
    known["source"] = "boost".into();
    known["messages"][1]["raw"] = asked(json!("de-DE"));
    assert_eq!(
        row(known.clone())["languages"],
        "[]",
        "the bot's is not the user's"
    );
    known["messages"][0]["raw"] = asked(json!("de-DE"));
    let without = convexport("render - -f jsonl --no-raw").stdin(&lines(&[known]));
    let found = convexport("render - -f conversations").stdin(&without.stdout());
    assert_eq!(records(&found.stdout())[0]["languages"], "[]");
}

#[test]
fn a_csv_of_conversations_has_the_same_rows() {
    let fake = Fake::start(World::with_conversations(30, |i| i % 7).with_boost(30, |i| 2 + i % 9));
    let both = |args: &str| {
        [
            botpress(&fake, "--with-users --timezone utc")
                .args(args)
                .stdout(),
            boost(&fake, "--since 2026-01-01 --timezone utc")
                .args(args)
                .stdout(),
        ]
    };
    for (rows, table) in both("-f conversations")
        .iter()
        .zip(both("-f csv --rows conversations"))
    {
        let found = cells(&table, b',');
        assert_eq!(found[0], COLUMNS);
        let rows = records(rows);
        assert_eq!((rows.len(), found.len()), (30, 31));
        for (row, found) in rows.iter().zip(&found[1..]) {
            let expected: Vec<_> = COLUMNS
                .iter()
                .map(|name| shown(name, &row[*name]))
                .collect();
            assert_eq!(*found, expected);
        }
    }
    let table = botpress(&fake, "--rows conversations --excel=semicolon -f csv").stdout();
    assert!(
        table.starts_with("\u{feff}source;account;conversation_id;title;"),
        "{table}"
    );
}

/// A value as a csv has it: a time without its fraction, a whole number of seconds without a point.
fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if name.ends_with("_at") => text[..19].replace('T', " "),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        other => other.to_string(),
    }
}

#[test]
fn what_rows_cannot_honour_is_refused() {
    let refused = |args: &str, part: &str| convexport("render -").args(args).run().ends(2, &[part]);
    refused(
        "-f messages --rows conversations",
        "--rows is for csv, and this is messages",
    );
    refused(
        "-f conversations --rows messages",
        "--rows is for csv, and this is conversations",
    );
    refused("--rows messages", "--rows is for csv, and this is text");
    refused("-f csv --rows cells", "--rows");
    refused(
        "-f conversations --no-raw",
        "--no-raw: conversations has no records",
    );
    refused(
        "-f conversations --time-format %Y",
        "--time-format is for transcripts and csv",
    );
    refused(
        "-f conversations --template x",
        "--template is for text and markdown",
    );
    let fake = Fake::start(World::new());
    let run = botpress(&fake, "-f conversations --with-state cart").run();
    run.ends(2, &["--with-state: conversations shows no states"]);
}

#[test]
fn the_page_defines_every_column() {
    let page = include_str!("../../docs/rows.md");
    let columns = |heading: &str| {
        let (_, table) = page.split_once(heading).unwrap();
        let (table, _) = table.split_once("\n## ").unwrap();
        let names = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        names.map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(columns("\n## Messages\n"), super::messages::COLUMNS);
    assert_eq!(columns("\n## Conversations\n"), COLUMNS);
}
