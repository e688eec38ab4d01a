//! One archive of a site that moves from boost.ai's API v3 to v4.

use std::fs;
use std::io::Write;

use serde_json::{Value, json};

use super::{Nights, quiet};
use crate::support::fake::{BoostConversation, BoostFault, When, World, utc};
use crate::support::{clock, convexport, records};

/// The paths of the exports of the last run.
fn asked(nights: &Nights) -> Vec<String> {
    let requests = nights.fake.requests();
    let posts = requests.iter().filter(|request| request.method == "POST");
    posts.map(|request| request.path.clone()).collect()
}

/// The texts, times and roles of all conversations.
fn told(nights: &Nights) -> Vec<Vec<String>> {
    let all = records(&nights.render(""));
    let fields = |message: &Value| {
        ["created_at", "role", "type", "text", "author"]
            .map(|field| message[field].to_string())
            .join(" ")
    };
    all.iter()
        .map(|talk| {
            talk["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(fields)
                .collect()
        })
        .collect()
}

#[test]
fn a_site_that_moves_keeps_one_archive() {
    let nights = Nights::new(World::new().with_boost(40, |i| 2 + i % 17));
    quiet(nights.site(""));
    let (before, messages) = (told(&nights), nights.sql("SELECT count(*) FROM messages"));
    assert_eq!(nights.sql("SELECT api FROM accounts"), ["v3"]);
    nights.fake.world().boost.speak(&["v4"]);
    // The new version has everything once more, and nothing doubles.
    quiet(nights.site("--sweep"));
    assert_eq!(asked(&nights), ["/api/export/v3", "/api/export/v4.json"]);
    assert_eq!(nights.sql("SELECT api FROM accounts"), ["v4"]);
    quiet(nights.site("--until 2026-11-28"));
    assert_eq!(told(&nights), before);
    assert_eq!(nights.sql("SELECT count(*) FROM messages"), messages);
    assert!(nights.render("").contains("\"sessions\":"));
    convexport("verify a.db")
        .within(nights.folder.path())
        .run()
        .ends(0, &[]);
    // The version is remembered.
    quiet(nights.site(""));
    assert_eq!(asked(&nights), ["/api/export/v4.json"]);
    // A site that moves back is asked as before.
    nights.fake.world().boost.speak(&["v3"]);
    quiet(nights.site("--until 2026-11-28"));
    assert_eq!(asked(&nights), ["/api/export/v4.json", "/api/export/v3"]);
    assert_eq!(told(&nights), before);
    assert_eq!(nights.sql("SELECT count(*) FROM messages"), messages);
}

/// A click has an id of its own in v4, and is one message in an archive of both. An answer that comes later changes nothing
/// of that.
#[test]
fn a_click_is_one_message_by_either_version() {
    let time = |second: u32| format!("2026-11-10T10:00:{second:02}Z");
    let v4 = |answered: bool| {
        let click = json!({"id": 50, "created": time(1), "is_customer": true, "link_text": "Yes", "clicked_button_id": 3});
        let answer =
            json!({"id": 51, "created": time(2), "content": [{"type": "text", "text": "Good"}]});
        let messages = if answered {
            json!([click, answer])
        } else {
            json!([click])
        };
        json!({"id": 1, "sessions": [{"messages": messages}]})
    };
    let v3 = json!({"type": "conversation", "id": 1, "messages": [
        {"id": 51, "time": time(2), "type": "answer", "button_clicked": {"id": 3, "text": "Yes"}, "content": [{"type": "text", "text": "Good"}]}]});
    let expected = ["1|user|Yes", "2|bot|Good"];
    for (order, id) in [
        (
            vec![("v4", v4(false)), ("v4", v4(true)), ("v3", v3.clone())],
            "50",
        ),
        (
            vec![("v3", v3.clone()), ("v4", v4(true)), ("v3", v3.clone())],
            "51:click",
        ),
    ] {
        let nights = Nights::new(World::new());
        for (version, talk) in order {
            nights.fake.world().boost.speak(&[version]);
            let known = BoostConversation::from_raw(&talk.to_string());
            nights.fake.world().boost.conversations = vec![known];
            quiet(nights.site("--until 2026-11-28"));
        }
        assert_eq!(
            nights.sql("SELECT seq, role, text FROM messages ORDER BY seq"),
            expected
        );
        assert_eq!(
            nights.sql("SELECT message_id FROM messages WHERE seq = 1"),
            [id]
        );
    }
}

/// The next run begins a minute before the site's time of this one, less the usual day for late answers of agents.
#[test]
fn the_next_run_begins_where_this_one_ended() {
    for ahead in [0, -7_200_000, 7_200_000] {
        let nights = Nights::new(World::new().with_boost(3, |_| 4));
        nights.fake.world().boost.speak(&["v4"]);
        nights.fake.world().clock_ahead = ahead;
        nights.fake.world().boost.clock_ahead = ahead;
        let before = clock() + ahead;
        let run = nights.site("").run();
        assert_eq!(run.code, 0, "{}", run.stderr);
        let after = clock() + ahead;
        let known = nights.sql("SELECT complete_until FROM selections")[0].clone();
        assert!(
            utc(before - 62_000)[..19] <= known[..19],
            "{ahead}: {known}"
        );
        assert!(known[..19] <= utc(after - 60_000)[..19], "{ahead}: {known}");
        // All of it was asked for, whatever this machine's clock says.
        let text = |value: &Value| value["search"]["to_date"].as_str().unwrap()[..19].to_owned();
        let requests = nights.fake.requests();
        let exports = requests
            .iter()
            .filter(|request| request.path.ends_with("v4.json"));
        let asked = exports.map(|request| text(&request.json())).max().unwrap();
        assert!(asked[..19] >= known[..19], "{ahead}: {asked} {known}");
        nights.fake.forget();
        nights.site("").run();
        let requests = nights.fake.requests();
        let body = requests
            .iter()
            .find(|request| request.path.ends_with("v4.json"))
            .unwrap()
            .json();
        let from = body["search"]["from_date"].as_str().unwrap()[..19].to_owned();
        assert!(*from <= known[..19], "{ahead}: {from} {known}");
    }
}

/// v4 is not known to take ids, so what failed comes with a sweep.
#[test]
fn what_failed_is_tried_again_by_a_sweep() {
    let nights = Nights::new(World::new().with_boost(5, |_| 4));
    nights.fake.world().boost.speak(&["v4"]);
    quiet(nights.site(""));
    let talk = |messages: Value| json!({"id": 7, "sessions": [{"messages": messages}]});
    let said = json!([{"id": 70, "created": utc(clock() - 3_600_000), "is_customer": true, "original_question": "Hi"}]);
    let mut known = BoostConversation::from_raw(&talk(said.clone()).to_string());
    known.raw = talk(json!("none")).to_string().into();
    nights.fake.world().boost.conversations.push(known.clone());
    nights
        .site("")
        .run()
        .ends(3, &["could not read conversation 7"]);
    // It lies before what the next run asks for.
    nights.fake.world().boost.conversations.pop();
    let run = nights.site("").run();
    run.ends(
        3,
        &[
            "could not read conversation 7 again: API v4 cannot be asked for one conversation",
            "--sweep",
        ],
    );
    known.raw = talk(said).to_string().into();
    nights.fake.world().boost.conversations.push(known);
    quiet(nights.site("--only-failed"));
    assert_eq!(nights.sql("SELECT count(*) FROM failures"), ["0"]);
    assert_eq!(
        nights.sql("SELECT text FROM messages WHERE message_id = '70'"),
        ["Hi"]
    );
}

/// A stream that breaks leaves the archive where it was.
#[test]
fn a_cut_answer_moves_no_watermark() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    nights.fake.world().boost.speak(&["v4"]);
    nights
        .fake
        .world()
        .boost
        .fault(When::First(1), BoostFault::NoClosingBracket);
    nights
        .site("--retries 0")
        .run()
        .ends(3, &["ended before its closing `]`"]);
    assert_eq!(nights.sql("SELECT complete_until FROM selections"), ["-"]);
    quiet(nights.site(""));
    assert_eq!(nights.sql("SELECT count(*) FROM conversations"), ["20"]);
}

