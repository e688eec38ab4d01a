//! `csv`: the same rows as `messages`, harmless for spreadsheets.

use serde_json::Value;

use super::messages::COLUMNS;
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, bot_with, botpress, records};

/// A bot to which a user said these.
fn told(texts: &[&str]) -> Fake {
    let talk = Conversation::new("-talk", REFERENCE - DAY);
    let mut world = World::new().conversation(talk);
    for (minute, text) in (0..).zip(texts) {
        world.say("-talk", REFERENCE - DAY + minute * 60_000, true, text);
    }
    Fake::start(world)
}

pub fn cells(csv: &str, separator: u8) -> Vec<Vec<String>> {
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
    let bot = fake.world().bot_id.clone();
    let ids = fake.world().conversations[0].messages[0].id.clone();
    let user = fake.world().conversations[0].participants[1].clone();
    let expected = format!(
        "{}\r\nbotpress,{bot},'-talk,2026-11-19 12:00:00,webchat,,{{}},,1,{ids},2026-11-19 12:00:00,user,{user},,text,\
         \"a \"\"b\"\", c\nd\",[],[]\r\n",
        COLUMNS[..18].join(",")
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
    let found: Vec<_> = rows[1..].iter().map(|row| row[15].as_str()).collect();
    let expected: Vec<_> = guarded
        .iter()
        .map(|text| format!("'{text}"))
        .chain(left.map(str::to_owned))
        .collect();
    assert_eq!(found, expected);
    assert!(rows[1..].iter().all(|row| row[2] == "'-talk"));
    assert_eq!(rows[3][8], "3", "numbers are as they are");
}

#[test]
fn a_csv_holds_the_rows_of_messages() {
    let fake = Fake::start(World::new().with_boost(40, |i| 2 + i % 9));
    let out = |args: &str| boost(&fake, "--since 2026-01-01").args(args).stdout();
    let rows = records(&out("-f messages"));
    let expected: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            COLUMNS[..18]
                .iter()
                .map(|name| plain(name, &row[*name]))
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
        assert_eq!(found[0], COLUMNS[..18], "{args}");
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

/// A value as a csv has it, but for the guard: a time is without its fraction.
fn plain(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(time) if name.ends_with("_at") => time[..19].replace('T', " "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn times_are_those_of_the_chosen_zone_in_a_form_that_spreadsheets_take() {
    let message = r#"{"id":"m","createdAt":"2026-11-01T23:30:00.987654Z","type":"text","direction":"incoming","payload":{"text":"x"}}"#;
    let fake = Fake::start(bot_with(&[message]));
    let time = |args: &str| {
        let out = botpress(&fake, "-f csv")
            .args(args)
            .env("TZ", "America/New_York");
        let messages = cells(&out.stdout(), b',')[1][10].clone();
        let out = botpress(&fake, "-f csv --rows conversations")
            .args(args)
            .env("TZ", "America/New_York");
        assert_eq!(cells(&out.stdout(), b',')[1][7], messages, "{args}");
        messages
    };
    assert_eq!(time("--timezone utc"), "2026-11-01 23:30:00");
    assert_eq!(time("--timezone Europe/Oslo"), "2026-11-02 00:30:00");
    assert_eq!(time(""), "2026-11-01 18:30:00");
    assert_eq!(
        time("--time-format %d.%m.%Y_%H:%M:%S%.3f --timezone utc"),
        "01.11.2026_23:30:00.987"
    );
    // The user's own form is no formula either.
    assert_eq!(time("--time-format %z"), "'-0500");
}
