//! `convexport stats`: numbers that were worked out by hand.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::schema::{is_valid, schema};
use crate::source::saved::{lines, talk};
use crate::support::{Convexport, Run, convexport};

/// A message, given as its role and its time.
fn message(role: &str, time: &str) -> Value {
    let time = (!time.is_empty()).then_some(time);
    json!({"id": "m", "created_at": time, "role": role, "user_id": null, "author": null, "type": "text", "text": "x",
           "options": [], "attachments": []})
}

/// A conversation. `2026-03-28 22:30` begins it, and its messages are `role` or `role time`.
fn conversation(id: &str, channel: Option<&str>, created: &str, messages: &[&str]) -> Value {
    let mut conversation = talk(id, "");
    let created = (!created.is_empty()).then(|| format!("{}:00Z", created.replace(' ', "T")));
    conversation["created_at"] = created.into();
    conversation["channel"] = channel.into();
    let messages = messages.iter().zip(1..).map(|(text, number)| {
        let (role, time) = text.split_once(' ').unwrap_or((text, ""));
        let time = time.replace(' ', "T");
        let time = if time.is_empty() { time } else { time + "Z" };
        let mut message = message(role, &time);
        message["id"] = format!("{id}{number}").into();
        message
    });
    conversation["messages"] = messages.collect();
    conversation
}

/// The night in which Oslo's clocks go forward: 2026-03-29 is a Sunday, and has no hour 2.
fn night() -> Vec<Value> {
    vec![
        conversation(
            "a",
            Some("webchat"),
            "2026-03-28 22:30",
            &[
                "bot 2026-03-28 22:30:00",
                "user 2026-03-28 22:30:10",
                "bot 2026-03-28 22:30:12",
                "user 2026-03-28 22:31:00",
                "agent 2026-03-28 22:35:10",
            ],
        ),
        conversation(
            "b",
            Some("webchat"),
            "2026-03-29 00:30",
            &[
                "user 2026-03-29 00:30:00",
                "bot 2026-03-29 00:30:00.500",
                "user 2026-03-29 01:30:00",
            ],
        ),
        conversation(
            "c",
            Some("whatsapp"),
            "2026-03-29 22:30",
            &[
                "user 2026-03-29 22:30:00",
                "user 2026-03-29 22:30:05",
                "system 2026-03-29 22:31:00",
            ],
        ),
        conversation("d", None, "", &["user", "bot"]),
        conversation("e", None, "2026-03-31 10:00", &[]),
        conversation(
            "f",
            Some("whatsapp"),
            "",
            &[
                "bot 2026-03-31 10:00:00",
                "user 2026-03-31 10:00:01",
                "agent 2026-03-31 10:01:41",
            ],
        ),
    ]
}

fn folder_with(export: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.jsonl"), export).unwrap();
    folder
}

fn stats(folder: &TempDir, args: &str) -> Convexport {
    convexport("stats").args(args).within(folder.path())
}

/// The JSON, which is as the schema says.
fn numbers(stdout: &str) -> Value {
    let numbers = serde_json::from_str(stdout).unwrap();
    is_valid(&schema("stats"), &numbers);
    numbers
}

/// The rows of a section that are not empty: `name=conversations/messages`.
fn counts(numbers: &Value, section: &str, name: &str) -> String {
    let rows = numbers[section].as_array().unwrap();
    let shown = |row: &Value| {
        let key = row[name].to_string();
        let (key, counts) = (
            key.trim_matches('"'),
            (&row["conversations"], &row["messages"]),
        );
        format!("{key}={}/{}", counts.0, counts.1)
    };
    let shown: Vec<_> = rows.iter().map(shown).collect();
    let is_full = |row: &&String| section == "periods" || !row.ends_with("=0/0");
    let full: Vec<_> = shown.iter().filter(is_full).cloned().collect();
    full.join(" ")
}

