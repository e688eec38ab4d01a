//! One page: its data, what it says without JavaScript, and what may act in it.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BLOCK, HOSTILE, data, ids, message, names, without_script};
use crate::support::fake::{Fake, World};
use crate::support::{boost, bot_with, botpress, convexport};

#[test]
fn hostile_text_is_only_text() {
    let fake = Fake::start(bot_with(&[&message("text", &json!({"text": HOSTILE}))]));
    let page = botpress(&fake, "-f html").stdout();
    let expected = "<dt>&lt;script&gt;alert(1)&lt;/script&gt;&lt;/script&gt;\
        &lt;img src=x onerror=alert(1)&gt; \"'&gt;&lt;svg onload=alert(1)&gt; &amp;lt;b&amp;gt; \
        javascript:alert(1) a\\u202eb\\u2066c\\u0000\\u001bd --&gt; ]]&gt; &lt;/style&gt;&lt;/title&gt;&lt;/textarea&gt;</dl>";
    assert!(without_script(&page).contains(expected), "{page}");
    let scripts = page.matches("<script").count() - page.matches(BLOCK.0).count();
    assert_eq!(scripts, 1, "the page's own");
    assert!(!page.contains("<img") && !page.contains('\u{202e}'));
    let shown = "a\\u202eb\\u2066c\\u0000\\u001bd";
    let text = data(&page)[1][0][3].as_str().unwrap().to_owned();
    assert!(
        text.starts_with("<script>alert(1)") && text.contains(shown),
        "{text}"
    );
}

#[test]
fn line_ends_and_unusual_letters_come_as_they_are() {
    let text = "one\r\ntwo\rthree\u{2028}four \u{1f33b} \u{200f}\u{5d0}";
    let fake = Fake::start(bot_with(&[&message("text", &json!({"text": text}))]));
    let page = botpress(&fake, "-f html").stdout();
    assert_eq!(
        data(&page)[1][0][3],
        "one\ntwo\nthree\u{2028}four \u{1f33b} \u{200f}\u{5d0}"
    );
}

/// A response of boost.ai with one conversation with these messages.
fn site(messages: &Value) -> String {
    let talk = json!({"type": "conversation", "id": 7, "time": {"created": "2026-02-01T23:30:00+00:00"}, "messages": messages});
    json!([talk, {"type": "post_query_info", "conversations": 1}]).to_string()
}

fn page_of(messages: &Value, flags: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), site(messages)).unwrap();
    convexport(&format!("boost --input in.json -f html {flags}"))
        .within(folder.path())
        .stdout()
}

#[test]
fn the_data_has_what_lists_and_numbers_need() {
    let messages = json!([
        {"id": 1, "time": "2026-02-01T23:30:01+00:00", "type": "question", "question": {"input": "Hello   there"}},
        {"id": 2, "time": "2026-02-01T23:30:03.5+00:00", "type": "answer", "content": [{"type": "text", "text": "Hi"}]},
        {"id": 3, "time": "2026-02-01T23:40:00+00:00", "type": "question", "question": {"input": "Bye"}},
    ]);
    let page = page_of(&messages, "--timezone Asia/Kolkata");
    let lines = data(&page);
    assert_eq!(
        lines[0],
        json!({"id": "7", "source": "boost", "at": 1_769_988_600_000_i64, "offset": 19_800, "first": "Hello there",
            "counts": [2, 1, 0, 0], "answered": 2500, "unanswered": true})
    );
    assert_eq!(
        lines[1],
        json!([
            ["u", 1_769_988_601_000_i64, "1", "Hello   there"],
            ["b", 2500, "2", "Hi"],
            ["u", 596_500, "3", "Bye"]
        ])
    );
    let ending = &lines[2];
    assert_eq!(ending["timezone"], "Asia/Kolkata");
    assert_eq!(ending["complete"], true);
    assert_eq!(
        [&ending["failed"], &ending["gone"], &ending["left_out"]],
        [0, 0, 0]
    );
    assert_eq!(
        ending["asked"],
        json!([["source", "boost"]]),
        "and no path of this machine"
    );
    assert_eq!(lines.len(), 3);
}

#[test]
fn times_have_the_format_that_was_asked_for() {
    let messages = json!([{"id": 1, "time": "2026-02-01T23:30:01+00:00", "type": "question", "question": {"input": "a"}}]);
    let page = page_of(
        &messages,
        "--timezone Asia/Kolkata --time-format %d.%m.%Y_%H:%M",
    );
    assert_eq!(data(&page)[0]["shown"], "02.02.2026_05:00");
    assert_eq!(data(&page)[1][0][4]["shown"], "02.02.2026_05:00");
    assert!(without_script(&page).contains("<h2 id=\"c-7\">02.02.2026_05:00 · 1 message · 7</h2>"));
}

#[test]
fn a_clock_change_within_a_conversation_is_kept() {
    let at = |id: u8, time: &str| json!({"id": id, "time": time, "type": "question", "question": {"input": "a"}});
    // In Oslo the clock went from 2 to 3 on 29 March 2026, at 1 UTC.
    let messages = json!([
        at(1, "2026-03-29T00:59:00+00:00"),
        at(2, "2026-03-29T01:01:00+00:00")
    ]);
    let folder = tempfile::tempdir().unwrap();
    let input = site(&messages).replace("2026-02-01T23:30:00", "2026-03-29T00:59:00");
    fs::write(folder.path().join("in.json"), input).unwrap();
    let page = convexport("boost --input in.json -f html --timezone Europe/Oslo")
        .within(folder.path())
        .stdout();
    let lines = data(&page);
    assert_eq!(lines[0]["offset"], 3600);
    assert_eq!(lines[1][1][4], json!({"offset": 7200}));
}

