//! What a site is asked, and what is refused before.

use std::fs;

use serde_json::{Value, json};

use super::site;
use crate::source::boost::{conversations, truth};
use crate::support::fake::{DAY, Fake, Recorded, World, utc};
use crate::support::{boost, clock, convexport};

const EXPORT: &str = "/api/export/v4.json";

/// The bodies of the exports.
fn bodies(fake: &Fake) -> Vec<Value> {
    let requests = fake.requests();
    let exports = requests.iter().filter(|request| request.path == EXPORT);
    exports.map(Recorded::json).collect()
}

#[test]
fn the_request_is_the_known_one() {
    let fake = site(5);
    let out = boost(
        &fake,
        "--api v4 --since 2026-01-01T00:30:00+02:00 --until 2026-11-25 -f jsonl",
    );
    assert_eq!(conversations(&out.stdout()), truth(&fake));
    let first = &fake.requests()[0];
    assert_eq!(first.line(), format!("POST {EXPORT}"));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("accept-encoding"), Some("gzip"));
    assert!(
        first
            .header("authorization")
            .unwrap()
            .starts_with("Bearer ")
    );
    let search =
        json!({"from_date": "2025-12-31T22:30:00+00:00", "to_date": "2026-11-25T00:00:00+00:00"});
    assert_eq!(first.json(), json!({ "search": search }));
}

/// New messages show up late, so the last minute is left to the next run.
#[test]
fn the_last_minute_is_not_asked_for() {
    let fake = site(1);
    let later = format!(" --until {}", utc(clock() + DAY));
    for until in ["", &later, " --until now"] {
        let args = &format!("--since 2026-01-01{until}");
        fake.forget();
        let before = clock();
        boost(&fake, "--api v4 -f jsonl").args(args).stdout();
        let to = bodies(&fake)[0]["search"]["to_date"]
            .as_str()
            .unwrap()
            .to_owned();
        let (earliest, latest) = (utc(before - 61_000), utc(clock() - 60_000));
        assert!(
            earliest[..19] <= to[..19] && to[..19] <= latest[..19],
            "{args}: {to}"
        );
    }
}

#[test]
fn windows_leave_no_gap() {
    let fake = Fake::start(World::new().with_boost(60, |i| 2 + i % 30));
    fake.world().boost.speak(&["v4"]);
    let before = clock();
    let range = format!(
        "--since 2026-09-01T00:00:00Z --until {}",
        utc(before + 31 * DAY)
    );
    let run = boost(&fake, "--api v4 -f jsonl --parallel-windows 3").args(&range);
    let mut found = conversations(&run.stdout());
    found.sort_unstable();
    assert_eq!(found, truth(&fake));
    let text = |body: &Value, key: &str| body["search"][key].as_str().unwrap().to_owned();
    let mut ranges: Vec<_> = bodies(&fake)
        .iter()
        .map(|body| (text(body, "from_date"), text(body, "to_date")))
        .collect();
    ranges.sort_unstable();
    assert!(ranges.iter().all(|(from, to)| from <= to));
    // Windows after the site's present ask for nothing.
    ranges.retain(|(from, to)| from < to);
    assert!(ranges.len() > 3);
    assert!(ranges.windows(2).all(|pair| pair[0].1 == pair[1].0));
    assert_eq!(ranges[0].0, "2026-09-01T00:00:00+00:00");
    let (earliest, latest) = (utc(before - 61_000), utc(clock() - 60_000));
    let end = &ranges[ranges.len() - 1].1[..19];
    assert!(
        earliest[..19] <= *end && *end <= latest[..19],
        "the last ends at {end}"
    );
}

#[test]
fn a_flag_that_v4_does_not_know_is_refused_by_its_version() {
    let fake = site(1);
    for (args, flag) in [
        ("--conversation 7", "--conversation"),
        ("--action-id 7", "--action-id"),
        ("--api-status ok", "--api-status"),
        ("--environment live", "--environment"),
        ("--only-masked", "--only-masked"),
        ("--filter labels=1", "`labels`, a filter of API v3"),
    ] {
        let run = boost(&fake, "--api v4 --since 7d").args(args).run();
        run.ends(
            2,
            &[
                &format!("API v4 is not known to take {flag}"),
                "--query FILE",
            ],
        );
    }
    assert_eq!(fake.asked(), 0);
    boost(&fake, "--api v5 --since 7d")
        .run()
        .ends(2, &["v3", "v4", "auto"]);
    // A saved answer is of the version that it is.
    let saved = convexport("boost --input x.json --api v4").run();
    saved.ends(2, &["--input <FILE>", "cannot be used with", "--api"]);
    // The site may turn out to have v4 alone. Then nothing but v3's refusal is known.
    let run = boost(&fake, "--since 7d --environment live").run();
    run.ends(
        1,
        &[
            "API v4 was not tried",
            "not known to take --environment",
            "404",
        ],
    );
    assert_eq!(bodies(&fake), [Value::Null; 0]);
}

/// The file may have any body. One in the shape of v4 is for v4.
#[test]
fn a_query_file_is_sent_as_it_is() {
    let fake = site(1);
    let folder = tempfile::tempdir().unwrap();
    let run = |body: &str, args: &str| {
        fake.forget();
        fs::write(folder.path().join("q.json"), body).unwrap();
        let run = boost(&fake, "-f jsonl --query q.json")
            .args(args)
            .within(folder.path())
            .run();
        (run.code, bodies(&fake), run.stderr)
    };
    let whole = json!({"search": {"from_date": "2026-01-01T00:00:00Z", "to_date": "2026-11-21T00:00:00Z", "tags": ["x"]}, "beta": {"b": 1}});
    assert_eq!(
        run(&whole.to_string(), ""),
        (0, vec![whole.clone()], String::new())
    );
    assert_eq!(
        run(&whole.to_string(), "--api v4").1,
        std::slice::from_ref(&whole)
    );
    let mut later = whole.clone();
    later["search"]["from_date"] = json!("2026-11-01T00:00:00+00:00");
    assert_eq!(run(&whole.to_string(), "--since 2026-11-01").1, [later]);
    let (code, _, stderr) = run(&whole.to_string(), "--api v3");
    assert_eq!((code, stderr.contains("404")), (1, true), "{stderr}");
    let (code, bodies, stderr) = run(&whole.to_string(), "--only-masked");
    assert_eq!((code, bodies.len()), (2, 0), "{stderr}");
    let (code, bodies, stderr) = run(
        r#"{"beta":1}"#,
        "--api v4 --since 2026-11-01 --until 2026-11-21",
    );
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(bodies[0]["beta"], 1);
    // What the file has for v3 is not passed to v4 without being asked.
    let (code, bodies, stderr) = run(r#"{"environment":"live"}"#, "--since 2026-11-01");
    assert_eq!((code, bodies.len()), (1, 0), "{stderr}");
}
