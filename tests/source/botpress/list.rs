//! The list alone, and ids from stdin: the units of work that another program spreads.

use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{boost, botpress, convexport, ids, records, truth};

#[test]
fn the_list_costs_one_request_a_page_and_leads_to_everything() {
    let fake = Fake::start(World::with_conversations(45, |i| 1 + i % 7));
    let list = botpress(&fake, "--list").stdout();
    assert_eq!(fake.requests().len(), 3, "pages of twenty");
    let all = truth(&fake.world());
    let names: Vec<_> = records(&list)
        .iter()
        .map(|entry| entry["id"].clone())
        .collect();
    let expected: Vec<_> = all.iter().map(|(id, _)| json!(id)).collect();
    assert_eq!(names, expected);

    let out = botpress(&fake, "--conversation - -f jsonl").stdin(&list);
    assert_eq!(ids(&records(&out.stdout())), all);
}

#[test]
fn its_lines_have_the_keys_of_a_conversation_and_a_count() {
    let mut world = World::with_conversations(2, |_| 3);
    world.conversations[1].message_count = Some(3);
    let fake = Fake::start(world);
    let whole = records(&botpress(&fake, "-f jsonl").stdout());
    let list = records(&botpress(&fake, "--list").stdout());
    for (entry, mut record) in list.iter().zip(whole) {
        let record = record.as_object_mut().unwrap();
        record.remove("messages");
        record.insert("message_count".to_owned(), entry["message_count"].clone());
        assert_eq!(entry, &Value::Object(record.clone()));
    }
    assert_eq!(list[0]["message_count"], 3);
    assert_eq!(list[1]["message_count"], Value::Null);
    let bare = botpress(&fake, "--list --no-raw --limit 1").stdout();
    assert!(!bare.contains("raw") && bare.lines().count() == 1, "{bare}");
}

#[test]
fn the_list_goes_where_it_is_told_and_knows_the_filters() {
    let fake = Fake::start(World::with_conversations(8, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let args = "--list --integration slack --since 2026-01-01 -o list.jsonl --summary summary.json";
    botpress(&fake, args).within(folder.path()).stdout();
    let list = std::fs::read_to_string(folder.path().join("list.jsonl")).unwrap();
    assert_eq!(list.lines().count(), 2);
    let summary = std::fs::read_to_string(folder.path().join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["counts"]["conversations"], 2);
    assert_eq!(summary["counts"]["messages"], 0);
    assert_eq!(summary["complete"], true);
}

#[test]
fn a_list_that_breaks_off_is_not_done() {
    let broken = Rule::on("nextToken").answer(Action::Status(500));
    let fake = Fake::start(World::with_conversations(45, |_| 1).rule(broken));
    let run = botpress(&fake, "--list --retries 0").run();
    run.ends(5, &["could not list the conversations"]);
    assert_eq!(run.stdout.lines().count(), 20);
}

#[test]
fn what_a_list_cannot_honour_is_refused() {
    for args in [
        "-f text",
        "-f messages",
        "-o list.csv",
        "-o list.txt",
        "-d all",
        "--state state",
        "--with-users",
        "--with-state cart",
        "--conversation A",
        "--concurrency 4",
        "--excel",
        "--time-format %Y",
    ] {
        let run = convexport("botpress --bot-id B --list").args(args).run();
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args}: {}",
            run.stderr
        );
    }
}

#[test]
fn no_ids_are_no_conversations() {
    let fake = Fake::start(World::with_conversations(3, |_| 1).with_boost(3, |_| 2));
    for stdin in ["", "\n \n"] {
        let args = "--conversation - -f messages";
        assert_eq!(botpress(&fake, args).stdin(stdin).stdout(), "");
        let all = boost(&fake, "--since 2000-01-01").args(args);
        assert_eq!(all.stdin(stdin).stdout(), "");
    }
    let empty = boost(
        &fake,
        "-f jsonl --since 2000-01-01 --filter conversation_ids=[]",
    );
    assert_eq!(empty.stdout(), "");
    assert!(fake.requests().is_empty(), "there is nothing to ask for");

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("ids"), "").unwrap();
    std::fs::write(file("all.jsonl"), botpress(&fake, "-f jsonl").stdout()).unwrap();
    let rendered = convexport("render -f jsonl --conversation")
        .arg(format!("@{}", file("ids")))
        .arg(file("all.jsonl"));
    assert_eq!(rendered.stdout(), "");
}

#[test]
fn ids_come_bare_or_as_json() {
    let fake = Fake::start(World::with_conversations(3, |_| 1).with_boost(3, |_| 2));
    let all = truth(&fake.world());
    let lines = format!(
        "\u{feff}{}\n {{\"x\":[1],\"id\":\"{}\"}}\n",
        all[1].0, all[0].0
    );
    let out = botpress(&fake, "--conversation - -f jsonl").stdin(&lines);
    assert_eq!(
        ids(&records(&out.stdout())),
        [all[1].clone(), all[0].clone()]
    );
    let id = fake.world().boost.conversations[1].id.clone();
    let out = boost(&fake, "--conversation - -f jsonl").stdin(&format!("{{\"id\":{id}}}\n"));
    assert_eq!(records(&out.stdout()).len(), 1);
    for bad in [
        "{\"name\":1}",
        "{\"id\":\"a\"",
        "{\"id\":null}",
        "{\"id\":\"\"}",
        "\"a\"",
        "[]",
    ] {
        let run = botpress(&fake, "--conversation -")
            .stdin(&format!("a\n{bad}\n"))
            .run();
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{bad}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_listed_conversation_that_was_deleted_since_is_no_failure() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let run = botpress(&fake, "--conversation - -f messages")
        .stdin("deleted\n")
        .run();
    run.ends(0, &["conversation deleted is gone"]);
    let many = "one\ntwo\nthree\nfour\n";
    let run = botpress(&fake, "--conversation - -f messages")
        .stdin(many)
        .run();
    run.ends(1, &["none of the conversations asked for was found"]);
}

#[test]
fn the_page_on_spark_shows_the_script_as_it_is() {
    let page = include_str!("../../../docs/spark.md");
    let script = include_str!("../../../examples/spark.py");
    assert!(page.contains(&format!("```python\n{script}```")));
}
