//! How a page looks, on desks and phones, by day and by night, and on paper.

use std::{env, fs};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::{OPENED, assert_quiet, go, open, page, pictures, search, talk, text};
use crate::format::html::HOSTILE;
use crate::support::browser::Browser;
use crate::support::fake::{Fake, World};

/// A conversation with one message of every kind that a page shows in its own way.
fn showcase(world: World) -> World {
    let said = [
        text(
            false,
            "Hi there! How can I **help** you today?\n\n- [Orders](https://example.com/orders)\n- Returns",
        ),
        text(
            true,
            "Where is my parcel? It was due on Tuesday, see https://example.com/orders/4711.",
        ),
        text(true, "It is urgent"),
        (
            false,
            "choice",
            json!({"text": "Which one do you mean?", "options": [
            {"label": "Order 4711", "value": "4711"}, {"label": "Order 4712", "value": "4712"},
            {"label": "Track it", "value": "https://example.com/track"}]}),
        ),
        text(true, "Order 4711"),
        (
            false,
            "carousel",
            json!({"items": [
            {"title": "Basic", "subtitle": "For small shops", "imageUrl": "https://files.example.com/a.png",
                "actions": [{"action": "postback", "label": "Choose", "value": "basic"}]},
            {"title": "Pro", "subtitle": "Everything, and a little more", "actions": [{"action": "url", "label": "Read more", "value": "https://example.com/pro"}]}]}),
        ),
        text(true, "أين طلبي؟"),
        (
            false,
            "image",
            json!({"imageUrl": "https://files.example.com/media/2360a7bb-162b-4ed1-8551-7000fdb0f7ef.png"}),
        ),
        (
            false,
            "file",
            json!({"fileUrl": "https://files.example.com/r.pdf", "title": "Invoice November.pdf"}),
        ),
        text(true, HOSTILE),
        (false, "hologram", json!({"depth": 3})),
        text(false, ""),
    ];
    let mut world = talk(world, &said);
    world.get_mut("talk").tags = vec![
        ("topic".to_owned(), "delivery".to_owned()),
        ("plan".to_owned(), "Pro".to_owned()),
    ];
    world
}

/// What axe finds, if `$AXE` names its script.
fn violations(browser: &mut Browser) -> Value {
    let Ok(axe) = env::var("AXE") else {
        return json!([]);
    };
    if browser.eval("typeof axe") == "undefined" {
        let script = fs::read_to_string(&axe).unwrap();
        browser.eval(&format!("{script};0"));
    }
    browser.eval(
        "axe.run().then(found => found.violations.map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 300), one.nodes[0].failureSummary]))",
    )
}

#[test]
#[ignore = "needs Chromium"]
fn it_fits_phones_and_desks_by_day_and_night() {
    let fake = Fake::start(showcase(World::with_conversations(120, |i| 3 + i % 30)));
    let (_folder, path) = page(&fake, "--with-users");
    let with_agents = Fake::start(World::new().with_boost(60, |_| 9));
    let (_other, boost) = page(&with_agents, "boost --since 2020-01-01");
    let mut browser = Browser::start();
    browser.call(
        "Page.setBypassCSP",
        &json!({"enabled": env::var("AXE").is_ok()}),
    );
    for (width, height) in [(1440, 900), (390, 844)] {
        for (dark, light) in [(false, "light"), (true, "dark")] {
            let picture = |name: &str| pictures().join(format!("{name}-{width}-{light}.png"));
            let look = |browser: &mut Browser, name: &str| {
                let overflow = "document.documentElement.scrollWidth - innerWidth";
                assert_eq!(browser.eval(overflow), 0, "{name}");
                let sideways = "Array.from(document.querySelectorAll('#view, #list, .side > header'), one => one.scrollWidth - one.clientWidth)";
                assert_eq!(browser.eval(sideways), json!([0, 0, 0]), "{name}");
                browser.picture(&picture(name));
                assert_eq!(violations(browser), json!([]), "{name} {width} {light}");
            };
            browser.look(width, height, dark);
            open(&mut browser, &path, "");
            let ground = browser.eval("getComputedStyle(document.body).backgroundColor");
            let expected = if dark {
                "rgb(23, 24, 27)"
            } else {
                "rgb(255, 255, 255)"
            };
            assert_eq!(ground, expected);
            look(&mut browser, if width == 390 { "list" } else { "overview" });
            go(&mut browser, "#view=overview");
            look(&mut browser, "overview");
            go(&mut browser, "#");
            browser.click("#toggle");
            search(&mut browser, "parcel");
            look(&mut browser, "search");
            browser.click("#toggle");
            go(&mut browser, "#c=talk");
            assert_eq!(browser.eval(OPENED), "talk");
            look(&mut browser, "talk");
            browser.eval("$('view').scrollBy(0, 1e6)");
            look(&mut browser, "talk-end");
            if width == 390 {
                browser.eval("$('view').scrollTo(0, 0)");
                browser.click(".back");
                assert_eq!(browser.eval(OPENED), json!(null));
            }
            browser.eval("showKeys()");
            look(&mut browser, "keys");
            browser.eval("$('dialog').close()");
            open(&mut browser, &boost, "");
            let id = browser.eval("shown[5].id");
            go(&mut browser, &format!("#c={}", id.as_str().unwrap()));
            look(&mut browser, "agent");
            if env::var("AXE").is_err() {
                assert_quiet(&browser);
            }
        }
    }
}

