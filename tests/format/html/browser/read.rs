//! Reading and searching in a page.

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};

use super::{CHOSEN, COMPLAINTS, ENTRIES, assert_quiet, page, pictures};
use crate::format::html::response;
use crate::support::browser::Browser;
use crate::support::convexport;
use crate::support::fake::{Fake, World};

const FOCUS: &str = "document.activeElement.getAttribute('href') ?? document.activeElement.tagName";

fn type_in(browser: &mut Browser, text: &str) {
    for c in text.chars() {
        browser.press(&c.to_string());
    }
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
