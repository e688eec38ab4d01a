//! A conversation that is open, and a page without scripts.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{MARKED, OPENED, assert_quiet, go, open, page, page_of, pictures, talk, text};
use crate::format::html::{HOSTILE, message, response};
use crate::support::browser::Browser;
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};

fn browser() -> Browser {
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser
}

#[test]
#[ignore = "needs Chromium"]
fn messages_are_grouped_and_choices_marked() {
    let said = [
        text(false, "Hi"),
        text(false, "How are you?"),
        text(true, "Well"),
        (
            false,
            "choice",
            json!({"text": "Which one?", "options": [{"label": "Order 1", "value": "one"},
            {"label": "Order 2", "value": "two"}, {"label": "Track", "value": "https://x.example/"}]}),
        ),
        text(true, "Order 2"),
        (
            false,
            "carousel",
            json!({"items": [{"title": "Plan A", "subtitle": "Cheap",
            "actions": [{"action": "say", "label": "Take A", "value": "a"}]}, {"title": "Plan B"}]}),
        ),
        (
            false,
            "image",
            json!({"imageUrl": "https://x.example/a.png", "title": "A parcel"}),
        ),
    ];
    let fake = Fake::start(talk(World::new(), &said));
    let (_folder, path) = page(&fake, "--timezone utc");
    let mut browser = browser();
    open(&mut browser, &path, "#c=talk");
    let groups = browser.eval("Array.from(document.querySelectorAll('.group'), one => one.className + ' ' + one.querySelectorAll('.turn').length)");
    assert_eq!(
        groups,
        json!([
            "group bot 2",
            "group user 1",
            "group bot 1",
            "group user 1",
            "group bot 2"
        ])
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.group time').length"),
        5,
        "one time for each group"
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.turns .day').length"),
        1
    );
    assert_eq!(
        browser.eval("document.querySelector('.group time').title"),
        "Friday, November 20, 2026 at 11:01:00 AM (2026-11-20T11:01:00.000Z)"
    );
    assert_eq!(
        browser.eval("document.querySelector('.pills .chosen').textContent"),
        "✓ Order 2 (chosen)"
    );
    let cards = browser.eval("Array.from(document.querySelectorAll('.card'), one => Array.from(one.children, part => part.textContent).join('|'))");
    assert_eq!(cards, json!(["Plan A|Cheap|Take A", "Plan B"]));
    assert_eq!(
        browser.eval("document.querySelector('.file a').textContent"),
        "A parcel"
    );
    assert_eq!(browser.eval("document.images.length"), 0);
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn an_agent_takes_over_and_the_bot_is_back() {
    let fake = Fake::start(World::new().with_boost(20, |_| 9));
    let (_folder, path) = page(&fake, "boost --since 2020-01-01");
    let mut browser = browser();
    open(&mut browser, &path, "#agent=yes");
    browser.press("j");
    let lines =
        browser.eval("Array.from(document.querySelectorAll('.handover'), one => one.textContent)");
    assert_eq!(lines, json!(["Kari Nordmann (agent) takes over"]));
    browser.picture(&pictures().join("handover-1440-light.png"));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn markdown_of_bots_is_rendered_without_markup_of_its_own() {
    let markdown = "# Your order\n\nIt is **on its *way***, `code`, ~~old~~ and [here](https://x.example/a?b=1&c=2).\n\
        - one\n- two\n\n3. three\n4. four\n\n> quoted\n\n```\n**not bold**\n```\n\
        ![picture](https://x.example/p.png) <b>no</b> [bad](javascript:alert(1)) snake_case_name 2 * 3 * 4 https://x.example/_a_";
    let said = [text(false, markdown), text(true, "**mine** stays")];
    let fake = Fake::start(talk(World::new(), &said));
    let (_folder, path) = page(&fake, "");
    let mut browser = browser();
    open(&mut browser, &path, "#c=talk");
    let texts = |browser: &mut Browser, selector: &str| {
        browser.eval(&format!(
            "Array.from(document.querySelectorAll('.md {selector}'), one => one.textContent)"
        ))
    };
    assert_eq!(texts(&mut browser, ".heading"), json!(["Your order"]));
    assert_eq!(texts(&mut browser, "p strong"), json!(["on its way"]));
    assert_eq!(texts(&mut browser, "em"), json!(["way"]));
    assert_eq!(texts(&mut browser, "code"), json!(["code"]));
    assert_eq!(texts(&mut browser, "s"), json!(["old"]));
    assert_eq!(texts(&mut browser, "ul li"), json!(["one", "two"]));
    assert_eq!(
        texts(&mut browser, "ol[start] li"),
        json!(["three", "four"])
    );
    assert_eq!(texts(&mut browser, "blockquote"), json!(["quoted"]));
    assert_eq!(texts(&mut browser, "pre"), json!(["**not bold**"]));
    let last = texts(&mut browser, "p:last-child");
    assert_eq!(
        last,
        json!(["picture <b>no</b> bad snake_case_name 2 * 3 * 4 https://x.example/_a_"])
    );
    let links = browser.eval("Array.from(document.querySelectorAll('.md a'), one => one.href)");
    assert_eq!(
        links,
        json!([
            "https://x.example/a?b=1&c=2",
            "https://x.example/p.png",
            "https://x.example/_a_"
        ])
    );
    assert_eq!(
        browser.eval("document.querySelector('.user .bubble').textContent"),
        "**mine** stays"
    );
    // What is searched is what is read.
    go(&mut browser, "#c=talk&q=\"on its way\"");
    assert_eq!(browser.eval(MARKED), json!(["on its way"]));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn hostile_messages_do_nothing() {
    let id = "<img src=x onerror=alert(1)>";
    let mut talk = Conversation::new(id, REFERENCE - DAY);
    talk.integration = HOSTILE.to_owned();
    talk.tags = vec![
        (HOSTILE.to_owned(), HOSTILE.to_owned()),
        ("__proto__".to_owned(), "x".to_owned()),
    ];
    let payloads = [
        ("text", json!({"text": HOSTILE})),
        (
            "choice",
            json!({"text": "x", "options": [{"label": HOSTILE, "value": HOSTILE}, {"label": "a", "value": "javascript:alert(1)"}]}),
        ),
        (
            "file",
            json!({"fileUrl": "javascript:alert(1)", "title": HOSTILE}),
        ),
        (
            "image",
            json!({"imageUrl": format!("https://x.example/\"onmouseover=alert(1) x=\"{HOSTILE}")}),
        ),
        (
            "carousel",
            json!({"items": [{"title": HOSTILE, "imageUrl": "javascript:alert(1)", "actions": [{"label": HOSTILE, "value": "javascript:alert(1)"}]}]}),
        ),
        ("text", json!({"text": "x".repeat(100_000)})),
        ("text", json!({"text": "a\u{2028}b\u{2029}c"})),
        ("text", json!({"text": "**a _b [c `d ".repeat(10_000)})),
        (HOSTILE, json!({})),
    ];
    for (number, (kind, payload)) in payloads.iter().enumerate() {
        let raw = message(kind, payload).replace("\"id\":\"m\"", &format!("\"id\":\"m{number}\""));
        let of_this = format!("\"conversationId\":\"{}\"", talk.id);
        let outgoing = raw
            .replace("\"incoming\"", "\"outgoing\"")
            .replace("\"id\":\"m", "\"id\":\"out");
        talk = talk.message(&raw.replace("\"conversationId\":\"talk\"", &of_this));
        talk = talk.message(&outgoing.replace("\"conversationId\":\"talk\"", &of_this));
    }
    let fake = Fake::start(World::with_conversations(1, |_| 1).conversation(talk));
    let (_folder, path) = page(&fake, "");
    let mut browser = browser();
    open(&mut browser, &path, "");
    let hash = browser.eval("permanent(findTalk('<img src=x onerror=alert(1)>', ''))");
    go(&mut browser, hash.as_str().unwrap());
    assert_eq!(browser.eval(OPENED), id);
    let kinds = browser.eval("[...new Set(Array.from(document.querySelectorAll('#view *, #rows *'), one => one.localName))].sort()");
    for kind in kinds.as_array().unwrap() {
        let known = [
            "a", "article", "b", "bdi", "button", "code", "div", "h1", "header", "li", "ol", "p",
            "section", "span", "strong", "time", "ul",
        ];
        assert!(known.contains(&kind.as_str().unwrap()), "{kind}");
    }
    let wrong = browser.eval(
        "[...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).map(one => one.name).filter(name => name.startsWith('on') || name === 'src')",
    );
    assert_eq!(wrong, json!([]));
    let schemes =
        browser.eval("[...new Set(Array.from(document.links, link => link.protocol))].sort()");
    assert_eq!(schemes, json!(["file:", "https:"]));
    let text = browser.eval("document.querySelector('.user .bubble').textContent");
    let shown = HOSTILE
        .replace('\u{202e}', "\\u202e")
        .replace('\u{2066}', "\\u2066")
        .replace('\0', "\\u0000")
        .replace('\u{1b}', "\\u001b");
    assert_eq!(text, shown, "the reader sees what was written");
    let sideways = browser.eval("$('view').scrollWidth - $('view').clientWidth");
    assert_eq!(sideways, 0);
    // A search for it, and the address of one that is none, do nothing either.
    for hash in [
        "#q=<script>alert(1)</script>",
        "#c=<img src=x onerror=alert(1)>&m=\"><b>",
        "#tag=%&from=x&hour=<b>&sort=constructor&bot=%ff",
    ] {
        go(&mut browser, hash);
    }
    assert_eq!(browser.told(&["Page.javascriptDialogOpening"]).len(), 0);
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn ten_thousand_messages_are_one_conversation() {
    let mut messages = String::new();
    for at in 0..10_000 {
        let comma = if at == 0 { "" } else { "," };
        let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
        let said = format!("message {at} of many");
        let _ = write!(
            messages,
            r#"{comma}{{"id":{at},"time":"2026-02-01T{hour:02}:{minute:02}:{second:02}+00:00","type":"question","question":{{"input":"{said}"}}}}"#
        );
    }
    let input = format!(
        r#"[{{"type":"conversation","id":1,"time":{{"created":"2026-02-01T00:00:00+00:00"}},"messages":[{messages}]}},{{"type":"post_query_info","conversations":1}}]"#
    );
    let (_folder, path) = page_of(&input, "");
    let mut browser = browser();
    open(&mut browser, &path, "#c=1&m=9876");
    assert_eq!(
        browser.eval("document.querySelectorAll('.turn').length"),
        10_000
    );
    assert_eq!(
        browser
            .eval("document.querySelector('.target').innerText.startsWith('message 9876 of many')"),
        true
    );
    go(&mut browser, "#c=1&q=\"message 5000\"");
    assert_eq!(browser.eval(MARKED), json!(["message 5000"]));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn pictures_load_when_a_reader_asks_for_them() {
    let said = [(
        false,
        "image",
        json!({"imageUrl": "https://127.0.0.1:9/a.png"}),
    )];
    let fake = Fake::start(talk(World::new(), &said));
    let (_folder, path) = page(&fake, "--remote-media");
    let mut browser = browser();
    open(&mut browser, &path, "#c=talk");
    assert_eq!(browser.eval("document.images.length"), 0);
    assert_quiet(&browser);
    browser.click(".file button");
    assert_eq!(
        browser.eval("document.images[0].src"),
        "https://127.0.0.1:9/a.png"
    );
    let asked = browser.told(&["Network.requestWillBeSent"]);
    assert!(
        asked
            .iter()
            .any(|event| event["params"]["request"]["url"] == "https://127.0.0.1:9/a.png")
    );
}

#[test]
#[ignore = "needs Chromium"]
fn the_policy_holds_even_for_what_would_get_in() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let (_folder, path) = page(&fake, "");
    let mut browser = Browser::start();
    browser.open(&path);
    let refused = browser.eval(
        "new Promise(done => { addEventListener('securitypolicyviolation', event => done(event.violatedDirective)); \
         document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png'})); })",
    );
    assert_eq!(refused, "img-src");
    let sink = browser.eval(
        "try { document.body.innerHTML = '<b>x</b>'; 'written' } catch (error) { error.name }",
    );
    assert_eq!(sink, "TypeError");
    let handler = browser.eval(
        "try { document.body.setAttribute('onclick', 'x()'); 'set' } catch (error) { error.name }",
    );
    assert_eq!(handler, "TypeError");
    let inline = browser.eval(
        "(() => { const one = document.createElement('script'); try { one.textContent = 'window.ran = 1' } catch {} \
         document.body.append(one); return String(window.ran) })()",
    );
    assert_eq!(inline, "undefined");
}

#[test]
#[ignore = "needs Chromium"]
fn it_reads_without_javascript() {
    let fake = Fake::start(World::with_conversations(12, |_| 6));
    let (_folder, path) = page(&fake, "");
    let mut browser = browser();
    browser.disable_scripts();
    browser.open(&path);
    assert_eq!(
        browser.eval("document.querySelector('#app').checkVisibility()"),
        false
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.still h2').length"),
        12
    );
    assert_eq!(
        browser.eval("document.querySelectorAll('.still dt, .still dd:not(.l)').length"),
        72
    );
    let speaker =
        browser.eval("getComputedStyle(document.querySelector('.still dt'), '::before').content");
    assert_eq!(speaker, "\"User\"");
    browser.picture(&pictures().join("no-script-1440-light.png"));
    assert_quiet(&browser);

    // A large one has pages, which are linked in both directions.
    let (folder, path) = page_of(&response(3_000, 20), "");
    browser.open(&path);
    let page =
        browser.eval("document.querySelector('.still li:nth-child(2) a').getAttribute('href')");
    browser.open(&folder.path().join(page.as_str().unwrap()));
    assert_eq!(
        browser.eval("document.querySelector('h1').textContent"),
        "Conversations, page 2"
    );
    let shown = browser
        .eval("document.querySelectorAll('h2').length")
        .as_u64()
        .unwrap();
    assert!(shown > 500, "{shown}");
    assert_eq!(
        browser.eval("document.querySelectorAll('nav a').length % 2"),
        0
    );
    browser.picture(&pictures().join("no-script-page-1440-light.png"));
    assert_eq!(browser.told(super::COMPLAINTS), Vec::<&Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_page_says_what_it_is_and_what_it_lacks() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let (folder, path) = page(&fake, "--since 2026-01-01");
    let mut browser = browser();
    open(&mut browser, &path, "");
    let said = browser.eval("document.querySelector('.overview footer').innerText");
    let said = said.as_str().unwrap();
    assert!(
        said.starts_with(&format!(
            "Made by convexport {} on 20",
            env!("CARGO_PKG_VERSION")
        )),
        "{said}"
    );
    assert!(
        said.contains("Asked for: botpress; bot id ") && said.contains("since 2026-01-01"),
        "{said}"
    );
    assert!(said.ends_with("Nothing was left out."), "{said}");
    assert!(
        browser
            .eval("document.title")
            .as_str()
            .unwrap()
            .starts_with("3 conversations, ")
    );
    assert_eq!(
        browser.eval(
            "document.querySelector('link[rel=icon]').href.startsWith('data:image/svg+xml,')"
        ),
        true
    );

    // A file that ends early says so.
    let page = std::fs::read_to_string(&path).unwrap();
    let last = page.rfind("<script type=").unwrap();
    let cut = folder.path().join("cut.html");
    std::fs::write(&cut, &page[..last]).unwrap();
    open(&mut browser, &cut, "");
    let warning = browser.eval("document.querySelector('.warning').textContent");
    assert_eq!(
        warning,
        "This file was cut off: conversations are missing at its end."
    );
    assert_eq!(browser.eval("talks.length"), 3);
    let half = page.find("<script type=").unwrap() + 200;
    std::fs::write(&cut, &page[..half]).unwrap();
    open(&mut browser, &cut, "");
    let warning = browser.eval("$('view').textContent");
    assert!(
        warning.as_str().unwrap().contains("This file was cut off"),
        "{warning}"
    );
}