/// The PDF that the browser makes of what is open.
fn pdf(browser: &mut Browser, name: &str) -> Vec<u8> {
    let answer = browser.call("Page.printToPDF", &json!({"preferCSSPageSize": true}));
    let pdf = BASE64_STANDARD
        .decode(answer["data"].as_str().unwrap())
        .unwrap();
    fs::write(pictures().join(name), &pdf).unwrap();
    pdf
}

/// How many pages a PDF of Chromium has.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page\n").count() + text.matches("/Type /Page ").count()
}

#[test]
#[ignore = "needs Chromium"]
fn paper_has_the_open_conversation_alone() {
    let fake = Fake::start(showcase(World::with_conversations(60, |i| 3 + i % 30)));
    let (_folder, path) = page(&fake, "");
    let mut browser = Browser::start();
    browser.look(1440, 900, true);
    open(&mut browser, &path, "#c=talk");
    let paper = pdf(&mut browser, "talk.pdf");
    assert!((1..=3).contains(&pages(&paper)), "{} pages", pages(&paper));
    let media =
        json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.call("Emulation.setEmulatedMedia", &media);
    let visible = |browser: &mut Browser, selector: &str| {
        browser.eval(&format!(
            "document.querySelector({selector:?}).checkVisibility()"
        ))
    };
    for (selector, is_there) in [
        (".side", false),
        (".tools", false),
        ("article h1", true),
        (".bubble", true),
    ] {
        assert_eq!(visible(&mut browser, selector), is_there, "{selector}");
    }
    let colours = browser.eval("['.user .bubble', '.bot .bubble', 'h1'].map(one => getComputedStyle(document.querySelector('article ' + one)).color)");
    assert_eq!(
        colours,
        json!(["rgb(0, 0, 0)", "rgb(0, 0, 0)", "rgb(0, 0, 0)"])
    );
    let ground = browser.eval("getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(255, 255, 255)");
    browser.picture(&pictures().join("print-1440-light.png"));

    // Without one that is open, the page asks before it prints the list.
    browser.look(1440, 900, false);
    go(&mut browser, "#channel=slack");
    browser.eval("window.print = () => window.printed = $('print').children.length");
    browser.eval("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'p', ctrlKey: true, bubbles: true}))");
    let asked = browser.eval("$('dialog').open && $('dialog').textContent");
    assert_eq!(
        asked,
        "PrintPrint all 15 conversations of the list?Print Cancel"
    );
    browser.click("#dialog button");
    assert_eq!(browser.eval("window.printed"), 15);
    let paper = pdf(&mut browser, "list.pdf");
    assert!(pages(&paper) >= 15, "each begins a page: {}", pages(&paper));
    assert_quiet(&browser);
}
