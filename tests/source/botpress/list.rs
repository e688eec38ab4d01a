//! `--list`: the list alone, whose lines another program can spread as units of work.

use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, ids, records, truth};

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
        // Without messages nobody knows of a handover.
        record.remove("messages");
        record.remove("handover");
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
        "--archive a.db",
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
fn the_page_on_spark_shows_the_script_as_it_is() {
    let page = include_str!("../../../docs/spark.md");
    let script = include_str!("../../../examples/spark.py");
    assert!(page.contains(&format!("```python\n{script}```")));
}
