//! The `html` form as a reader sees it, in a real Chromium. These tests need one, so they run only when asked for:
//!
//! ```text
//! cargo test --test suite browser -- --ignored --nocapture
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::format::html::page::{HOSTILE, message, response};
use crate::support::browser::Browser;
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, botpress, convexport};

/// What a page says when something in it is wrong or refused.
const COMPLAINTS: &[&str] = &[
    "Log.entryAdded",
    "Runtime.exceptionThrown",
    "Runtime.consoleAPICalled",
];

const ENTRIES: &str = "document.querySelectorAll('.list > li:not([hidden])').length";
const CHOSEN: &str = "[...document.querySelectorAll('article')].filter(one => one.checkVisibility()).map(one => one.id)";
const FOCUS: &str = "document.activeElement.getAttribute('href') ?? document.activeElement.tagName";

/// A folder with `all.html`, made by these arguments.
fn page(fake: &Fake, args: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let run = if args.starts_with("boost") {
        boost(fake, &args[6..])
    } else {
        botpress(fake, args)
    };
    run.args("-o all.html").within(folder.path()).stdout();
    let path = folder.path().join("all.html");
    (folder, path)
}

fn type_in(browser: &mut Browser, text: &str) {
    for c in text.chars() {
        browser.press(&c.to_string());
    }
}

/// Where pictures are left to be looked at.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn assert_quiet(browser: &Browser) {
    assert_eq!(browser.told(COMPLAINTS), Vec::<&Value>::new());
    let requests = browser.told(&["Network.requestWillBeSent"]);
    assert_eq!(requests.len(), 1, "only the page itself: {requests:?}");
}

#[test]
#[ignore = "needs Chromium"]
fn it_opens_searches_and_is_driven_by_keys() {
    let fake = Fake::start(World::with_conversations(60, |i| 3 + i % 30));
    let (_folder, path) = page(&fake, "--with-users");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser.open(&path);
    assert_eq!(browser.eval(ENTRIES), 60);
    assert_eq!(browser.eval(CHOSEN), json!([]));

    // A click chooses; times are the reader's, with the exact one on hover.
    browser.click(".list > li:nth-child(2) > a");
    let second = browser.eval("document.querySelectorAll('article')[1].id");
    assert_eq!(browser.eval(CHOSEN), json!([second]));
    assert_eq!(
        browser.eval("document.querySelector('[aria-current]').hash"),
        json!(format!("#{}", second.as_str().unwrap()))
    );
    let time = browser.eval("(time => [time.textContent, time.title, time.dateTime])(document.querySelector('[aria-current] time'))");
    let exact = time[2].as_str().unwrap();
    let oslo = browser.eval(&format!("new Date('{exact}').toLocaleString('en-US', {{dateStyle: 'medium', timeStyle: 'short', timeZone: 'Europe/Oslo'}})"));
    assert_eq!(time[0], oslo);
    assert!(
        time[1]
            .as_str()
            .unwrap()
            .ends_with(&format!("+00:00 ({exact})")),
        "{time}"
    );

    // `/` searches in all text, whatever the case and accents; Escape ends it.
    browser.press("/");
    assert_eq!(browser.eval(FOCUS), "INPUT");
    type_in(&mut browser, "GRUSSE");
    assert_eq!(browser.eval(ENTRIES), 0, "ß is not ss");
    browser.press("Escape");
    assert_eq!(browser.eval(ENTRIES), 60);
    type_in(&mut browser, "koln  DANKE");
    let said = |text: &str| text.contains("Köln") && text.contains("Danke");
    let wanted = fake
        .world()
        .conversations
        .iter()
        .filter(|talk| talk.messages.iter().any(|m| said(&m.raw)))
        .count();
    let found = browser.eval(ENTRIES);
    assert!(
        found.as_u64().unwrap() >= wanted as u64 && found.as_u64().unwrap() < 60 && wanted > 0,
        "{found} {wanted}"
    );
    assert_eq!(
        browser.eval("document.querySelector('output').textContent"),
        format!("{found} of 60")
    );

    // Arrows move among what was found, Enter opens, Escape leads back.
    browser.press("ArrowDown");
    let first = browser.eval("document.querySelector('.list > li:not([hidden]) > a').hash");
    assert_eq!(browser.eval(FOCUS), first);
    browser.press("ArrowDown");
    let next = browser.eval("document.querySelectorAll('.list > li:not([hidden]) > a')[1].hash");
    assert_eq!(browser.eval(FOCUS), next);
    browser.press("Enter");
    assert_eq!(browser.eval("location.hash"), next);
    assert_eq!(browser.eval(FOCUS), "ARTICLE");
    assert!(
        browser
            .eval("[...CSS.highlights.get('found')].length")
            .as_u64()
            > Some(0)
    );
    browser.wait("document.querySelector('article:target').scrollTop > 0");
    browser.picture(&pictures().join("search-1440.png"));
    browser.press("Escape");
    assert_eq!(browser.eval(FOCUS), next);
    browser.press("ArrowUp");
    browser.press("ArrowUp");
    assert_eq!(browser.eval(FOCUS), "INPUT");
    browser.press("Enter");
    assert_eq!(browser.eval("location.hash"), first);
    assert_quiet(&browser);
}

