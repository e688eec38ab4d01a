//! `xlsx`: the same rows as `messages` and `conversations`, as calamine reads them, and what only a spreadsheet shows.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use chrono::DateTime;
use serde_json::Value;
use zip::ZipArchive;

use crate::support::fake::{Action, Conversation, DAY, Fake, REFERENCE, Rule, World};
use crate::support::{Convexport, boost, bot_with, botpress, records, wait_until};

/// A workbook: its sheets in their order, each with its rows.
pub fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let formulas = |book: &mut Xlsx<_>, name: &str| {
        let formulas = book.worksheet_formula(name).unwrap();
        formulas.used_cells().count()
    };
    let sheets = book.sheet_names().into_iter().map(|name| {
        assert_eq!(formulas(&mut book, &name), 0, "formulas in {name}");
        let range = book.worksheet_range(&name).unwrap();
        (name, range.rows().map(<[_]>::to_vec).collect())
    });
    sheets.collect()
}

/// The workbook that a command writes with `-o`.
pub fn workbook(command: Convexport) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = command.args("-o a.xlsx").within(folder.path()).stdout();
    assert_eq!(out, "");
    fs::read(folder.path().join("a.xlsx")).unwrap()
}

/// A part of the workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut package = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    let mut part = package.by_name(name).unwrap();
    part.read_to_string(&mut text).unwrap();
    text
}

/// The sheet of messages as XML, which is written first.
fn messages_xml(bytes: &[u8]) -> String {
    part(bytes, "xl/worksheets/sheet1.xml")
}

/// The cells of a column of the sheet of messages.
fn column(bytes: &[u8], name: &str) -> Vec<Data> {
    let (_, rows) = sheets(bytes).pop().unwrap();
    let at = rows[0]
        .iter()
        .position(|cell| cell == &Data::String(name.to_owned()));
    rows[1..]
        .iter()
        .map(|row| row[at.expect(name)].clone())
        .collect()
}

fn texts(bytes: &[u8]) -> Vec<String> {
    column(bytes, "text")
        .into_iter()
        .map(|cell| cell.to_string())
        .collect()
}

/// A bot to which a user said these.
fn told(texts: &[&str]) -> Fake {
    let mut world = World::new().conversation(Conversation::new("talk", REFERENCE - DAY));
    for (minute, text) in (0..).zip(texts) {
        world.say("talk", REFERENCE - DAY + minute * 60_000, true, text);
    }
    Fake::start(world)
}

/// A bot that sent a file from each of these addresses.
fn sent(addresses: &[&str]) -> Fake {
    let files: Vec<_> = (0..).zip(addresses).map(|(number, address)| {
        let payload = serde_json::json!({"type": "file", "fileUrl": address});
        format!(
            r#"{{"id":"m{number}","createdAt":"2026-11-19T10:00:{number:02}Z","type":"file","direction":"outgoing","payload":{payload}}}"#
        )
    }).collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    Fake::start(bot_with(&files))
}

