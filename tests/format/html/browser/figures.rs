//! How fast a large page is. The figures are for people: a test does not fail for them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{COMPLAINTS, pictures, settled};
use crate::format::html::response;
use crate::support::browser::Browser;
use crate::support::convexport;

fn verdict(figure: Duration, target: Duration) -> &'static str {
    if figure <= target { "" } else { " MISSED" }
}

/// The bytes of all files of an export to `all.html`, and of the same as gzipped jsonl.
fn sizes(folder: &Path) -> (u64, u64) {
    convexport("boost --input in.json -o all.jsonl")
        .within(folder)
        .stdout();
    let jsonl = fs::File::open(folder.join("all.jsonl")).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(6));
    std::io::copy(&mut std::io::BufReader::new(jsonl), &mut packed).unwrap();
    let packed = packed.finish().unwrap().len() as u64;
    let pages = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let pages = pages.filter(|file| file.path().extension().is_some_and(|name| name == "html"));
    (
        pages.map(|file| file.metadata().unwrap().len()).sum(),
        packed,
    )
}

#[expect(clippy::print_stdout, reason = "the figures are for people")]
fn measure(conversations: usize, messages: usize, first: Duration, key: Duration) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("in.json"),
        response(conversations, messages),
    )
    .unwrap();
    convexport("boost --input in.json -o all.html")
        .within(folder.path())
        .stdout();
    let path = folder.path().join("all.html");
    println!("{conversations} conversations of {messages} messages");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    for round in 1..=3 {
        let start = Instant::now();
        browser.begin(&path);
        browser.wait("document.querySelectorAll('#rows > li').length > 5");
        let seen = start.elapsed();
        browser.wait("isLoaded");
        println!(
            "  round {round}: first list after {seen:.2?}{}, everything after {:.2?}",
            verdict(seen, first),
            start.elapsed()
        );
    }
    let start = Instant::now();
    while browser.eval("talks.at(-1).folded === null") == true {
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("  ready to search after another {:.2?}", start.elapsed());
    browser.eval("$('search').focus()");
    let mut times = Vec::new();
    for words in ["parcel 4711-3", "neighbour", "\"due on tuesday\"", "where"] {
        for c in words.chars() {
            let start = Instant::now();
            browser.press(&c.to_string());
            settled(&mut browser);
            times.push(start.elapsed());
        }
        println!("  {words}: {}", browser.eval("$('status').textContent"));
        browser.press("Escape");
    }
    times.sort();
    let (median, p95) = (times[times.len() / 2], times[times.len() * 95 / 100]);
    println!(
        "  a key, until all hits are counted and drawn: median {median:.0?}, 95th percentile {p95:.0?}{}",
        verdict(p95, key)
    );
    println!(
        "  {} MB of heap",
        browser.eval("Math.round(performance.memory.usedJSHeapSize / 1e6)")
    );
    let (all, packed) = sizes(folder.path());
    println!(
        "  {} MB in all files, {} % of the gzipped jsonl; such a text packs like no other",
        all / 1_000_000,
        all * 100 / packed
    );
    browser.picture(&pictures().join(format!("figures-{conversations}.png")));
    assert_eq!(browser.told(COMPLAINTS), Vec::<&Value>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn a_large_page_opens_and_searches_at_once() {
    measure(
        20_000,
        23,
        Duration::from_secs(2),
        Duration::from_millis(200),
    );
}

#[test]
#[ignore = "needs Chromium, and some minutes"]
fn a_huge_page_opens_and_searches() {
    if std::env::var_os("CONVEXPORT_LONG_TESTS").is_none() {
        return;
    }
    measure(100_000, 20, Duration::from_secs(2), Duration::from_secs(1));
}
