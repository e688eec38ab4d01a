//! The `html` form, as bytes: what is escaped, what is one page and what are several. `browser` sees what a reader sees.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Run, boost, bot_with, botpress, convexport};

/// Text that has broken out of other pages.
pub const HOSTILE: &str = "<script>alert(1)</script></script><img src=x onerror=alert(1)> \"'><svg onload=alert(1)> \
    &lt;b&gt; javascript:alert(1) a\u{202e}b\u{2066}c\u{0}\u{1b}d --> ]]> </style></title></textarea>";

/// A message of this type with this payload, from the user.
pub fn message(kind: &str, payload: &Value) -> String {
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00.5Z", "conversationId": "talk", "userId": "u",
        "type": kind, "direction": "incoming", "payload": payload, "tags": {},
    });
    message.to_string()
}

/// A response of boost.ai with so many conversations, of so many messages each.
pub fn response(conversations: usize, messages: usize) -> String {
    let mut all = String::from("[");
    for talk in 0..conversations {
        let comma = if talk == 0 { "" } else { "," };
        let (day, hour) = (1 + talk % 28, talk % 24);
        let time = |at: usize| format!("2026-02-{day:02}T{hour:02}:{at:02}:00+00:00");
        let _ = write!(
            all,
            r#"{comma}{{"type":"conversation","id":{talk},"time":{{"created":"{}"}},"messages":["#,
            time(0)
        );
        for at in 0..messages {
            let comma = if at == 0 { "" } else { "," };
            let words = format!(
                "Where is parcel {talk}-{at}? It was due on Tuesday, and my neighbour has not seen it either."
            );
            let said = if at % 2 == 0 {
                format!(r#""type":"question","question":{{"input":"{words}"}}"#)
            } else {
                format!(r#""type":"answer","content":[{{"type":"text","text":"<p>{words}</p>"}}]"#)
            };
            let _ = write!(all, r#"{comma}{{"id":{at},"time":"{}",{said}}}"#, time(at));
        }
        all.push_str("]}");
    }
    let _ = write!(
        all,
        r#",{{"type":"post_query_info","conversations":{conversations}}}]"#
    );
    all
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

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
    botpress(&fake, "-o x.htm --state s")
        .run()
        .ends(2, &["--state with -o FILE needs --append"]);
    assert_eq!(fake.requests().len(), 0);
}

/// What the conversations of a page are named by.
fn anchors(page: &str) -> Vec<String> {
    let articles = page.split("<article id=\"").skip(1);
    articles
        .map(|article| article.split('"').next().unwrap().to_owned())
        .collect()
}

/// An export of so many conversations to `all.html`.
fn export(folder: &Path, conversations: usize) -> Run {
    fs::write(folder.join("in.json"), response(conversations, 1)).unwrap();
    convexport("boost --input in.json -o all.html --summary sum.json")
        .within(folder)
        .run()
}

#[test]
fn a_large_export_is_an_index_with_pages() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let verify = |what: &str| {
        convexport(&format!("verify {what} --summary sum.json"))
            .within(folder.path())
            .run()
    };
    export(folder.path(), 10_001).ends(0, &[]);
    let pages = [
        "all-1.html",
        "all-2.html",
        "all-3.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), pages);
    let index = read("all.html");
    let entries: Vec<_> = index
        .match_indices("<li><a href=\"")
        .map(|(at, _)| &index[at + 13..at + 23])
        .collect();
    assert_eq!(entries, pages[..3]);
    assert!(
        index.contains("<p>10,001 conversations, 10,001 messages</p><figure>")
            && index.contains("script-src 'none'")
    );
    let count = |name: &str| read(name).matches("<article ").count();
    assert_eq!(
        pages[..3]
            .iter()
            .map(|name| count(name))
            .collect::<Vec<_>>(),
        [5000, 5000, 1]
    );
    assert!(read("all-2.html").contains(
        "<nav aria-label=\"Pages\"><a href=\"all-1.html\">Previous page</a><a href=\"all.html\">All pages</a>\
         <a href=\"all-3.html\">Next page</a></nav>"
    ));
    assert!(
        !read("all-1.html").contains("Previous page") && !read("all-3.html").contains("Next page")
    );
    let found: Vec<_> = pages[..3]
        .iter()
        .flat_map(|name| anchors(&read(name)))
        .collect();
    let expected: Vec<_> = (0..10_001).map(|id| format!("c-{id}")).collect();
    assert_eq!(found, expected, "every conversation is there once");
    verify("all.html").ends(0, &[]);
    verify(".").ends(0, &[]);
    fs::write(folder.path().join("all-2.html"), "").unwrap();
    verify("all.html").ends(1, &["all-2.html: it has 0 bytes"]);

    // A smaller export leaves no page that nothing leads to, and no file that is none.
    fs::write(folder.path().join("all-4.html"), "mine").unwrap();
    fs::write(folder.path().join("all-2.html"), read("all-1.html")).unwrap();
    export(folder.path(), 3).ends(0, &[]);
    assert_eq!(
        names(folder.path()),
        ["all-4.html", "all.html", "in.json", "sum.json"]
    );
    assert_eq!(count("all.html"), 3);
    verify("all.html").ends(0, &[]);
}

#[test]
fn other_exports_with_such_names_are_no_pages() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["all-1.html", "all-2.html"] {
        export(folder.path(), 2).ends(0, &[]);
        fs::rename(folder.path().join("all.html"), folder.path().join(name)).unwrap();
    }
    export(folder.path(), 3).ends(0, &[]);
    let all = [
        "all-1.html",
        "all-2.html",
        "all.html",
        "in.json",
        "sum.json",
    ];
    assert_eq!(names(folder.path()), all);
    export(folder.path(), 5_001).ends(1, &["all-1.html is in the way"]);
    let page = fs::read_to_string(folder.path().join("all-1.html")).unwrap();
    assert_eq!(anchors(&page).len(), 2);
}

#[test]
fn few_conversations_can_be_a_large_export() {
    let folder = tempfile::tempdir().unwrap();
    let long = "four ".repeat(1 << 20);
    let talks: Vec<_> = (0..5)
        .map(|id| {
            json!({"type": "conversation", "id": id, "messages": [
        {"id": 1, "type": "question", "question": {"input": long}}]})
            .to_string()
        })
        .collect();
    let end = r#"{"type":"post_query_info","conversations":5}"#;
    fs::write(
        folder.path().join("in.json"),
        format!("[{},{end}]", talks.join(",")),
    )
    .unwrap();
    convexport("boost --input in.json -o all.htm")
        .within(folder.path())
        .stdout();
    assert_eq!(
        names(folder.path()),
        ["all-1.htm", "all-2.htm", "all.htm", "in.json"]
    );
    let second = fs::read_to_string(folder.path().join("all-2.htm")).unwrap();
    assert_eq!(second.matches("<article ").count(), 1);
    // What streams is one page, whatever its size.
    let page = convexport("boost --input in.json -f html")
        .within(folder.path())
        .stdout();
    assert_eq!(page.matches("<article ").count(), 5);
    // A compressed page opens nowhere by itself.
    convexport("boost --input in.json -o packed.html.gz")
        .within(folder.path())
        .stdout();
    let packed = ["packed.html.gz"];
    let found = names(folder.path())
        .into_iter()
        .filter(|name| name.starts_with("packed"));
    assert!(found.eq(packed));
}

#[test]
fn an_incomplete_export_replaces_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    export(folder.path(), 5_002).ends(0, &[]);
    let earlier = ["all.html", "all-1.html", "all-2.html"].map(read);

    let input = response(5_001, 1);
    let cut = input.rfind(",{\"type\":\"post_query_info\"").unwrap();
    fs::write(folder.path().join("in.json"), &input[..cut]).unwrap();
    let run = || {
        convexport("boost --input in.json -o all.html")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["the export so far stays as", "all.html.partial"]);
    assert_eq!(["all.html", "all-1.html", "all-2.html"].map(read), earlier);
    let index = read("all.html.partial");
    assert!(
        index.contains("This export is incomplete")
            && index.contains("href=\"all-2.html.partial\"")
    );
    assert!(read("all-1.html.partial").ends_with("</html>\n"));
    assert!(
        !read("all-2.html.partial").contains("</html>"),
        "a cut page must not look whole"
    );

    // What was cut could be the part of another export.
    export(folder.path(), 2).ends(0, &[]);
    assert_eq!(
        names(folder.path()),
        ["all-2.html.partial", "all.html", "in.json", "sum.json"]
    );
}

#[test]
fn a_conversation_that_failed_leaves_whole_pages_that_are_partial() {
    let rule = Rule::on("/messages").nth(2).answer(Action::Status(400));
    let fake = Fake::start(World::with_conversations(4, |_| 1).rule(rule));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.html")
        .within(folder.path())
        .run()
        .ends(3, &["1 of 4", "all.html.partial"]);
    assert_eq!(names(folder.path()), ["all.html.partial"]);
    assert!(
        fs::read_to_string(folder.path().join("all.html.partial"))
            .unwrap()
            .ends_with("</html>\n")
    );
}

#[test]
fn a_file_that_is_no_page_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all-2.html"), "mine").unwrap();
    export(folder.path(), 5_001).ends(1, &["all-2.html is in the way: it is no page of an export"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
    assert!(!folder.path().join("all.html").exists());
    export(folder.path(), 5_000).ends(0, &[]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all-2.html")).unwrap(),
        "mine"
    );
}
