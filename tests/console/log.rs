//! What `-v` says, and messages as JSON.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, records};

#[test]
fn verbose_says_requests_and_retries_without_the_token() {
    let rule = Rule::on("/messages").first(1).answer(Action::Status(502));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(rule));
    let run = botpress(&fake, "-f jsonl -v").run();
    run.ends(
        0,
        &[
            "GET /v1/chat/conversations?sortField=createdAt: 200 in",
            "502",
            "retry 1 of 5 in 0.",
            "Wrote 1 conversation (1 message, ",
            ") to stdout in ",
        ],
    );
    assert!(!run.stderr.contains("bp_pat"));
    assert_eq!(records(&run.stdout).len(), 1);
}

#[test]
fn logs_can_be_json() {
    let rule = Rule::on("/messages").answer(Action::Status(400));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(rule));
    let run = botpress(&fake, "-f jsonl --log-format json").run();
    let lines: Vec<serde_json::Value> = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["level"], "error");
    assert!(
        lines[0]["message"]
            .as_str()
            .unwrap()
            .contains("could not read the messages")
    );
}