/// A conversation with one message of every kind that a page shows in its own way.
fn showcase(world: World) -> World {
    let mut talk = Conversation::new("showcase", REFERENCE - DAY / 24);
    talk.tags = vec![
        ("topic".to_owned(), "delivery".to_owned()),
        ("plan".to_owned(), "Pro".to_owned()),
    ];
    let mut world = world.conversation(talk);
    let mut at = REFERENCE - DAY / 24;
    let mut say = |from_user, kind: &str, payload: &Value| {
        at += 60_000;
        world.say_as("showcase", at, from_user, kind, &payload.to_string());
    };
    say(
        false,
        "text",
        &json!({"text": "Hi there! How can I help you today?"}),
    );
    say(
        true,
        "text",
        &json!({"text": "Where is my parcel? It was due on Tuesday, see https://example.com/orders/4711."}),
    );
    say(
        false,
        "choice",
        &json!({"text": "Which one do you mean?", "options": [
        {"label": "Order 4711", "value": "4711"}, {"label": "Order 4712", "value": "4712"},
        {"label": "Track it", "value": "https://example.com/track"}]}),
    );
    say(true, "text", &json!({"text": "أين طلبي؟"}));
    say(
        false,
        "image",
        &json!({"imageUrl": "https://files.example.com/media/2360a7bb-162b-4ed1-8551-7000fdb0f7ef.png"}),
    );
    say(
        false,
        "file",
        &json!({"fileUrl": "https://files.example.com/r.pdf", "title": "Invoice November.pdf"}),
    );
    say(true, "text", &json!({"text": HOSTILE}));
    say(false, "hologram", &json!({"depth": 3}));
    say(false, "text", &json!({}));
    world
}