#[test]
fn every_number_is_the_one_worked_out_by_hand() {
    let folder = folder_with(&lines(&night()));
    let all = numbers(&stats(&folder, "a.jsonl --timezone utc").stdout());
    let expected = json!({
        "complete": true,
        "timezone": "UTC",
        "totals": {
            "conversations": 6,
            "messages": 16,
            "first_message_at": "2026-03-28T22:30:00.000000Z",
            "last_message_at": "2026-03-31T10:01:41.000000Z",
        },
        "by": "day",
        "undated": {"conversations": 1, "messages": 2},
        "with_agent": {"conversations": 2, "share": 0.3333},
        "unanswered": {"conversations": 2, "share": 0.3333},
        // 0.5, 2 and 100 seconds.
        "first_response": {"conversations": 3, "median_seconds": 2.0, "p90_seconds": 80.4},
        // 100 and 300 seconds.
        "first_agent_response": {"conversations": 2, "median_seconds": 200.0, "p90_seconds": 280.0},
    });
    for (key, expected) in expected.as_object().unwrap() {
        assert_eq!(&all[key], expected, "{key}");
    }
    assert_eq!(
        counts(&all, "periods", "start"),
        "2026-03-28=1/5 2026-03-29=2/6 2026-03-30=0/0 2026-03-31=2/3"
    );
    assert_eq!(
        counts(&all, "channels", "channel"),
        "null=2/2 webchat=2/8 whatsapp=2/6"
    );
    assert_eq!(
        counts(&all, "roles", "role"),
        "user=5/8 bot=4/5 agent=2/2 system=1/1"
    );
    assert_eq!(counts(&all, "hours", "hour"), "0=1/2 1=0/1 10=2/3 22=2/8");
    assert_eq!(
        counts(&all, "weekdays", "weekday"),
        "tuesday=2/3 saturday=1/5 sunday=2/6"
    );
    let keys = all.as_object().unwrap().len();
    assert_eq!(keys, expected.as_object().unwrap().len() + 5);
}

#[test]
fn days_and_hours_are_those_of_the_time_zone() {
    let folder = folder_with(&lines(&night()));
    let within = |zone: &str| {
        let all = numbers(&stats(&folder, "a.jsonl --timezone").arg(zone).stdout());
        assert_eq!(all["timezone"], zone);
        [("periods", "start"), ("hours", "hour")].map(|(section, name)| counts(&all, section, name))
    };
    assert_eq!(
        within("Europe/Oslo"),
        [
            "2026-03-28=1/5 2026-03-29=1/3 2026-03-30=1/3 2026-03-31=2/3",
            "0=1/3 1=1/2 3=0/1 12=2/3 23=1/5",
        ]
    );
    assert_eq!(
        within("America/New_York"),
        [
            "2026-03-28=2/8 2026-03-29=1/3 2026-03-30=0/0 2026-03-31=2/3",
            "6=2/3 18=2/8 20=1/2 21=0/1",
        ]
    );
    let local = stats(&folder, "a.jsonl").env("TZ", "Asia/Tokyo").stdout();
    let local = numbers(&local);
    assert_eq!(local["timezone"], "local");
    assert_eq!(counts(&local, "hours", "hour"), "7=2/8 9=1/2 10=0/1 19=2/3");
}

#[test]
fn the_hour_that_comes_twice_counts_both_times() {
    let twice = [
        conversation("a", None, "2026-10-25 00:30", &["user 2026-10-25 00:30:00"]),
        conversation("b", None, "2026-10-25 01:30", &["user 2026-10-25 01:30:00"]),
    ];
    let folder = folder_with(&lines(&twice));
    let all = numbers(&stats(&folder, "a.jsonl --timezone Europe/Oslo").stdout());
    assert_eq!(counts(&all, "hours", "hour"), "2=2/2");
}

#[test]
fn periods_are_as_long_as_asked_for() {
    let folder = folder_with(&lines(&night()));
    let by = |args: &str| {
        let all = numbers(&stats(&folder, "a.jsonl --timezone utc").args(args).stdout());
        format!("{} {}", all["by"], counts(&all, "periods", "start"))
    };
    assert_eq!(by("--by week"), "\"week\" 2026-03-23=3/11 2026-03-30=2/3");
    assert_eq!(by("--by month"), "\"month\" 2026-03-01=5/14");
    let long = [
        conversation("a", None, "2026-01-31 00:00", &[]),
        conversation("b", None, "2026-03-31 00:00", &[]),
    ];
    let folder = folder_with(&lines(&long));
    let all = numbers(&stats(&folder, "a.jsonl").stdout());
    assert_eq!(all["by"], "week");
    assert_eq!(all["periods"].as_array().unwrap().len(), 10);
}

#[test]
fn the_flags_select_as_in_render() {
    let folder = folder_with(&lines(&night()));
    let found = |args: &str| {
        let all = numbers(&stats(&folder, "a.jsonl --timezone utc").args(args).stdout());
        format!("{}", all["totals"]["messages"])
    };
    assert_eq!(found("--since 2026-03-29"), "6");
    assert_eq!(found("--since 2026-03-29 --until 2026-03-29T12:00"), "3");
    assert_eq!(found("--conversation a --conversation f"), "8");
    assert_eq!(found("--limit 2"), "8");
    let run = stats(&folder, "a.jsonl --conversation a --conversation x").run();
    run.ends(3, &["there is no conversation x"]);
    let some = numbers(&run.stdout);
    assert_eq!(some["complete"], false);
    assert_eq!(some["totals"]["messages"], 5);
}

