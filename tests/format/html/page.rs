//! One page, as bytes: what is escaped, what is a link, what may act in it.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{HOSTILE, message, names};
use crate::support::fake::{Fake, World};
use crate::support::{boost, bot_with, botpress};

#[test]
fn hostile_text_is_only_text() {
    let fake = Fake::start(bot_with(&[&message("text", &json!({"text": HOSTILE}))]));
    let page = botpress(&fake, "-f html").stdout();
    let expected = "<li class=\"user\"><b>User</b><p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;&lt;/script&gt;\
        &lt;img src=x onerror=alert(1)&gt; &quot;&#39;&gt;&lt;svg onload=alert(1)&gt; &amp;lt;b&amp;gt; \
        javascript:alert(1) a\\u202eb\\u2066c\\u0000\\u001bd --&gt; ]]&gt; &lt;/style&gt;&lt;/title&gt;&lt;/textarea&gt;</p>\
        <time datetime=\"2026-11-01T10:00:00.500Z\">2026-11-01 10:00:00 +00:00</time></li>\n";
    assert!(page.contains(expected), "{page}");
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
    assert!(!page.contains("<img") && !page.contains('\u{202e}'));
}

#[test]
fn only_pages_and_letters_are_links() {
    let payload = |url: &str| json!({"fileUrl": url, "title": "A \"bill\""});
    let shown = |payload: &Value| {
        let fake = Fake::start(bot_with(&[&message("file", payload)]));
        let page = botpress(&fake, "-f html").stdout();
        let start = page.find("<ul class=\"files\"").expect("files");
        let end = start + page[start..].find("</ul>").unwrap();
        page[start..end]
            .rsplit("</span> ")
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        shown(&payload("https://x.example/a\"b?c=1&d=<e>")),
        "<a href=\"https://x.example/a%22b?c=1&amp;d=%3Ce%3E\" target=\"_blank\" rel=\"noopener noreferrer\">\
         A &quot;bill&quot;</a></li>"
    );
    for address in [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://x/y",
        "//x.example/y",
    ] {
        assert_eq!(
            shown(&payload(address)),
            "A &quot;bill&quot;</li>",
            "{address}"
        );
    }
}

#[test]
fn options_addresses_and_letters_in_text_have_their_form() {
    let choice = json!({"text": "See (https://x.example/a?b=1), or write to me@x.example. ftp://x.example", "options": [
        {"label": "Yes", "value": "yes"}, {"label": "Shop", "value": "https://x.example/"},
        {"label": "No", "value": "javascript:alert(1)"}]});
    let fake = Fake::start(bot_with(&[&message("choice", &choice)]));
    let page = botpress(&fake, "-f html").stdout();
    let link = |address: &str, words: &str| {
        format!("<a href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">{words}</a>")
    };
    let expected = format!(
        "<p dir=\"auto\">See ({}), or write to {}. ftp://x.example</p><ul class=\"options\" aria-label=\"Options\">\
         <li dir=\"auto\">Yes</li><li dir=\"auto\">{}</li><li dir=\"auto\">No</li></ul>",
        link("https://x.example/a?b=1", "https://x.example/a?b=1"),
        link("mailto:me@x.example", "me@x.example"),
        link("https://x.example/", "Shop"),
    );
    assert!(page.contains(&expected), "{page}");
}

#[test]
fn both_vendors_have_their_pages() {
    let fake = Fake::start(World::with_conversations(7, |_| 5).with_boost(4, |_| 6));
    let page = botpress(&fake, "-f html --with-users").stdout();
    assert_eq!(page.matches("<article ").count(), 7);
    assert!(
        page.contains("<p>7 conversations, 35 messages</p><figure>"),
        "{page}"
    );
    assert!(page.contains("<b>Bot <bdi>Help bot</bdi></b>"));
    assert!(page.contains("<a class=\"back\" href=\"#\">"));
    let id = fake.world().conversations[0].id.clone();
    assert!(
        page.contains(&format!("<li><a href=\"#c-{id}\">"))
            && page.contains(&format!("<article id=\"c-{id}\""))
    );
    let page = boost(
        &fake,
        "-f html --since 2020-01-01 --timezone Asia/Kolkata --time-format %d.%m.%Y_%H:%M",
    )
    .stdout();
    assert_eq!(page.matches("<article ").count(), 4);
    assert!(page.contains("<li class=\"agent\"><b>Agent <bdi>Kari Nordmann</bdi></b>"));
    let time = "<time datetime=\"2026-09-24T23:35:01.500535Z\">25.09.2026_05:05</time>";
    assert!(page.contains(time), "times are as asked");
}

#[test]
fn an_empty_export_is_a_page_too() {
    let page = botpress(&Fake::start(World::new()), "-f html").stdout();
    assert!(
        page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">")
            && page.ends_with("</body>\n</html>\n")
    );
    assert!(
        page.contains("<ol class=\"list\">\n</ol>")
            && page.contains("<p>0 conversations, 0 messages</p></footer>")
    );
}

#[test]
fn a_page_names_all_that_may_act_in_it_and_loads_nothing() {
    let fake = Fake::start(World::with_conversations(20, |_| 20));
    let page = botpress(&fake, "-f html").stdout();
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap();
    let policy = policy.split('"').next().unwrap();
    let rules: Vec<_> = policy.split("; ").collect();
    assert_eq!(rules[0], "default-src 'none'");
    assert!(
        rules[1].starts_with("style-src 'sha256-") && rules[2].starts_with("script-src 'sha256-")
    );
    assert_eq!(rules[3..5], ["base-uri 'none'", "form-action 'none'"]);
    assert!(!policy.contains("unsafe"));
    for (rule, tag) in [(rules[1], "style"), (rules[2], "script")] {
        let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
        let (_, rest) = page.split_once(&start).unwrap();
        let hash = Sha256::digest(rest.split_once(&end).unwrap().0);
        let hash = BASE64_STANDARD.encode(hash);
        assert_eq!(rule, format!("{tag}-src 'sha256-{hash}'"));
    }
    for loads in [
        " src=", "url(", "@import", "<link", "<iframe", "<img", " style=",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn a_folder_gets_a_page_a_conversation() {
    let fake = Fake::start(World::with_conversations(3, |_| 4));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d all -f html")
        .within(folder.path())
        .stdout();
    let pages: Vec<_> = names(&folder.path().join("all"))
        .into_iter()
        .filter(|name| name != ".convexport.lock")
        .collect();
    assert_eq!(pages.len(), 3);
    for name in pages {
        let page = fs::read_to_string(folder.path().join("all").join(name)).unwrap();
        assert_eq!(page.matches("<article ").count(), 1);
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
    assert_eq!(fake.requests().len(), 0);
}
