//! Which address is asked, and that nobody else gets the token.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, fake_with, records};

#[test]
fn an_address_carries_no_secret() {
    let at = |url: &str| {
        convexport("botpress --bot-id b --base-url")
            .arg(url)
            .env("BP_TOKEN", "t")
            .run()
    };
    for url in [
        "https://u:sekret@example.com",
        "https://example.com/?key=sekret",
        "https://example.com/#sekret",
    ] {
        let run = at(url);
        run.ends(2, &["example.com", "give it without"]);
        assert!(!run.stderr.contains("sekret"));
    }
}

#[test]
fn an_empty_address_is_none() {
    let run = convexport("botpress --retries 0 --timeout 5")
        .env("BP_API_URL", "")
        .env("BP_TOKEN", "t")
        .env("BP_BOT_ID", "b");
    let run = run.env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    run.ends(5, &["could not list the conversations of bot b"]);
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let at = |url: &str| {
        convexport("botpress --bot-id b --retries 0 --base-url")
            .arg(url)
            .env("BP_TOKEN", "t")
            .run()
    };
    at("http://api.botpress.cloud").ends(2, &["in the clear", "use https"]);
    at("http://127.0.0.1.example.com").ends(2, &["in the clear"]);
    at("http://localhost.example.com").ends(2, &["in the clear"]);
    at("ftp://x").ends(2, &["expected https://"]);
    at("nonsense").ends(2, &["`nonsense` is not an address"]);
    at("http://[::1]:9").ends(5, &["could not list"]);
}

#[test]
fn no_proxy_sees_a_token_meant_for_this_machine() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let out = botpress(&fake, "-f jsonl").env("HTTP_PROXY", "http://127.0.0.1:9");
    assert_eq!(records(&out.stdout()).len(), 1);
}

#[test]
fn a_redirect_is_not_followed_with_the_token() {
    let other = Fake::start(World::with_conversations(1, |_| 1));
    let target = format!("{}/v1/chat/conversations", other.url());
    let fake = fake_with(Rule::on("/conversations").answer(Action::Redirect(target)));
    botpress(&fake, "")
        .run()
        .ends(1, &["302", "another address"]);
    assert_eq!(other.requests().len(), 0);
}