/// Saved answers of both versions go into one archive.
#[test]
fn saved_answers_of_both_versions_are_one_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let time = "2026-11-10T10:00:00Z";
    let v3 = json!([{"type": "query_info", "conversations": 1}, {"type": "conversation", "id": 1, "messages": [
        {"id": 5, "time": time, "type": "question", "question": {"input": "Hi"}}]}, {"type": "post_query_info", "conversations": 1}]);
    let v4 = json!([{"id": 1, "sessions": [{"created": time, "messages": [
        {"id": 5, "created": time, "is_customer": true, "original_question": "Hi"},
        {"id": 6, "created": "2026-11-10T10:00:09Z", "content": [{"type": "text", "text": "Hello"}]}]}]}]);
    fs::write(folder.path().join("v3.json"), v3.to_string()).unwrap();
    let file = fs::File::create(folder.path().join("v4.json.gz")).unwrap();
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packer.write_all(v4.to_string().as_bytes()).unwrap();
    packer.finish().unwrap();
    for input in ["v3.json", "v4.json.gz", "v3.json"] {
        quiet(
            convexport("boost --archive a.db --input")
                .args(input)
                .within(folder.path()),
        );
    }
    let out = convexport("render a.db -f jsonl")
        .within(folder.path())
        .stdout();
    let all = records(&out);
    let texts: Vec<_> = all[0]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    assert_eq!((all.len(), texts), (1, vec![json!("Hi"), json!("Hello")]));
}
