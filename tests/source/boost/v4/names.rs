//! The names of ids, which the site has in lists.

use serde_json::json;

use super::site;
use crate::support::fake::{Fake, Recorded};
use crate::support::{boost, records, summary};

const RUN: &str = "--api v4 --since 2026-01-01 -f jsonl";

/// A site with one conversation, whose messages have these fields besides.
fn with(fields: &[serde_json::Value]) -> Fake {
    let fake = site(0);
    let mut messages = vec![json!({
        "id": 1, "created": "2026-04-01T10:00:00Z", "is_customer": true, "original_question": "Hi"})];
    for (id, fields) in (2..).zip(fields) {
        let mut message = fields.clone();
        message["id"] = json!(id);
        messages.push(message);
    }
    let talk = json!({"id": 7, "sessions": [{"messages": messages}]});
    fake.world().boost.add(&talk.to_string());
    fake
}

/// The lists that were asked for.
fn lists(fake: &Fake) -> Vec<String> {
    let requests = fake.requests();
    let lines = requests.iter().map(Recorded::line);
    lines.filter(|line| line.starts_with("GET ")).collect()
}

#[test]
fn ids_have_the_names_of_the_site() {
    let agent = json!({"is_support_human": true, "human_agent": {"id": 77}});
    let other = json!({"is_support_human": true, "human_agent": {"id": 78}});
    let named = json!({"is_support_human": true, "human_agent": {"id": 77, "name": "Ola"}});
    let goals = json!({"goals": [{"goal": {"id": 42}, "event_type": "x"}, {"goal": {"id": 49}, "event_type": "x"}],
        "predicted_intent_id": 11, "skill": {"id": 31}, "matched_filter": {"id": 21}, "system_action_trigger": {"id": 51}});
    let fake = with(&[agent, other, named, goals]);
    let out = boost(&fake, RUN).stdout();
    let talk = &records(&out)[0];
    let authors: Vec<_> = (1..4)
        .map(|at| talk["messages"][at]["author"].clone())
        .collect();
    assert_eq!(authors, [json!("Kari Nordmann"), json!(null), json!("Ola")]);
    let expected = json!({
        "goals": ["Asked a human", "49"], "intents": ["Send a parcel"], "skills": ["Parcels"],
        "filters": ["Private customers"], "triggers": ["Welcome"], "transfer_to_human": false, "unknown_answers": 0});
    assert_eq!(talk["tags"], expected);
    let mut asked = lists(&fake);
    asked.sort_unstable();
    let paths = [
        "filters",
        "goals",
        "intents",
        "persons",
        "skills",
        "system-action-triggers",
    ];
    assert_eq!(
        asked,
        paths.map(|list| format!("GET /api/export/v4/{list}/"))
    );
    let bearer = format!("Bearer {}", fake.world().boost.token);
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.header("authorization") == Some(&bearer))
    );
}

#[test]
fn only_the_lists_that_are_needed_are_asked_for_and_each_once() {
    let fake = with(&[json!({})]);
    boost(&fake, RUN).stdout();
    assert_eq!(lists(&fake), [""; 0]);
    let skill = || json!({"skill": {"id": 31}});
    let fake = with(&[skill(), skill()]);
    for id in 8..20 {
        let talk = json!({"id": id, "sessions": [{"messages": [
            {"id": 1, "created": "2026-04-01T10:00:00Z", "is_customer": true, "skill": {"id": 31}}]}]});
        fake.world().boost.add(&talk.to_string());
    }
    boost(&fake, RUN).args("--parallel-windows 3").stdout();
    assert_eq!(lists(&fake), ["GET /api/export/v4/skills/"]);
}

/// The export was answered, so the site is the right one.
#[test]
fn a_list_that_is_not_there_is_to_be_reported() {
    let fake = with(&[json!({"skill": {"id": 31}})]);
    let absent = crate::support::fake::Action::Status(404);
    let rule = crate::support::fake::Rule::on("/api/export/v4/skills/").answer(absent);
    fake.world().faults.push(rule);
    let run = boost(&fake, RUN).run();
    run.ends(0, &["404", "docs/boost.md says how to report"]);
    assert!(!run.stderr.contains("--site"), "{}", run.stderr);
}

#[test]
fn the_summary_names_the_conversations_without_names() {
    let fake = with(&[json!({"is_support_human": true, "human_agent": {"id": 77}})]);
    let refused = crate::support::fake::Action::Status(403);
    let rule = crate::support::fake::Rule::on("/api/export/v4/persons/").answer(refused);
    fake.world().faults.push(rule);
    let folder = tempfile::tempdir().unwrap();
    let run = boost(&fake, RUN)
        .args("--summary summary.json")
        .within(folder.path())
        .run();
    run.ends(0, &["warning: the names of persons are missing", "403"]);
    assert_eq!(summary(folder.path())["names_missing"], json!(["7"]));
}