/// Checks that a cell has the value that a row has.
fn assert_cell(cell: &Data, value: &Value, name: &str) {
    match (cell, value) {
        (Data::Empty, Value::Null) => {}
        (Data::Empty, Value::String(text)) => assert_eq!(text, "", "{name}"),
        (Data::Bool(found), Value::Bool(flag)) => assert_eq!(found, flag, "{name}"),
        (Data::Float(found), Value::Number(number)) => {
            assert_eq!(Some(*found), number.as_f64(), "{name}");
        }
        (Data::DateTime(found), Value::String(time)) => {
            let time = DateTime::parse_from_rfc3339(time).unwrap();
            let zero = DateTime::parse_from_rfc3339("1899-12-30T00:00:00Z").unwrap();
            let days = (time - zero).as_seconds_f64() / 86_400.0;
            assert!(
                (found.as_f64() - days).abs() < 1e-9,
                "{name}: {found} {time}"
            );
        }
        (Data::String(found), Value::String(text)) => {
            assert!(!name.ends_with("_at"), "{name} is a date");
            assert_eq!(found, text, "{name}");
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_workbook_has_the_rows_of_conversations_and_messages() {
    let empty = Conversation::new("empty", REFERENCE - DAY);
    let world = World::with_conversations(40, |i| i % 30).conversation(empty);
    let fake = Fake::start(world.with_boost(40, |i| 2 + i % 9));
    for command in [&|| botpress(&fake, "--with-users"), &|| {
        boost(&fake, "--since 2026-01-01")
    }] as [&dyn Fn() -> Convexport; 2]
    {
        let found = sheets(&workbook(command().args("--timezone utc")));
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Conversations", "Messages"]);
        for ((_, rows), format) in found.iter().zip(["conversations", "messages"]) {
            let expected = records(&command().args("-f").arg(format).stdout());
            assert!(expected.len() >= 40);
            assert_eq!(rows.len(), 1 + expected.len(), "{format}");
            for (row, expected) in rows[1..].iter().zip(&expected) {
                for (cell, name) in row.iter().zip(&rows[0]) {
                    let name = name.to_string();
                    assert_cell(cell, &expected[&name], &name);
                }
                let without_raw = expected
                    .as_object()
                    .unwrap()
                    .keys()
                    .filter(|key| *key != "raw");
                assert_eq!(row.len(), without_raw.count());
            }
        }
    }
}

#[test]
fn times_are_dates_in_the_chosen_zone() {
    let world = World::new().conversation(Conversation::new("talk", REFERENCE - DAY));
    let fake = Fake::start(world);
    let noon = REFERENCE - DAY;
    fake.world().say("talk", noon, true, "noon");
    fake.world()
        .say("talk", noon + 500, true, "and a half second");
    // 2026-11-19 is day 46345, since 2008-01-01 is day 39448 in the documents of Excel.
    for (zone, hours) in [
        ("utc", 12.0),
        ("Europe/Oslo", 13.0),
        ("Pacific/Auckland", 25.0),
    ] {
        let bytes = workbook(botpress(&fake, "--timezone").arg(zone));
        let found: Vec<_> = column(&bytes, "created_at")
            .iter()
            .map(|cell| match cell {
                Data::DateTime(time) => time.as_f64(),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            46_345.0 + hours / 24.0,
            46_345.0 + (hours + 0.5 / 3600.0) / 24.0,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{zone}: {found}");
        }
    }
}

#[test]
fn a_time_that_is_no_date_of_a_spreadsheet_is_a_text() {
    let raw =
        r#"{"id":"m","createdAt":"1899-12-31T12:00:00Z","type":"text","payload":{"text":"old"}}"#;
    let bytes = workbook(botpress(&Fake::start(bot_with(&[raw])), "--timezone utc"));
    let expected = Data::String("1899-12-31T12:00:00.000000Z".to_owned());
    assert_eq!(column(&bytes, "created_at"), [expected]);
}

#[test]
fn no_text_is_a_formula_or_a_number() {
    let run = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"];
    let plain = [
        "1",
        "007",
        "1e5",
        "TRUE",
        "2026-01-01",
        "#REF!",
        "'=1",
        "ja",
    ];
    let all: Vec<_> = run.into_iter().chain(plain).collect();
    let bytes = workbook(botpress(&told(&all), ""));
    assert_eq!(texts(&bytes), all);
    let xml = messages_xml(&bytes);
    assert!(!xml.contains("<f>") && !xml.contains("<f "), "{xml}");
    // Who edits such a cell makes no formula of it either.
    let styles = part(&bytes, "xl/styles.xml");
    let quoted = styles
        .split("<cellXfs")
        .nth(1)
        .unwrap()
        .split("<xf ")
        .position(|xf| xf.contains("quotePrefix=\"1\""));
    let quoted = quoted.expect("a style") - 1;
    for (row, text) in (2..).zip(&all) {
        let cell = format!("<c r=\"P{row}\" s=\"{quoted}\" t=\"inlineStr\">");
        assert_eq!(xml.contains(&cell), run.contains(text), "{text}");
    }
}

#[test]
fn no_character_makes_a_workbook_unreadable() {
    let controls: String = (0..32_u8).map(char::from).filter(|c| *c != '\r').collect();
    let odd = [
        controls.as_str(),
        "\u{7f}\u{85}\u{2028}\u{fffe}\u{ffff}",
        "_x0041_",
        "_x005F_x0041_",
        "_x0041",
        "__x000a_",
        "<b>&amp;\"'</b>]]>",
        "  blanks  ",
        "é🎉\u{202e}",
        "a\n\nb\n",
    ];
    let bytes = workbook(botpress(&told(&odd), ""));
    assert_eq!(texts(&bytes), odd);
    // A line ends as in every spreadsheet.
    let bytes = workbook(botpress(&told(&["a\r\nb\rc\r\r\nd"]), ""));
    assert_eq!(texts(&bytes), ["a\nb\nc\n\nd"]);
}

#[test]
fn a_text_that_no_cell_takes_is_cut_with_a_note() {
    let whole = ["x".repeat(32_767), "é".repeat(32_767), "🎉".repeat(16_383)];
    let long = [
        ("x".repeat(32_768), 32_768),
        ("🎉".repeat(16_384), 32_768),
        ("é".repeat(40_000), 40_000),
    ];
    let all = whole.iter().chain(long.iter().map(|(text, _)| text));
    let all: Vec<_> = all.map(String::as_str).collect();
    let found = texts(&workbook(botpress(&told(&all), "")));
    assert_eq!(found[..3], whole);
    for (found, (text, length)) in found[3..].iter().zip(&long) {
        let (begin, note) = found.split_once('…').expect("a note");
        assert_eq!(
            note,
            format!(" [cut: the text has {length} characters, and a cell takes 32767]")
        );
        assert!(text.starts_with(begin) && begin.encode_utf16().count() >= 32_600);
        assert!(found.encode_utf16().count() <= 32_767);
    }
}

#[test]
fn attachments_are_links_of_the_web() {
    let long = |length: usize| format!("https://x/{}", "y".repeat(length - 10));
    let addresses = [
        "https://x/a b.pdf?q=[1]&r=2",
        "http://x/#page=\"2\"",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "x.pdf",
        &long(2_079),
        &long(2_080),
        "https://x/_x0041_",
    ];
    let bytes = workbook(botpress(&sent(&addresses), ""));
    let xml = messages_xml(&bytes);
    let links = xml
        .split("<hyperlinks>")
        .nth(1)
        .unwrap()
        .split("</hyperlinks>")
        .next()
        .unwrap();
    assert_eq!(
        links,
        "<hyperlink ref=\"R2\" r:id=\"rId1\"/><hyperlink ref=\"R3\" r:id=\"rId2\" location=\"page=%222%22\"/>\
         <hyperlink ref=\"R7\" r:id=\"rId3\"/><hyperlink ref=\"R9\" r:id=\"rId4\"/>"
    );
    let targets = part(&bytes, "xl/worksheets/_rels/sheet1.xml.rels");
    let targets: Vec<_> = targets
        .split("Target=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(
        targets,
        [
            "https://x/a%20b.pdf?q=%5B1%5D&amp;r=2",
            "http://x/",
            &long(2_079),
            "https://x/_x0041_"
        ]
    );
    // The text is the same with a link and without.
    let rows = records(&botpress(&sent(&addresses), "-f messages").stdout());
    let expected: Vec<_> = rows
        .iter()
        .map(|row| Data::String(row["attachments"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(column(&bytes, "attachments"), expected);
}

#[test]
fn the_names_of_the_columns_stay_in_view_and_filter() {
    let bytes = workbook(botpress(&told(&["a", "b"]), ""));
    for (sheet, range, width) in [(1, "A1:R3", 18), (2, "A1:AC2", 29)] {
        let xml = part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
        assert!(xml.contains(
            "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
        ));
        assert!(
            xml.contains(&format!("<autoFilter ref=\"{range}\"/>")),
            "{xml}"
        );
        assert_eq!(xml.matches("<col ").count(), width);
    }
    assert!(
        messages_xml(&bytes)
            .contains("<col min=\"16\" max=\"16\" width=\"80\" customWidth=\"1\"/>")
    );
}

#[test]
fn a_conversation_without_messages_has_its_row() {
    let empty = || World::new().conversation(Conversation::new("empty", REFERENCE - DAY));
    let found = sheets(&workbook(botpress(&Fake::start(empty()), "")));
    let lengths: Vec<_> = found.iter().map(|(_, rows)| rows.len()).collect();
    assert_eq!(lengths, [2, 1]);
    assert_eq!(found[0].1[1][2], Data::String("empty".to_owned()));
    let none = sheets(&workbook(botpress(&Fake::start(World::new()), "")));
    let lengths: Vec<_> = none
        .iter()
        .map(|(name, rows)| (name.as_str(), rows.len()))
        .collect();
    assert_eq!(lengths, [("Conversations", 1), ("Messages", 1)]);
}

#[test]
fn a_workbook_goes_to_a_pipe_as_to_a_file() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let piped = botpress(&fake, "-f xlsx").command().output().unwrap();
    assert!(piped.status.success() && piped.stderr.is_empty());
    assert_eq!(piped.stdout, workbook(botpress(&fake, "")));
}

#[test]
fn what_a_workbook_cannot_honour_is_refused() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    for (args, part) in [
        (
            "-f xlsx -d folder",
            "-d: a workbook has all conversations: give -o FILE.xlsx",
        ),
        (
            "-o a.xlsx.gz",
            "a.xlsx.gz: a workbook is compressed as it is",
        ),
        ("-f xlsx -o a.gz", "a.gz: a workbook is compressed as it is"),
        ("-o a.xlsx --no-raw", "--no-raw: xlsx has no records"),
        (
            "-o a.xlsx --time-format %Y",
            "--time-format is for transcripts and csv",
        ),
        ("-o a.xlsx --excel", "--excel is for csv"),
        ("-o a.xlsx --rows messages", "--rows is for csv"),
        (
            "-o a.xlsx --template t",
            "--template is for text and markdown",
        ),
        ("-o a.xls", "there is no format for .xls: give .xlsx"),
        ("-o a.ods", "there is no format for .ods: give .xlsx"),
    ] {
        botpress(&fake, args).run().ends(2, &[part]);
    }
    #[cfg(target_os = "linux")]
    {
        let screen = botpress(&fake, "-f xlsx").screen("", "");
        assert!(
            screen.contains("a terminal cannot show a workbook: give -o FILE.xlsx"),
            "{screen}"
        );
    }
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn an_incomplete_workbook_can_be_opened() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "-o a.xlsx --retries 0")
            .within(folder.path())
            .run()
    };
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(run().code, 0);
    let complete = read("a.xlsx");

    let rule = Rule::on("/messages").nth(7).answer(Action::Status(500));
    fake.world().faults.push(rule);
    run().ends(3, &["1 of 30 conversations", "a.xlsx.partial"]);
    let partial = sheets(&read("a.xlsx.partial"));
    assert_eq!(
        (partial.len(), partial[0].1.len()),
        (2, 30),
        "29 and the names of the columns"
    );

    fake.world().faults = vec![Rule::on("nextToken").answer(Action::Status(500))];
    fs::remove_file(folder.path().join("a.xlsx.partial")).unwrap();
    run().ends(5, &["could not list the conversations", "a.xlsx.partial"]);
    let cut = sheets(&read("a.xlsx.partial"));
    let notice = Data::String(
        "This export was stopped before its end. The other sheets have what came until then."
            .to_owned(),
    );
    assert_eq!(cut[0], ("Incomplete".to_owned(), vec![vec![notice]]));
    let names: Vec<_> = cut.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Incomplete", "Conversations", "Messages"]);
    let (conversations, messages) = (&cut[1].1, &cut[2].1);
    assert!(conversations.len() > 1 && messages.len() == 1 + 3 * (conversations.len() - 1));
    assert_eq!(read("a.xlsx"), complete, "the earlier file is left alone");
}

#[test]
fn a_temporary_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let run = |conversations| {
        let fake = Fake::start(World::with_conversations(conversations, |_| 1));
        let run = botpress(&fake, "-o a.xlsx").env("TMPDIR", nowhere.to_str().unwrap());
        run.within(folder.path()).run()
    };
    assert_eq!(run(3).code, 0, "a small workbook needs none");
    let small = fs::read(folder.path().join("a.xlsx")).unwrap();
    let message = format!("could not keep a temporary file in {}: ", nowhere.display());
    let full = run(400);
    full.ends(
        1,
        &[
            "could not write",
            "a.xlsx.partial",
            &message,
            "No such file",
        ],
    );
    assert!(!full.stderr.contains("stays as"), "{}", full.stderr);
    assert_eq!(fs::read(folder.path().join("a.xlsx")).unwrap(), small);
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_else_can_read_the_temporary_file_and_nothing_stays_of_it() {
    use crate::support::fake::Gate;
    use std::os::unix::fs::MetadataExt;
    let gate = Gate::default();
    let held = Rule::on("/messages")
        .nth(400)
        .answer(Action::Hold(gate.clone()));
    let fake = Fake::start(World::with_conversations(400, |_| 1).rule(held));
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = botpress(&fake, "-o a.xlsx").env("TMPDIR", temporary.path().to_str().unwrap());
    let running = run.within(folder.path()).start();
    let open = || {
        let files = fs::read_dir(format!("/proc/{}/fd", running.id())).unwrap();
        let in_folder =
            |path: &Path| fs::read_link(path).is_ok_and(|to| to.starts_with(temporary.path()));
        files
            .map(|file| file.unwrap().path())
            .find(|path| in_folder(path))
    };
    wait_until("a temporary file", || open().is_some());
    let link_count = fs::metadata(open().unwrap()).unwrap().nlink();
    assert_eq!(
        link_count, 0,
        "nobody can open it by a name, from the beginning"
    );
    let mode = || Some(fs::metadata(open()?).ok()?.mode() & 0o777);
    wait_until("a private temporary file", || mode() == Some(0o600));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    gate.open();
    assert_eq!(running.end().code, 0);
}
