//! How a page looks, and that hostile messages do nothing in it.

use serde_json::{Value, json};

use super::{CHOSEN, assert_quiet, page, pictures};
use crate::format::html::{HOSTILE, message};
use crate::support::browser::Browser;
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};

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
        let raw = message(kind, payload).replace("\"id\":\"m\"", &id);
        let of_this = format!("\"conversationId\":\"{}\"", talk.id);
        talk = talk.message(&raw.replace("\"conversationId\":\"talk\"", &of_this));
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
