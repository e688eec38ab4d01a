//! `--active-since`: conversations with a message since a time, whole, however long ago they began.

use serde_json::json;

use crate::support::fake::{
    Action, Conversation, DAY, Fake, Message, REFERENCE, Recorded, Rule, World, utc,
};
use crate::support::{botpress, convexport, ids, records, truth};

const HOUR: i64 = DAY / 24;

/// A conversation with messages this many hours before the reference time. The oldest is its beginning.
fn talk(id: &str, ages: &[i64]) -> Conversation {
    let at = |age: &i64| REFERENCE - age * HOUR;
    let raw = |age: &i64| {
        json!({"id": format!("{id}-{age}"), "createdAt": utc(at(age)), "conversationId": id, "userId": "u", "type": "text",
            "direction": "incoming", "payload": {"text": "words"}, "tags": {}})
    };
    let talk = Conversation::new(id, at(ages.iter().max().unwrap()));
    ages.iter().fold(talk, |mut talk, age| {
        talk.add(Message::from_raw(&raw(age).to_string()));
        talk
    })
}

/// The flag for this many hours before the reference time.
fn since(hours: i64) -> String {
    format!("--active-since {}", utc(REFERENCE - hours * HOUR))
}

/// The names in an export.
fn names(jsonl: &str) -> Vec<String> {
    ids(&records(jsonl)).into_iter().map(|(id, _)| id).collect()
}

/// The names in a list.
fn listed(jsonl: &str) -> Vec<String> {
    let all = records(jsonl).into_iter();
    all.map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect()
}

fn asked(fake: &Fake, path: &str) -> Vec<Recorded> {
    let mut all = fake.requests();
    all.retain(|request| request.path == path);
    all
}

#[test]
fn conversations_with_a_message_since_then_come_whole() {
    let world = World::new()
        .conversation(talk("long", &[24 * 50, 24 * 40, 2]))
        .conversation(talk("quiet", &[24 * 20]))
        .conversation(talk("edge", &[24 * 10, 3]))
        .conversation(talk("past", &[24 * 9, 4]))
        .conversation(talk("new", &[1]));
    let fake = Fake::start(world);
    let out = botpress(&fake, &since(3)).args("-f jsonl").stdout();
    // Newest first, as in the list; the message at the time itself counts.
    assert_eq!(names(&out), ["new", "edge", "long"]);
    let mut expected = truth(&fake.world());
    expected.retain(|(id, _)| ["new", "edge", "long"].contains(&id.as_str()));
    assert_eq!(ids(&records(&out)), expected);
    let bot_wide = &fake.requests()[0];
    let after = (
        "afterDate".to_owned(),
        utc(REFERENCE - 3 * HOUR).replace(".000Z", "Z"),
    );
    assert_eq!(
        (bot_wide.path.as_str(), &bot_wide.query),
        ("/v1/chat/messages", &vec![after])
    );
    let list = botpress(&fake, &since(3)).args("--list").stdout();
    assert_eq!(listed(&list), ["new", "edge", "long"]);
    assert_eq!(
        botpress(&fake, &since(24 * 60)).args("-f jsonl").stdout(),
        botpress(&fake, "-f jsonl").stdout()
    );
}

/// A bot of which every third conversation got a message in the last hours, with a filter to combine.
fn mixed() -> World {
    (0..60).fold(World::new().page_size(10), |world, number| {
        let begun = 24 * 50 - number * 19;
        let last = if number % 3 == 0 {
            number % 7
        } else {
            begun - 1
        };
        let mut talk = talk(&format!("c{number}"), &[begun, last]);
        if number % 2 == 1 {
            "whatsapp".clone_into(&mut talk.integration);
        }
        talk.tags = vec![("topic".to_owned(), format!("t{}", number % 4))];
        talk.participants = vec!["bot".to_owned(), format!("u{}", number % 5)];
        world.conversation(talk)
    })
}

/// Whether the conversation of this number passes a filter.
type Passes = fn(i64) -> bool;