#[test]
fn an_archive_and_a_folder_have_the_numbers_of_the_export() {
    let folder = folder_with(&lines(&night()));
    let of = |args: &str| stats(&folder, "--timezone utc").args(args).stdout();
    convexport("render a.jsonl --archive a.db")
        .within(folder.path())
        .stdout();
    assert_eq!(of("a.db"), of("a.jsonl"));
    let piped = stats(&folder, "--timezone utc -").stdin(&lines(&night()));
    assert_eq!(piped.stdout(), of("a.jsonl"));
    fs::create_dir(folder.path().join("all")).unwrap();
    let talks = night();
    fs::write(folder.path().join("all/1.jsonl"), lines(&talks[..2])).unwrap();
    fs::write(folder.path().join("all/2.jsonl"), lines(&talks[2..])).unwrap();
    assert_eq!(of("all"), of("a.jsonl"));
}

#[test]
fn what_comes_twice_is_told() {
    let folder = folder_with(&lines(&night()));
    fs::write(folder.path().join("b.jsonl"), lines(&night()[..1])).unwrap();
    let run = stats(&folder, "a.jsonl b.jsonl").run();
    run.ends(0, &["1 conversation came more than once", "--archive"]);
    assert_eq!(numbers(&run.stdout)["totals"]["conversations"], 7);
}

#[test]
fn csv_has_the_same_numbers_and_no_formula() {
    let mut talks = night();
    talks[2]["channel"] = json!("=1+1");
    talks[5]["channel"] = json!("a, \"b\"");
    let folder = folder_with(&lines(&talks));
    let csv = stats(&folder, "a.jsonl --timezone utc -f csv").stdout();
    let expected = "section,key,metric,value\r\n\
        complete,,complete,true\r\n\
        timezone,,timezone,UTC\r\n\
        totals,,conversations,6\r\n\
        totals,,messages,16\r\n\
        totals,,first_message_at,2026-03-28T22:30:00.000000Z\r\n\
        totals,,last_message_at,2026-03-31T10:01:41.000000Z\r\n\
        periods,2026-03-28,conversations,1\r\n\
        periods,2026-03-28,messages,5\r\n";
    assert!(csv.starts_with(expected), "{csv}");
    for row in [
        "channels,,conversations,2",
        "channels,'=1+1,messages,3",
        "channels,\"a, \"\"b\"\"\",messages,3",
        "roles,agent,messages,2",
        "with_agent,,share,0.3333",
        "first_response,,median_seconds,2",
        "first_response,,p90_seconds,80.4",
        "hours,22,messages,8",
        "weekdays,sunday,conversations,2",
    ] {
        assert!(csv.contains(&format!("\r\n{row}\r\n")), "no {row} in {csv}");
    }
    assert_eq!(
        csv.lines().count(),
        1 + 2 + 4 + 8 + 2 + 8 + 8 + 4 + 6 + 48 + 14
    );
}

#[test]
fn text_is_a_table_with_bars() {
    let folder = folder_with(&lines(&night()));
    let table = stats(&folder, "a.jsonl --timezone utc -f text").stdout();
    let begin = "\
Conversations    6
Messages        16
With an agent    2  33.3 %
Unanswered       2  33.3 %
First message   2026-03-28 22:30
Last message    2026-03-31 10:01
Time zone       UTC

First response by     median       90 %  conversations
  bot or agent         2.0 s       80 s              3
  agent                3 min      4 min              2

Day         Conversations                      Messages
2026-03-28  1 ███████████████▌                 5 █████████████████████████▊
2026-03-29  2 ███████████████████████████████  6 ███████████████████████████████
2026-03-30  0                                  0
2026-03-31  2 ███████████████████████████████  3 ███████████████▌
no time     1 ███████████████▌                 2 ██████████▎

Channel   Conversations                       Messages
";
    assert!(table.starts_with(begin), "{table}");
    let wide = table.lines().map(|line| line.chars().count()).max();
    assert!(wide <= Some(80), "{table}");
    for row in [
        "\n(none)    2 ",
        "\nSystem  1 ",
        "\nSunday           2 ",
        "\n10  3 ",
        "  22  8 ██",
    ] {
        assert!(table.contains(row), "no {row:?} in {table}");
    }
}

#[test]
fn nothing_has_numbers_too() {
    let folder = folder_with("");
    let all = numbers(&stats(&folder, "a.jsonl").stdout());
    assert_eq!(all["complete"], true);
    assert_eq!(all["periods"], json!([]));
    assert_eq!(
        all["with_agent"],
        json!({"conversations": 0, "share": null})
    );
    assert_eq!(
        all["first_response"],
        json!({"conversations": 0, "median_seconds": null, "p90_seconds": null})
    );
    let table = stats(&folder, "a.jsonl -f text").stdout();
    assert!(table.starts_with("Conversations   0\n"), "{table}");
    let csv = stats(&folder, "a.jsonl -f csv").stdout();
    assert!(csv.contains("first_response,,median_seconds,\r\n"), "{csv}");
}

