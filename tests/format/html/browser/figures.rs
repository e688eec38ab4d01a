//! How fast and how large a large page is. A time is for people to read: it depends on the machine, so no test fails for it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{COMPLAINTS, pictures, settled};
use crate::support::browser::Browser;
use crate::support::convexport;

fn verdict(figure: Duration, target: Duration) -> &'static str {
    if figure <= target { "" } else { " MISSED" }
}

/// How many different answers the bot has.
const ANSWERS: usize = 200;

const SYLLABLES: [&str; 16] = [
    "an", "be", "co", "de", "er", "fi", "ga", "ho", "in", "ja", "ke", "lo", "mi", "no", "or", "pa",
];

/// So many words, of which some are much more frequent than others, as in any language.
fn words(rng: &mut Rng, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        let bits = rng.u32(0..13);
        let mut word = rng.usize(1..=1 << bits);
        while word > 0 {
            text.push_str(SYLLABLES[word % SYLLABLES.len()]);
            word /= SYLLABLES.len();
        }
        text.push(' ');
    }
    text
}

/// A response of boost.ai in which people write what nobody else wrote, and the bot gives one of its answers.
fn response(conversations: usize, messages: usize) -> String {
    let mut rng = Rng::with_seed(7);
    let answers: Vec<_> = (0..ANSWERS).map(|_| words(&mut rng, 20)).collect();
    let mut all = String::from("[");
    for talk in 0..conversations {
        let (day, hour) = (1 + talk % 28, talk % 24);
        let time = |at: usize, rng: &mut Rng| {
            let micros = rng.u32(0..1_000_000);
            format!("2026-02-{day:02}T{hour:02}:{at:02}:00.{micros:06}+00:00")
        };
        let _ = write!(
            all,
            r#"{{"type":"conversation","id":{talk},"reference":"{:032x}","time":{{"created":"{}"}},"messages":["#,
            rng.u128(..),
            time(0, &mut rng),
        );
        for at in 0..messages {
            let said = if at % 2 == 0 {
                let count = rng.usize(1..14);
                let own = words(&mut rng, count);
                format!(
                    r#""type":"question","question":{{"input":"Where is parcel {talk}-{at}? {own}"}}"#
                )
            } else {
                let answer = &answers[rng.usize(..ANSWERS)];
                format!(r#""type":"answer","content":[{{"type":"text","text":"<p>{answer}</p>"}}]"#)
            };
            let (id, time) = (talk * 100 + at, time(at, &mut rng));
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(all, r#"{comma}{{"id":{id},"time":"{time}",{said}}}"#);
        }
        all.push_str("]},");
    }
    let _ = write!(
        all,
        r#"{{"type":"post_query_info","conversations":{conversations}}}]"#
    );
    all
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
    let advised = browser.eval("$('view').textContent.includes('convexport search')");
    assert_eq!(advised, conversations > 50_000);
    browser.eval("$('search').focus()");
    let mut times = Vec::new();
    for words in ["parcel 4711-2", "bebe", "\"is parcel 17\"", "where"] {
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
        "  {} MB in all files, {} % of the gzipped jsonl",
        all / 1_000_000,
        all * 100 / packed
    );
    assert!(all * 100 <= packed * 250, "{all} bytes against {packed}");
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
