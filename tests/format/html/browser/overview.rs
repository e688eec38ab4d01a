//! The numbers of the overview are those of `convexport stats`.

use serde_json::{Value, json};

use super::{assert_quiet, go, open, pictures};
use crate::support::browser::Browser;
use crate::support::fake::{Fake, World};
use crate::support::{boost, botpress, convexport};

#[test]
#[ignore = "needs Chromium"]
fn the_numbers_are_those_of_the_statistics() {
    let fake =
        Fake::start(World::with_conversations(90, |i| 1 + i % 23).with_boost(40, |i| 1 + i % 9));
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    botpress(&fake, "-o a.jsonl").within(within).stdout();
    boost(&fake, "-o b.jsonl --since 2020-01-01")
        .within(within)
        .stdout();
    convexport("render a.jsonl b.jsonl -o all.html --timezone America/New_York")
        .within(within)
        .stdout();
    let stats = |by: &str| -> Value {
        let run = convexport(&format!(
            "stats a.jsonl b.jsonl -f json --timezone America/New_York --by {by}"
        ));
        serde_json::from_str(&run.within(within).stdout()).unwrap()
    };
    let wanted = stats("day");
    let mut browser = Browser::start();
    browser.look(1440, 900, false);
    open(&mut browser, &within.join("all.html"), "");
    let numbers = browser.eval(
        "(n => ({...n, days: [...n.days].map(([day, count]) => [isoOfDay(day), count]).sort(), hours: [...n.hours], weekdays: [...n.weekdays]}))(numbersOf(talks))",
    );
    assert_eq!(numbers["conversations"], wanted["totals"]["conversations"]);
    assert_eq!(numbers["messages"], wanted["totals"]["messages"]);
    assert_eq!(numbers["withAgent"], wanted["with_agent"]["conversations"]);
    assert_eq!(numbers["unanswered"], wanted["unanswered"]["conversations"]);
    for (mine, theirs) in [
        ("answered", "first_response"),
        ("byAgent", "first_agent_response"),
    ] {
        let theirs = &wanted[theirs];
        assert_eq!(numbers[mine][0], theirs["conversations"]);
        for (at, name) in [(1, "median_seconds"), (2, "p90_seconds")] {
            let seconds = numbers[mine][at].as_f64().unwrap() / 1000.0;
            assert_eq!(json!(seconds), theirs[name], "{mine} {name}");
        }
    }
    let days: Vec<_> = wanted["periods"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|period| period["conversations"] != 0)
        .map(|period| json!([period["start"], period["conversations"]]))
        .collect();
    assert_eq!(numbers["days"], json!(days));
    let of = |list: &str, key: &str| -> Vec<Value> {
        let list = wanted[list]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["conversations"] != 0);
        list.map(|one| json!([one[key], one["conversations"]]))
            .collect()
    };
    let sorted = |list: &Value| -> Vec<Value> {
        let mut list = list.as_array().unwrap().clone();
        list.sort_by_key(|one| one[0].as_u64());
        list
    };
    assert_eq!(sorted(&numbers["hours"]), of("hours", "hour"));
    let weekdays: Vec<_> = of("weekdays", "weekday")
        .into_iter()
        .map(|one| one[1].clone())
        .collect();
    let mine: Vec<_> = sorted(&numbers["weekdays"])
        .into_iter()
        .map(|one| one[1].clone())
        .collect();
    assert_eq!(mine, weekdays);
    let mut channels = of("channels", "channel");
    channels
        .iter_mut()
        .filter(|one| one[0].is_null())
        .for_each(|one| one[0] = json!("(none)"));
    channels.sort_by_key(|one| one[0].to_string());
    let mut mine = numbers["channels"].as_array().unwrap().clone();
    mine.sort_by_key(|one| one[0].to_string());
    assert_eq!(mine, channels);
    let roles: Vec<_> = wanted["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["conversations"].clone())
        .collect();
    let mine: Vec<_> = numbers["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one[1].clone())
        .collect();
    assert_eq!(mine, roles);

    each_is_a_link(&mut browser);
    browser.picture(&pictures().join("overview-all-1440-light.png"));
    assert_quiet(&browser);
}

/// Each number is a link to the conversations that it counts.
fn each_is_a_link(browser: &mut Browser) {
    let links = browser.eval("Array.from(document.querySelectorAll('.figures a'), one => [one.querySelector('strong').textContent, one.hash])");
    for link in &links.as_array().unwrap()[..3] {
        go(browser, link[1].as_str().unwrap());
        let shown = browser.eval("shown.length.toLocaleString('en')");
        assert_eq!(shown, link[0]);
        go(browser, "#");
    }
    let bars = browser.eval("Array.from(document.querySelectorAll('.bars a, .ranking a'), one => [one.hash, Number((one.querySelector('.value') ?? one.querySelector('.hidden')).textContent.match(/(\\d+)( conversations?)?$/)[1])])");
    assert!(bars.as_array().unwrap().len() > 50);
    for bar in bars.as_array().unwrap() {
        go(browser, bar[0].as_str().unwrap());
        assert_eq!(browser.eval("shown.length"), bar[1], "{bar}");
    }
    go(browser, "#");
}