/// All flags that select hold together.
#[test]
fn every_filter_goes_with_it() {
    let fake = Fake::start(mixed());
    let number = |id: &str| id[1..].parse::<i64>().unwrap();
    let active = |number: i64| number % 3 == 0 && number % 7 <= 4;
    let filters: [(&str, Passes); 7] = [
        ("", |_| true),
        ("--integration whatsapp", |number| number % 2 == 1),
        ("--tag topic=t3", |number| number % 4 == 3),
        ("--participant u2", |number| number % 5 == 2),
        ("--participant u2 --integration webchat", |number| {
            number % 10 == 2
        }),
        // 24 * 50 - 19 * 30 hours before the reference time began the conversation 30.
        ("--until 2026-10-25T06:00:00Z", |number| number < 30),
        ("--since 2026-10-25T06:00:00Z --channel channel", |number| {
            number >= 30
        }),
    ];
    for (filter, passes) in filters {
        let expected: Vec<_> = truth(&fake.world())
            .into_iter()
            .map(|(id, _)| id)
            .filter(|id| active(number(id)) && passes(number(id)))
            .collect();
        assert!(!expected.is_empty());
        for limit in [usize::MAX, 1, 3] {
            for list in [false, true] {
                let args = if list { "--list" } else { "-f jsonl" };
                let mut run = botpress(&fake, &since(4)).args(filter).args(args);
                if limit < usize::MAX {
                    run = run.args(&format!("--limit {limit}"));
                }
                let out = run.stdout();
                let mut found = if list { listed(&out) } else { names(&out) };
                if limit < usize::MAX {
                    assert_eq!(found.len(), limit.min(expected.len()), "{filter} {args}");
                    assert!(
                        found.iter().all(|id| expected.contains(id)),
                        "{filter}: {found:?}"
                    );
                    continue;
                }
                let (mut expected, order) = (expected.clone(), found.clone());
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{filter} {args}: {order:?}");
            }
        }
    }
}

/// One conversation of long ago is fetched by its id, not by a walk over the list of everything since.
#[test]
fn a_long_list_is_not_walked_for_few() {
    let world = (0..300).fold(World::new(), |world, number| {
        let talk = talk(&format!("c{number}"), &[24 * 60 - number]);
        world.conversation(talk)
    });
    let world = world
        .conversation(talk("long", &[24 * 80, 1]))
        .conversation(talk("new", &[2]));
    let fake = Fake::start(world);
    let out = botpress(&fake, &since(5)).args("-f jsonl").stdout();
    assert_eq!(names(&out), ["new", "long"]);
    assert_eq!(asked(&fake, "/v1/chat/conversations").len(), 1);
    assert!(fake.asked() <= 5, "{} requests", fake.asked());
    // Its record is all that a list shows of it.
    fake.forget();
    let list = botpress(&fake, &since(5)).args("--list").stdout();
    assert_eq!(listed(&list), ["new", "long"]);
    assert!(fake.asked() <= 3, "{} requests", fake.asked());
    // Nothing is active, nothing is walked.
    fake.forget();
    botpress(&fake, "--active-since now -q").stdout();
    assert!(asked(&fake, "/v1/chat/messages").len() == 1);
}

#[test]
fn a_server_that_lists_older_messages_is_not_believed() {
    let world = World::new()
        .conversation(talk("quiet", &[24 * 20]))
        .conversation(talk("new", &[1]));
    let message = |id: &str, age: i64| json!({"id": format!("{id}-{age}"), "createdAt": utc(REFERENCE - age * HOUR), "conversationId": id});
    let page = json!({"messages": [message("new", 1), message("quiet", 24 * 20)], "meta": {}});
    let rule = Rule::test(|request| {
        request.path == "/v1/chat/messages" && request.param("conversationId").is_none()
    });
    let rule = rule.answer(Action::Body(page.to_string()));
    let fake = Fake::start(world.rule(rule));
    let out = botpress(&fake, &since(3)).args("-f jsonl").stdout();
    assert_eq!(names(&out), ["new"]);
}

#[test]
fn without_the_list_of_messages_the_next_step_is_named() {
    let is_bot_wide = |request: &crate::support::fake::Request| {
        request.path == "/v1/chat/messages" && request.param("conversationId").is_none()
    };
    for (status, code) in [(400, 1), (404, 1), (403, 4), (405, 1)] {
        let rule = Rule::test(is_bot_wide).answer(Action::Status(status));
        let fake = Fake::start(World::with_conversations(3, |_| 1).rule(rule));
        let run = botpress(&fake, "--active-since 7d").run();
        run.ends(
            code,
            &[
                "use --since WHEN, which goes by creation",
                &status.to_string(),
            ],
        );
        assert_eq!(run.stdout, "");
    }
    let rule = Rule::test(is_bot_wide).answer(Action::Status(401));
    let fake = Fake::start(World::with_conversations(3, |_| 1).rule(rule));
    let run = botpress(&fake, "--active-since 7d").run();
    run.ends(4, &["BP_TOKEN"]);
    assert!(!run.stderr.contains("--since"), "{}", run.stderr);
}

