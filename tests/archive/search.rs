//! `convexport search`: which messages are found, and how they are shown.

use serde_json::Value;

use super::{Nights, quiet, said};
use crate::support::fake::{Conversation, DAY, Fake, Message, World};
use crate::support::{Convexport, Run, clock, convexport, ids, records};

const HOUR: i64 = DAY / 24;

/// What the messages `m0`, `m1` and so on say: those with even numbers in the conversation `even`, the others in `odd`.
/// `even` is older by a day.
const TEXTS: [&str; 10] = [
    "Where is my refund, please?",
    "Your refund is on its way. The parcel is not.",
    "Et café crème, s'il vous plaît",
    "the late parcel: 50% AND (more)",
    "返金をお願いします",
    "ขอคืนเงินได้ไหม",
    "a parcel too late",
    "one * is a star, two \" are quotes",
    "e-mail me at ana@example.com",
    "환불을 받고 싶어요 🎉",
];

fn archive() -> Nights {
    let now = clock();
    let mut world = World::new();
    for (id, begun) in [("even", now - 2 * DAY), ("odd", now - DAY)] {
        let mut known = Conversation::new(id, begun);
        id.clone_into(&mut known.integration);
        world = world.conversation(known);
    }
    for (number, text) in (0..).zip(TEXTS) {
        let id = ["even", "odd"][number % 2];
        let known = world.get_mut(id);
        let at = known.created_at + i64::try_from(number).unwrap() * HOUR;
        let raw = said(&format!("m{number}"), id, at, &text.replace('"', "\\\""));
        known.add(Message::from_raw(&raw));
    }
    let nights = Nights::new(world);
    quiet(nights.bot(""));
    nights
}

fn search(nights: &Nights, words: &[&str]) -> Convexport {
    let command = convexport("search a.db").within(nights.folder.path());
    words.iter().fold(command, Convexport::arg)
}

/// The ids of the messages that are found.
fn found(nights: &Nights, words: &[&str]) -> Vec<String> {
    let hits = records(&search(nights, words).stdout());
    let id = |hit: &Value| hit["message_id"].as_str().unwrap().to_owned();
    hits.iter().map(id).collect()
}

#[test]
fn all_words_must_occur_in_a_message() {
    let nights = archive();
    for (words, expected) in [
        // The newest first: `odd` is younger than `even`.
        (&["refund"][..], &["m1", "m0"][..]),
        (&["REFUND"], &["m1", "m0"]),
        (&["refund", "parcel"], &["m1"]),
        (&["refund parcel"], &["m1"]),
        (&["late parcel"], &["m3", "m6"]),
        (&["\"late parcel\""], &["m3"]),
        (&["\"late parcel"], &["m3"]),
        // Diacritics do not matter, neither here nor there.
        (&["cafe"], &["m2"]),
        (&["CAFÉ", "creme"], &["m2"]),
        (&["plait"], &["m2"]),
        (&["e-mail"], &["m8"]),
        (&["ana@example.com"], &["m8"]),
        (&["nowhere"], &[]),
        (&["refund", "nowhere"], &[]),
    ] {
        assert_eq!(found(&nights, words), expected, "{words:?}");
    }
}

#[test]
fn scripts_without_spaces_are_found() {
    let nights = archive();
    for (words, expected) in [
        (&["返金"][..], &["m4"][..]),
        (&["お願い"], &["m4"]),
        (&["คืนเงิน"], &["m5"]),
        (&["환불"], &["m9"]),
        (&["🎉"], &["m9"]),
        (&["返金", "parcel"], &[]),
    ] {
        assert_eq!(found(&nights, words), expected, "{words:?}");
    }
}

#[test]
fn nothing_that_is_typed_is_a_syntax_error() {
    let nights = archive();
    for (words, expected) in [
        (&["*"][..], &["m7"][..]),
        (&["AND", "("], &["m3"]),
        (&["refund*"], &["m1", "m0"]),
        (&["text:refund"], &[]),
        (&["refund", "NOT", "parcel"], &["m1"]),
        (&["50%"], &["m3"]),
        (&["NEAR(refund parcel)"], &[]),
        (&["'; DROP TABLE messages; --"], &[]),
        (&["^refund"], &["m1", "m0"]),
        (&["{refund}"], &["m1", "m0"]),
        (&["\\"], &[]),
    ] {
        assert_eq!(found(&nights, words), expected, "{words:?}");
    }
    for nothing in ["", " ", "\"\"", "\" \""] {
        let run = search(&nights, &[nothing]).run();
        run.ends(2, &["there is no word to search for"]);
    }
}

