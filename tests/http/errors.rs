//! Answers that are errors: what is said of each, and what to check.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, fake_with};

#[test]
fn a_refused_token_says_what_to_check() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let run = botpress(&fake, "").env("BP_TOKEN", "expired-token").run();
    let bot = fake.world().bot_id.clone();
    let said = format!(
        "convexport: error: could not list the conversations of bot {bot}: 401 Unauthorized (Unauthorized: The token is \
         missing or invalid.); check BP_TOKEN or --token-file: the token is wrong or has expired\n"
    );
    assert_eq!((run.code, run.stderr), (4, said));
    assert_eq!(fake.requests().len(), 1, "no retry helps");
}

#[test]
fn statuses_have_their_advice() {
    for (status, code, advice) in [
        (403, 4, "may read this bot"),
        (402, 1, "billing"),
        (404, 1, "check --bot-id"),
        (400, 1, "InvalidQuery"),
    ] {
        let fake = fake_with(Rule::path("/v1/chat/conversations").answer(Action::Status(status)));
        botpress(&fake, "")
            .run()
            .ends(code, &[&status.to_string(), advice, "ordered by a test"]);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_web_page_is_no_answer() {
    let fake = fake_with(Rule::path("/v1/chat/conversations").answer(Action::Html));
    botpress(&fake, "")
        .run()
        .ends(1, &["a web page came instead of JSON", "base address"]);
}

#[test]
fn a_vendors_words_cannot_write_to_the_terminal() {
    let body =
        "{\"type\":\"Bad\",\"message\":\"\\u001b[2Jgone\\nconvexport: error: forged\"}".to_owned();
    let headers = Vec::new();
    let fake = fake_with(
        Rule::path("/v1/chat/conversations").answer(Action::StatusWith {
            code: 400,
            headers,
            body,
        }),
    );
    let run = botpress(&fake, "").run();
    run.ends(1, &["Bad: \\u001b[2Jgone convexport: error: forged"]);
    assert_eq!(run.stderr.lines().count(), 1);
}