#[test]
fn a_message_that_belongs_nowhere_is_an_error() {
    let stray = r#"{"messages":[{"id":"stray","createdAt":"2026-11-20T10:00:00Z"}],"meta":{}}"#;
    let rule = Rule::on("afterDate").answer(Action::Body(stray.to_owned()));
    let fake = Fake::start(World::with_conversations(3, |_| 1).rule(rule));
    let run = botpress(&fake, &since(24)).run();
    run.ends(
        1,
        &[
            "message stray does not say which conversation it belongs to",
            "--since WHEN",
        ],
    );
}

#[test]
fn a_conversation_that_is_deleted_meanwhile_is_gone() {
    let world = World::new()
        .conversation(talk("a", &[1]))
        .conversation(talk("b", &[24 * 30, 2]));
    let fake = Fake::start(world);
    let gone = r#"{"conversations":[],"meta":{}}"#;
    let rules = vec![
        Rule::path("/v1/chat/conversations").answer(Action::Body(gone.to_owned())),
        Rule::path("/v1/chat/conversations/b").answer(Action::Vanish),
    ];
    fake.world().faults = rules;
    let run = botpress(&fake, &since(5)).args("-f jsonl").run();
    run.ends(0, &["conversation b is gone"]);
    assert_eq!(names(&run.stdout), ["a"]);
}

#[test]
fn where_it_cannot_be_honoured_it_is_refused() {
    for (args, why) in [
        (
            "botpress --bot-id B --active-since 7d --archive a.db",
            "a run with --archive finds what is new by itself",
        ),
        (
            "botpress --bot-id B --active-since 7d --conversation A",
            "--conversation",
        ),
        (
            "botpress --bot-id B --active-since +10000-01-01",
            "--active-since",
        ),
        ("boost --site s --active-since 7d", "--active-since"),
        ("search a.db words --active-since 7d", "--active-since"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let run = convexport(args)
            .env("BP_TOKEN", "t")
            .env("BOOST_TOKEN", "t")
            .within(folder.path());
        run.run().ends(2, &[why]);
        assert!(!folder.path().join("a.db").exists(), "{args}");
    }
    let folder = tempfile::tempdir().unwrap();
    let config = r#"{"source":"botpress","bot_id":"B","token":"t","active_since":"7d"}"#;
    std::fs::write(folder.path().join("config.json"), config).unwrap();
    let run = convexport("tap --config config.json")
        .within(folder.path())
        .run();
    run.ends(2, &["`active_since` is no key of a tap"]);
}

/// Earlier exports and archives know when messages were sent, too.
#[test]
fn it_selects_from_files_and_archives() {
    let fake = Fake::start(mixed());
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.jsonl")
        .within(folder.path())
        .stdout();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    let live: Vec<_> = {
        let mut names = names(&botpress(&fake, &since(4)).args("-f jsonl").stdout());
        names.sort();
        names
    };
    assert!(live.len() > 5);
    for input in ["all.jsonl", "a.db"] {
        let render = |args: &str| {
            let run = convexport(&format!("render {input} -f jsonl {}", since(4))).args(args);
            run.within(folder.path()).stdout()
        };
        let mut found = names(&render(""));
        found.sort();
        assert_eq!(found, live, "{input}");
        let range = render("--until 2026-10-25T06:00:00Z");
        let number = |id: &String| id[1..].parse::<i64>().unwrap();
        let early: Vec<_> = live.iter().filter(|id| number(id) < 30).cloned().collect();
        let mut found = names(&range);
        found.sort();
        assert_eq!(found, early, "{input}");
        let stats = convexport(&format!("stats {input} -f json {}", since(4)));
        let stats = stats.within(folder.path()).stdout();
        let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
        assert_eq!(stats["totals"]["conversations"], live.len(), "{stats}");
    }
}