#[test]
#[ignore = "needs Chromium"]
fn it_fits_phones_and_desks_by_day_and_night() {
    let fake = Fake::start(showcase(World::with_conversations(120, |i| 3 + i % 30)));
    let (_folder, path) = page(&fake, "");
    let with_agents = Fake::start(World::new().with_boost(60, |_| 9));
    let (_other, boost) = page(&with_agents, "boost --since 2020-01-01");
    let mut browser = Browser::start();
    let overflow = "document.documentElement.scrollWidth - innerWidth";
    for (width, height) in [(1440, 900), (390, 844)] {
        for (dark, light) in [(false, "light"), (true, "dark")] {
            let picture = |name: &str| pictures().join(format!("{name}-{width}-{light}.png"));
            browser.look(width, height, dark);
            browser.open(&path);
            let ground = browser.eval("getComputedStyle(document.body).backgroundColor");
            assert_eq!(
                ground,
                if dark {
                    "rgb(23, 24, 27)"
                } else {
                    "rgb(255, 255, 255)"
                }
            );
            assert_eq!(browser.eval(overflow), 0);
            browser.picture(&picture("list"));
            browser.click(".list > li > a");
            assert_eq!(browser.eval(CHOSEN), json!(["c-showcase"]));
            assert_eq!(browser.eval(overflow), 0);
            let sideways = browser.eval("(one => one.scrollWidth - one.clientWidth)(document.querySelector('article:target'))");
            assert_eq!(sideways, 0);
            browser.picture(&picture("talk"));
            browser.eval("document.querySelector('article:target').scrollBy(0, 1e6)");
            browser.picture(&picture("talk-end"));
            if width == 390 {
                browser.click("article:target .back");
                assert_eq!(browser.eval(CHOSEN), json!([]));
            }
            assert_quiet(&browser);
            browser.open(&boost);
            browser.click(".list > li:nth-child(6) > a");
            browser.picture(&picture("agent"));
            assert_quiet(&browser);
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn hostile_messages_do_nothing() {
    let mut talk = Conversation::new("<img src=x onerror=alert(1)>", REFERENCE - DAY);
    talk.integration = HOSTILE.to_owned();
    talk.tags = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
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
        (HOSTILE, json!({})),
    ];
    for (number, (kind, payload)) in payloads.iter().enumerate() {
        let id = format!("\"id\":\"m{number}\"");
        talk = talk.message(&message(kind, payload).replace("\"id\":\"m\"", &id));
    }
    // A clean one of the same shape says which elements there should be.
    let fake = Fake::start(World::with_conversations(1, |_| 1).conversation(talk));
    let (_folder, path) = page(&fake, "");
    let mut browser = Browser::start();
    browser.open(&path);
    browser.eval("location.hash = document.querySelector('.list a[href^=\"#n-\"]').hash");
    browser.settle();
    let kinds = browser.eval("[...new Set(Array.from(document.querySelectorAll('article *, .list > li > a *'), one => one.localName))].sort()");
    assert_eq!(
        kinds,
        json!([
            "a", "b", "code", "dd", "div", "dl", "dt", "h2", "header", "li", "ol", "p", "span",
            "time", "ul"
        ])
    );
    let wrong = browser.eval(
        "[...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).map(one => one.name).filter(name => name.startsWith('on') || name === 'style' || name === 'src')",
    );
    assert_eq!(wrong, json!([]));
    let schemes =
        browser.eval("[...new Set(Array.from(document.links, link => link.protocol))].sort()");
    assert_eq!(schemes, json!(["file:", "https:"]));
    let text = browser.eval("document.querySelector('article:target .user p').textContent");
    let shown = HOSTILE
        .replace('\u{202e}', "\\u202e")
        .replace('\u{2066}', "\\u2066")
        .replace('\0', "\\u0000")
        .replace('\u{1b}', "\\u001b");
    assert_eq!(text, shown, "the reader sees what was written");
    assert_eq!(browser.told(&["Page.javascriptDialogOpening"]).len(), 0);
    assert_quiet(&browser);
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
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser.disable_scripts();
    browser.open(&path);
    assert_eq!(
        browser.eval("document.querySelector('search').checkVisibility()"),
        false
    );
    assert_eq!(browser.eval(ENTRIES), 12);
    browser.click(".list > li:nth-child(3) > a");
    let third = browser.eval("document.querySelectorAll('article')[2].id");
    assert_eq!(browser.eval(CHOSEN), json!([third]));
    let time = browser.eval("document.querySelector('article:target ol time').textContent");
    assert!(time.as_str().unwrap().ends_with(" +00:00"), "{time}");
    browser.picture(&pictures().join("no-script-1440.png"));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn a_lone_conversation_needs_no_list() {
    let fake = Fake::start(World::with_conversations(1, |_| 9));
    let (_folder, path) = page(&fake, "");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser.open(&path);
    assert_eq!(
        browser.eval("document.querySelector('article').checkVisibility()"),
        true
    );
    for hidden in [
        ".side > header",
        ".about",
        ".hint",
        ".list > li > a",
        ".back",
    ] {
        assert_eq!(
            browser.eval(&format!(
                "document.querySelector('{hidden}').checkVisibility()"
            )),
            false,
            "{hidden}"
        );
    }
    browser.picture(&pictures().join("lone-1440.png"));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
#[expect(clippy::print_stdout, reason = "the figures are for people")]
fn a_full_page_opens_and_searches_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), response(5_000, 10)).unwrap();
    convexport("boost --input in.json -o all.html")
        .within(folder.path())
        .stdout();
    let path = folder.path().join("all.html");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    for round in 1..=3 {
        let start = Instant::now();
        browser.open(&path);
        println!(
            "round {round}: 5,000 conversations of 10 messages open in {:.2?}",
            start.elapsed()
        );
    }
    println!(
        "{} MB, {} elements",
        fs::metadata(&path).unwrap().len() >> 20,
        browser.eval("document.querySelectorAll('*').length")
    );
    browser.press("/");
    let mut times = Vec::new();
    for c in "parcel 4711-3".chars() {
        let start = Instant::now();
        browser.press(&c.to_string());
        times.push(format!("{:.0?}", start.elapsed()));
    }
    println!(
        "each key of a search, until the next frame: {}",
        times.join(" ")
    );
    assert_eq!(browser.eval(ENTRIES), 1);
    browser.press("Enter");
    assert_eq!(browser.eval(CHOSEN), json!(["c-4711"]));
    browser.picture(&pictures().join("full-1440.png"));
    assert_quiet(&browser);
}

#[test]
#[ignore = "needs Chromium"]
fn an_index_leads_to_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), response(5_001, 1)).unwrap();
    convexport("boost --input in.json -o all.html")
        .within(folder.path())
        .stdout();
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    browser.open(&folder.path().join("all.html"));
    browser.picture(&pictures().join("index-1440.png"));
    assert_quiet(&browser);
    browser.look(390, 844, true);
    browser.picture(&pictures().join("index-390-dark.png"));
    let before = browser.told(&["Page.loadEventFired"]).len();
    browser.click(".list > li:nth-child(2) > a");
    browser.wait_for_load(before + 1);
    assert_eq!(
        browser.eval("document.querySelectorAll('article').length"),
        1
    );
    assert_eq!(browser.told(COMPLAINTS), Vec::<&Value>::new());
}