#[test]
fn cards_keep_their_parts() {
    let carousel = json!({"items": [
        {"title": "Plan 1", "subtitle": "Cheap", "imageUrl": "https://x.example/1.png",
            "actions": [{"action": "url", "label": "Buy", "value": "https://x.example/buy"}]},
        {"title": "Plan 2"}]});
    let card = json!({"title": "Only one", "actions": [{"action": "say", "label": "Yes", "value": "yes"}]});
    let fake = Fake::start(bot_with(&[
        &message("carousel", &carousel),
        &message("card", &card).replace("\"id\":\"m\"", "\"id\":\"n\""),
    ]));
    let lines = data(&botpress(&fake, "-f html").stdout());
    let cards: Vec<_> = lines[1]
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| &turn[4]["cards"])
        .collect();
    let first = json!([
        "Plan 1",
        "Cheap",
        "https://x.example/1.png",
        [["Buy", "https://x.example/buy"]]
    ]);
    let many = json!([first, ["Plan 2", null, null, []]]);
    let one = json!([["Only one", null, null, [["Yes", "yes"]]]]);
    assert!(
        cards == [&many, &one] || cards == [&one, &many],
        "{cards:?}"
    );
}

#[test]
fn both_vendors_have_their_pages() {
    let fake = Fake::start(World::with_conversations(7, |_| 5).with_boost(4, |_| 6));
    let page = botpress(&fake, "-f html --with-users").stdout();
    assert_eq!(ids(&page).len(), 7);
    assert!(
        without_script(&page).contains("<p>7 conversations."),
        "{page}"
    );
    let page = boost(&fake, "-f html --since 2020-01-01").stdout();
    assert_eq!(ids(&page).len(), 4);
    assert!(without_script(&page).contains("<dd class=a><b>Kari Nordmann</b> "));
    assert!(without_script(&page).contains("<dd class=l>Kari Nordmann (agent) takes over<dd"));
}

#[test]
fn an_empty_export_is_a_page_too() {
    let page = botpress(&Fake::start(World::new()), "-f html").stdout();
    assert!(
        page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">")
            && page.ends_with("</body>\n</html>\n")
    );
    assert_eq!(data(&page).len(), 1, "only how it ended");
    assert!(without_script(&page).contains("<p>0 conversations."));
}

#[test]
fn a_page_names_all_that_may_act_in_it_and_loads_nothing() {
    let fake = Fake::start(World::with_conversations(20, |_| 20));
    let page = botpress(&fake, "-f html").stdout();
    let rules: Vec<_> = policy(&page).split("; ").collect();
    assert_eq!(rules[0], "default-src 'none'");
    assert!(
        rules[1].starts_with("style-src 'sha256-") && rules[2].starts_with("script-src 'sha256-")
    );
    assert_eq!(rules[3], "img-src data:", "the icon");
    assert_eq!(rules[4..6], ["base-uri 'none'", "form-action 'none'"]);
    assert_eq!(
        rules[6..],
        ["require-trusted-types-for 'script'", "trusted-types 'none'"]
    );
    let mut size = 0;
    for (rule, tag) in [(rules[1], "style"), (rules[2], "script")] {
        let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
        let (_, rest) = page.split_once(&start).unwrap();
        let text = rest.split_once(&end).unwrap().0;
        size += text.len();
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        assert_eq!(rule, format!("{tag}-src 'sha256-{hash}'"));
    }
    assert!(size < 60 * 1024, "the application has {size} bytes");
    for loads in [" src=", "url(", "@import", "<iframe", "<img", " style="] {
        assert!(!page.contains(loads), "{loads}");
    }
    assert_eq!(page.matches("<link ").count(), 1);
    assert!(page.contains("<link rel=\"icon\" href=\"data:image/svg+xml,"));
}

fn policy(page: &str) -> &str {
    let (_, rest) = page
        .split_once("Content-Security-Policy\" content=\"")
        .unwrap();
    rest.split_once('"').unwrap().0
}

#[test]
fn pictures_come_from_the_network_only_if_asked_for() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let page = botpress(&fake, "-f html --remote-media").stdout();
    assert!(policy(&page).contains("; img-src data: https:; "));
    assert!(page.contains("<div id=\"data\" hidden data-remote>"));
    let page = botpress(&fake, "-f html").stdout();
    assert!(page.contains("<div id=\"data\" hidden>"));
}

#[test]
fn a_folder_gets_a_page_a_conversation() {
    let fake = Fake::start(World::with_conversations(3, |_| 4));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d all -f html")
        .within(folder.path())
        .stdout();
    let pages = names(&folder.path().join("all"));
    assert_eq!(pages.len(), 3);
    for name in pages {
        let page = fs::read_to_string(folder.path().join("all").join(name)).unwrap();
        assert_eq!(ids(&page).len(), 1);
        assert_eq!(without_script(&page).matches("<h2 ").count(), 1);
        assert!(page.ends_with("</html>\n"));
    }
}

#[test]
fn what_a_page_cannot_honour_is_refused() {
    let fake = Fake::start(World::new());
    botpress(&fake, "-o x.html --no-raw")
        .run()
        .ends(2, &["--no-raw"]);
    botpress(&fake, "-f html --with-state cart")
        .run()
        .ends(2, &["--with-state"]);
    botpress(&fake, "-f text --remote-media")
        .run()
        .ends(2, &["--remote-media is for html, and this is text"]);
    assert_eq!(fake.requests().len(), 0);
}