#[test]
fn of_a_cut_export_what_could_be_read_is_counted() {
    let export = lines(&night());
    let cut = &export[..export.len() - 30];
    let folder = folder_with(cut);
    let incomplete = |run: Run| {
        run.ends(3, &["a.jsonl"]);
        run.stdout
    };
    let some = numbers(&incomplete(stats(&folder, "a.jsonl").run()));
    assert_eq!(some["complete"], false);
    assert_eq!(some["totals"]["conversations"], 5);
    let table = incomplete(stats(&folder, "a.jsonl -f text").run());
    assert!(table.starts_with("INCOMPLETE: "), "{table}");

    let array = format!("[{}", cut.lines().take(3).collect::<Vec<_>>().join(","));
    fs::write(folder.path().join("a.jsonl"), array).unwrap();
    let some = numbers(&incomplete(stats(&folder, "a.jsonl").run()));
    assert_eq!(some["totals"]["conversations"], 3);

    fs::write(folder.path().join("n.json"), "{\"old\": 1}").unwrap();
    let run = stats(&folder, "a.jsonl -o n.json").run();
    run.ends(3, &["the numbers so far are in", "n.json.partial"]);
    assert_eq!(read(folder.path(), "n.json"), "{\"old\": 1}");
    assert_eq!(numbers(&read(folder.path(), "n.json.partial")), some);
    stats(&folder, "nowhere")
        .run()
        .ends(1, &["could not read nowhere"]);
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_file_has_the_format_of_its_name() {
    let folder = folder_with(&lines(&night()));
    let json = stats(&folder, "a.jsonl").stdout();
    let table = stats(&folder, "a.jsonl -f text").stdout();
    for (name, expected) in [("n.json", &json), ("n.txt", &table), ("n", &table)] {
        assert_eq!(stats(&folder, "a.jsonl -o").arg(name).stdout(), "");
        assert_eq!(&read(folder.path(), name), expected);
        assert!(!folder.path().join(format!("{name}.partial")).exists());
    }
    assert!(read(folder.path(), "n.txt").starts_with("Conversations"));
    stats(&folder, "a.jsonl -o n.csv.gz").stdout();
    let packed = fs::read(folder.path().join("n.csv.gz")).unwrap();
    let mut csv = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut csv)
        .unwrap();
    assert_eq!(csv, stats(&folder, "a.jsonl -f csv").stdout());
    let refused = |args: &str, part: &str| stats(&folder, args).run().ends(2, &[part]);
    refused("a.jsonl -o n.html", "stats are text, json or csv");
    refused(
        "a.jsonl -o n.xlsx",
        "stats are text, json or csv, and not xlsx",
    );
    refused("a.jsonl -o n.xls", "there is no format for .xls");
    refused("a.jsonl -o a.jsonl -f json", "named twice");
    refused("a.jsonl -f html", "--format");
    refused("", "required");
    assert_eq!(stats(&folder, "a.jsonl -o -").stdout(), json);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_a_table_that_fits_and_does_no_harm() {
    let mut talks = night();
    talks[0]["channel"] = json!("\u{1b}[31mred\nchat with a very long name\u{202e}");
    let folder = folder_with(&lines(&talks));
    for columns in [54, 67, 100] {
        let size = format!("stty cols {columns} rows 24;");
        let shown = stats(&folder, "a.jsonl").screen(&size, "");
        assert!(shown.starts_with("Conversations    6\r\n"), "{shown}");
        assert!(shown.contains("\n\\u001b[31mred chat "), "{shown}");
        let wide = shown.lines().map(|line| line.chars().count()).max();
        assert!(wide <= Some(columns) && wide > Some(columns - 5), "{shown}");
    }
    let json = stats(&folder, "a.jsonl -f json").screen("", "");
    assert!(!json.contains(['\u{1b}', '\u{202e}']), "{json}");
    let channels = numbers(&json)["channels"].to_string();
    assert!(channels.contains('\u{202e}'), "{channels}");
}

#[cfg(unix)]
#[test]
fn a_stopped_run_shows_no_numbers() {
    let folder = folder_with("");
    let fifo = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let running = stats(&folder, "pipe -o n.json").start();
    let mut pipe = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    let export = lines(&night()) + "not json\n";
    std::io::Write::write_all(&mut pipe, export.as_bytes()).unwrap();
    running.wait_until_said("error: ");
    running.signal("-INT");
    let run = running.end();
    run.ends(130, &["interrupted"]);
    assert_eq!(run.stdout, "");
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "only the export and the pipe");
}