#[test]
fn a_hit_is_a_line_of_json() {
    let nights = archive();
    let out = search(&nights, &["cafe"]).stdout();
    let hit = &records(&out)[0];
    let keys: Vec<_> = hit.as_object().unwrap().keys().collect();
    let expected = [
        "account",
        "conversation_id",
        "created_at",
        "message_id",
        "role",
        "source",
        "text",
    ];
    assert_eq!(keys, expected);
    assert_eq!(hit["source"], "botpress");
    assert_eq!(hit["account"], nights.fake.world().bot_id.as_str());
    assert_eq!(hit["conversation_id"], "even");
    assert_eq!(hit["text"], TEXTS[2]);
    assert!(hit["created_at"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn the_flags_select_messages() {
    let nights = archive();
    // `said` makes messages of users; the bot says one more.
    let now = clock();
    nights
        .fake
        .world()
        .say("odd", now - HOUR, false, "a refund from the bot");
    quiet(nights.bot(""));
    let count = |flags: &[&str]| {
        let words: Vec<_> = ["refund"].iter().chain(flags).copied().collect();
        found(&nights, &words).len()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--role", "user"]), 2);
    assert_eq!(count(&["--role", "bot"]), 1);
    assert_eq!(count(&["--role", "agent"]), 0);
    assert_eq!(count(&["--since", "2h"]), 1);
    assert_eq!(count(&["--until", "2h"]), 2);
    assert_eq!(count(&["--conversation", "even"]), 1);
    assert_eq!(count(&["--limit", "2"]), 2);
}

#[test]
fn with_a_format_whole_conversations_are_written() {
    let nights = archive();
    let out = search(&nights, &["creme", "-f", "jsonl"]).stdout();
    let all = ids(&records(&out));
    let even = ["m0", "m2", "m4", "m6", "m8"].map(str::to_owned).to_vec();
    assert_eq!(all, [("even".to_owned(), even)]);
    let both = search(&nights, &["refund", "-f", "jsonl"]).stdout();
    assert_eq!(both, nights.render(""));
    search(&nights, &["refund", "-o", "hits.html"]).stdout();
    assert!(nights.path("hits.html").exists());
    // The range is that of the messages: the conversation began before it.
    let recent = search(&nights, &["e-mail", "--since", "47h", "-f", "jsonl"]).stdout();
    assert_eq!(records(&recent).len(), 1);
}

#[test]
fn a_changed_message_is_found_by_its_new_words_alone() {
    let nights = archive();
    let edited = {
        let mut world = nights.fake.world();
        let at = clock() - HOUR / 2;
        world.say("odd", at, true, "first thoughts")
    };
    quiet(nights.bot(""));
    assert_eq!(found(&nights, &["thoughts"]), [edited.as_str()]);
    let raw = {
        let world = nights.fake.world();
        let known = world.find("odd").unwrap().messages.last().unwrap().clone();
        known.raw.replace("first thoughts", "second guesses")
    };
    nights.fake.world().edit_message(&edited, &raw);
    nights.fake.world().get_mut("odd").updated_at += 1000;
    quiet(nights.bot("--sweep"));
    assert_eq!(found(&nights, &["thoughts"]), [""; 0]);
    assert_eq!(found(&nights, &["guesses"]), [edited.as_str()]);
}

#[test]
fn only_an_archive_is_searched() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    crate::support::botpress(&fake, "-o a.jsonl")
        .within(folder.path())
        .stdout();
    let run = |file: &str| -> Run {
        let command = convexport("search").arg(file).arg("refund");
        command.within(folder.path()).run()
    };
    run("a.jsonl").ends(2, &["a.jsonl is no archive", "render a.jsonl --archive"]);
    run("none.db").ends(1, &["could not read none.db"]);
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_search_quietly() {
    let nights = archive();
    // More than may wait in a pipe.
    let long = format!("needle {}", "x".repeat(50_000));
    for _ in 0..20 {
        nights.fake.world().say("odd", clock() - HOUR, true, &long);
    }
    quiet(nights.bot(""));
    let mut running = search(&nights, &["needle"]).start();
    running.read_and_leave(100);
    let run = running.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_the_hit_in_its_context() {
    let nights = archive();
    let long = format!("{} needle {}", "before ".repeat(60), "after ".repeat(60));
    let hostile = "needle \u{1b}[31m\u{202e} end";
    for text in [&long, hostile] {
        nights.fake.world().say("odd", clock() - HOUR, true, text);
    }
    quiet(nights.bot(""));
    let screen = search(&nights, &["needle"]).screen("", "");
    let hit = "\u{1b}[1m\u{1b}[33mneedle\u{1b}[0m";
    assert_eq!(screen.matches(hit).count(), 2, "{screen}");
    assert!(
        screen.contains("User · 20") && screen.contains("· odd · odd"),
        "{screen}"
    );
    // Sixty characters before the hit: the end of a word, eight words, and a space more.
    let before = &"before ".repeat(9)[4..];
    assert!(
        screen.contains(&format!("…{before} {hit} after")),
        "{screen}"
    );
    assert!(screen.contains("\\u001b[31m\\u202e end"), "{screen}");
    let none = search(&nights, &["nowhere"]).screen("", "");
    assert!(none.contains("no message has all of these words"), "{none}");
}
