//! Archives: increments, what a state remembers, appended files, locks, and what a summary proves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::fake::{Action, Conversation, DAY, Fake, Recorded, Rule, World};
use crate::support::{Run, boost, botpress, convexport, ids, records, truth};

/// Every conversation of a mirror of json files, with its messages.
pub fn mirror(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).unwrap();
            all.extend(ids(&serde_json::from_str::<Vec<Value>>(&text).unwrap()));
        }
    }
    all.sort();
    all
}

fn sorted(mut all: Vec<(String, Vec<String>)>) -> Vec<(String, Vec<String>)> {
    all.sort();
    all
}

fn summary(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("summary.json")).unwrap()).unwrap()
}

/// The last version of each conversation of an appended file.
fn latest(jsonl: &str) -> BTreeMap<String, Vec<String>> {
    ids(&records(jsonl)).into_iter().collect()
}

#[test]
fn ten_nights_of_a_bot_that_lives() {
    let now = clock();
    let mut world = World::with_conversations(200, |i| 1 + i % 30);
    world.users.clear();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let night = || {
        fake.forget();
        let args = "--state s -d mirror -f json --summary summary.json --overlap 1h";
        let run = botpress(&fake, args).within(folder.path()).run();
        (run.code, fake.requests().len())
    };
    let mut expected: BTreeMap<String, Vec<String>> = truth(&fake.world()).into_iter().collect();
    let (code, first) = night();
    assert_eq!(code, 0);
    let (code, quiet) = night();
    assert_eq!(
        (
            code,
            summary(folder.path())["counts"]["conversations"].as_u64()
        ),
        (0, Some(0))
    );
    assert!(
        quiet <= 2,
        "{quiet} requests though nothing happened, {first} at first"
    );

    for number in 0..10_usize {
        let changed = {
            let mut world = fake.world();
            let id = |at: usize| {
                world.conversations[at % world.conversations.len()]
                    .id
                    .clone()
            };
            let (grown, silent, vanished) =
                (id(number * 7), id(number * 11 + 3), id(number * 13 + 5));
            world.say(&grown, now - 60_000, true, "one more");
            // An edit within the overlap, and a conversation that nobody has written in.
            let late = world.say(&silent, now - 120_000, true, "hello?");
            let text = world
                .get_mut(&silent)
                .messages
                .last()
                .unwrap()
                .raw
                .replace("hello?", "edited");
            world.edit_message(&late, &text);
            world
                .conversations
                .push(Conversation::new(&format!("new-{number}"), now - 30_000));
            world.delete_conversation(&vanished);
            for (id, messages) in truth(&world) {
                expected.insert(id, messages);
            }
            [grown, silent, vanished]
        };
        let (code, requests) = night();
        assert_eq!(code, 0, "night {number}");
        let whole: Vec<_> = expected.clone().into_iter().collect();
        assert_eq!(
            mirror(&folder.path().join("mirror")),
            whole,
            "night {number}, {changed:?}"
        );
        // Two lists of a page or two, and three requests or fewer for what the overlap has, not two hundred.
        assert!(
            requests <= 8 + 4 * 3 * (number + 1),
            "night {number}: {requests} requests"
        );
        let (code, again) = night();
        let counts = summary(folder.path())["counts"].clone();
        assert_eq!(
            (code, counts["conversations"].as_u64()),
            (0, Some(0)),
            "night {number}: {counts}"
        );
        assert!(again <= requests + 4);
    }
}

/// Milliseconds since 1970, by the machine's clock: the program reads it, too.
pub fn clock() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

#[test]
fn an_edited_message_replaces_its_file() {
    let now = clock();
    let mut world = World::new().conversation(Conversation::new("talk", now - DAY));
    let id = world.say("talk", now - 1000, true, "first words");
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .stdout()
    };
    run();
    let raw = fake.world().get_mut("talk").messages[0]
        .raw
        .replace("first words", "other words");
    fake.world().edit_message(&id, &raw);
    run();
    let file = fs::read_dir(folder.path().join("mirror"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = file
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "json"))
        .unwrap();
    assert!(fs::read_to_string(file).unwrap().contains("other words"));
}

#[test]
fn filters_hold_for_what_has_changed() {
    let now = clock();
    let mut world = World::with_conversations(40, |_| 1);
    for (index, known) in world.conversations.iter_mut().enumerate() {
        known.integration = if index % 2 == 0 { "webchat" } else { "slack" }.to_owned();
    }
    let fake = Fake::start(world);
    let person = fake.world().conversations[0].participants[1].clone();
    for filter in [
        "--integration webchat".to_owned(),
        format!("--participant {person}"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            let out = botpress(&fake, "--state s -f jsonl")
                .args(&filter)
                .within(folder.path())
                .stdout();
            ids(&records(&out))
                .into_iter()
                .map(|(id, _)| id)
                .collect::<Vec<_>>()
        };
        let first = run();
        assert!(!first.is_empty() && first.len() < 40);
        let all: Vec<_> = fake
            .world()
            .conversations
            .iter()
            .map(|known| known.id.clone())
            .collect();
        for id in &all {
            fake.world().say(id, now - 1000, true, "all of them");
        }
        let mut second = run();
        second.sort();
        let mut first = first;
        first.sort();
        assert_eq!(second, first, "{filter}");
    }
}

#[test]
fn without_the_bot_wide_list_counts_are_compared() {
    let now = clock();
    for counted in [true, false] {
        let mut world = World::with_conversations(60, |_| 2);
        for known in &mut world.conversations {
            known.message_count = counted.then_some(2);
        }
        let refuse = Rule::test(|request| {
            request.path.ends_with("/messages") && request.param("conversationId").is_none()
        });
        let fake = Fake::start(world.rule(refuse.answer(Action::Status(400))));
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            fake.forget();
            let out = botpress(&fake, "--state s -f jsonl")
                .within(folder.path())
                .stdout();
            (records(&out).len(), fake.requests().len())
        };
        assert_eq!(run().0, 60);
        let (written, requests) = run();
        assert_eq!(written, 0);
        // Where the list does not tell, everything is looked at again, and nothing is written twice.
        assert_eq!(requests <= 5, counted, "{requests} requests");
        let id = fake.world().conversations[7].id.clone();
        fake.world().say(&id, now - 50 * DAY, true, "counted");
        assert_eq!(run().0, 1);
    }
}

#[test]
fn a_site_is_asked_for_what_is_new() {
    let fake = Fake::start(World::new().with_boost(40, |i| 2 + i % 9));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let run = boost(&fake, "--since 2026-01-01 --state s -o all.jsonl --append")
            .within(folder.path())
            .run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        fake.requests().last().unwrap().json()["from"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(run(), "2026-01-01T00:00:00+00:00");
    let file = || fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(records(&file()).len(), 40);
    let from = run();
    let year = &from[..4];
    assert!(
        year >= "2026" && from != "2026-01-01T00:00:00+00:00",
        "{from}"
    );
    assert_eq!(records(&file()).len(), 40, "nothing came again");

    let time = time_now();
    let grown = format!(
        r#"{{"type":"conversation","id":1000001,"time":{{"created":"{time}","last_message_created":"{time}"}},"messages":[
        {{"id":1,"time":"{time}","type":"question","question":{{"input":"more"}}}}]}}"#
    );
    fake.world()
        .boost
        .conversations
        .retain(|known| known.id != "1000001");
    fake.world().boost.add(&grown);
    run();
    run();
    assert_eq!(records(&file()).len(), 41, "once, though it came twice");
    assert_eq!(latest(&file())["1000001"], ["1"]);
}

fn time_now() -> String {
    crate::support::fake::utc(clock() - 5000)
}

#[test]
fn failed_conversations_are_tried_first_until_they_are_had() {
    let fake = Fake::start(World::with_conversations(30, |_| 2));
    let lost = truth(&fake.world())[11].0.clone();
    let rule = Rule::on(&format!("/messages?conversationId={lost}")).answer(Action::Status(400));
    fake.world().faults.push(rule);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .run()
    };
    run().ends(3, &[&lost, "1 of 30"]);
    fake.forget();
    run().ends(3, &[&lost, "1 of 1"]);
    // The list is read at the same time.
    let requests = fake.requests();
    let single = |request: &&Recorded| request.target.contains("/conversations/");
    let first = requests.iter().find(single).unwrap();
    assert!(first.target.contains(&lost));
    fake.world().faults.clear();
    assert_eq!(run().code, 0);
    assert_eq!(
        mirror(&folder.path().join("mirror")),
        sorted(truth(&fake.world()))
    );
    fake.forget();
    assert_eq!(run().code, 0);
    assert!(
        fake.requests()
            .iter()
            .all(|request| !request.target.contains(&lost))
    );
}

#[test]
fn failed_conversations_of_a_site_are_asked_for_by_id() {
    use crate::support::fake::{BoostFault, When};
    let fake = Fake::start(World::new().with_boost(20, |_| 4));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Malformed(3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        boost(&fake, "--since 2026-01-01 --state s -f jsonl")
            .within(folder.path())
            .run()
    };
    let first = run();
    first.ends(3, &["could not read conversation 1000004", "1 of 20"]);
    let second = run();
    assert_eq!((second.code, second.stderr.as_str()), (0, ""));
    assert_eq!(ids(&records(&second.stdout))[0].0, "1000004");
    let bodies: Vec<_> = fake
        .requests()
        .iter()
        .map(|request| request.json()["conversation_ids"].clone())
        .collect();
    assert_eq!(bodies[1], serde_json::json!([1_000_004]));
    assert!(bodies[2].is_null());
    fake.forget();
    assert_eq!(run().code, 0);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_state_is_for_one_export_only() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    assert_eq!(run("--state s -d mirror -f json").code, 0);
    let before = fs::read(folder.path().join("s")).unwrap();
    let other = "it is that of another export";
    run("--state s -d mirror -f json --integration slack")
        .ends(2, &["the state s", other, "integration was null"]);
    run("--state s -d other -f json").ends(2, &[other, "output was"]);
    run("--state s -d mirror -f jsonl").ends(2, &[other, "format was"]);
    botpress(&fake, "--state s -d mirror -f json --bot-id b")
        .within(folder.path())
        .run()
        .ends(2, &[other, "bot was"]);
    run("--state s -o all.json").ends(2, &["--state with -o FILE needs --append"]);
    run("--state s -o all.json --append").ends(2, &["--append", "cannot grow", "jsonl"]);
    run("--state s -d mirror --limit 3").ends(2, &["cannot be used with"]);
    run("-o all.jsonl --append").ends(2, &["--state"]);
    assert_eq!(fs::read(folder.path().join("s")).unwrap(), before);
    let text = String::from_utf8(before).unwrap();
    assert!(
        !text.contains("bp_pat") && text.contains("\"watermark\": \"20"),
        "{text}"
    );
}

#[test]
fn a_damaged_state_is_not_used() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let whole = fs::read(folder.path().join("s")).unwrap();
    for cut in [0, 1, whole.len() / 2, whole.len() - 2] {
        fs::write(folder.path().join("s"), &whole[..cut]).unwrap();
        run().ends(
            1,
            &["could not use the state s", "it is damaged", "remove it"],
        );
        assert_eq!(fs::read(folder.path().join("s")).unwrap(), &whole[..cut]);
    }
    fs::write(folder.path().join("s"), "{\"version\":99}").unwrap();
    run().ends(1, &["of another version"]);
    fs::write(folder.path().join("s"), &whole).unwrap();
    assert_eq!(run().code, 0);
}

#[test]
fn an_appended_file_that_is_not_the_known_one_is_left_alone() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.jsonl");
    let run = || {
        botpress(&fake, "--state s -o all.jsonl --append")
            .within(folder.path())
            .run()
    };
    fs::write(&file, "mine\n").unwrap();
    for _ in 0..2 {
        run().ends(2, &["all.jsonl", "5 bytes that the state knows nothing of"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(run().code, 0);
    let whole = fs::read_to_string(&file).unwrap();
    assert_eq!(sorted(ids(&records(&whole))), sorted(truth(&fake.world())));
    fs::write(&file, &whole[..10]).unwrap();
    run().ends(2, &["it has 10 bytes", "replaced or cut"]);
    fs::write(&file, format!("{whole}more\n")).unwrap();
    run().ends(2, &["something else wrote to it"]);
    fs::write(&file, &whole).unwrap();
    assert_eq!(run().code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
}

#[test]
fn two_runs_on_one_state() {
    let slow = Rule::on("/messages").answer(Action::Delay(std::time::Duration::from_millis(100)));
    let fake = Fake::start(World::with_conversations(20, |_| 2).rule(slow));
    let folder = tempfile::tempdir().unwrap();
    let mut first = botpress(&fake, "--concurrency 1 --state s -d mirror -f json")
        .within(folder.path())
        .command();
    let mut first = first.spawn().unwrap();
    while fake.requests().len() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = botpress(&fake, "--state s -d mirror -f json")
        .within(folder.path())
        .run();
    second.ends(
        1,
        &["the state s", "another run of convexport is writing there"],
    );
    assert!(first.wait().unwrap().success());
    assert_eq!(
        mirror(&folder.path().join("mirror")),
        sorted(truth(&fake.world()))
    );
}

#[test]
fn an_overdue_run_says_what_may_be_gone() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let path = folder.path().join("s");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["watermark"] = "2026-01-01T00:00:00.000000Z".into();
    fs::write(&path, state.to_string()).unwrap();
    run().ends(0, &["days old", "after 90 days", "may be gone"]);
    assert_eq!(run().stderr, "");
}

#[test]
fn the_state_forgets_what_cannot_come_again() {
    let world = World::new().conversation(Conversation::new("old", clock() - 95 * DAY));
    let fake = Fake::start(world.conversation(Conversation::new("young", clock() - DAY)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .stdout()
    };
    run();
    let path = folder.path().join("s");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["known"]["old"]["met"] = "2026-01-01T00:00:00.000000Z".into();
    fs::write(&path, state.to_string()).unwrap();
    run();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("\"young\"") && !text.contains("\"old\""),
        "{text}"
    );
    assert!(!folder.path().join("s.journal").exists());
}

#[test]
fn a_summary_is_written_on_every_way_out() {
    let fake = Fake::start(World::with_conversations(30, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        botpress(&fake, "--summary summary.json")
            .args(args)
            .within(folder.path())
            .run()
    };
    let found = || summary(folder.path());

    assert_eq!(run("-o all.json").code, 0);
    let good = found();
    assert_eq!(good["complete"], true);
    assert_eq!(
        (&good["exit_code"], &good["source"]),
        (&0.into(), &"botpress".into())
    );
    assert_eq!(good["counts"]["conversations"], 30);
    assert_eq!(good["counts"]["messages"], 60);
    assert_eq!(good["network"]["requests"], fake.requests().len());
    let file = &good["files"][0];
    let bytes = fs::read(folder.path().join("all.json")).unwrap();
    assert_eq!(
        (file["name"].as_str(), file["bytes"].as_u64()),
        (Some("all.json"), Some(bytes.len() as u64))
    );
    assert_eq!(file["conversations"], 30);
    assert!(good["started"].as_str() <= good["finished"].as_str());
    assert!(!good.to_string().contains("bp_pat"));

    fake.world()
        .faults
        .push(Rule::on("/messages").nth(3).answer(Action::Status(400)));
    run("-f jsonl").ends(3, &[]);
    let bad = found();
    assert_eq!(
        (
            &bad["complete"],
            &bad["exit_code"],
            &bad["counts"]["failed"]
        ),
        (&false.into(), &3.into(), &1.into())
    );
    assert!(bad["failed"][0]["error"].as_str().unwrap().contains("400"));
    assert_eq!(bad["files"][0]["name"], "-");
    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run("-f jsonl").ends(4, &[]);
    assert_eq!(
        (&found()["complete"], &found()["exit_code"]),
        (&false.into(), &4.into())
    );
    botpress(&fake, "--summary summary.json -o nowhere/x")
        .within(folder.path())
        .run()
        .ends(1, &[]);
    assert_eq!(found()["exit_code"], 1);
    fake.world().faults.clear();
    let to_stderr = botpress(&fake, "-f jsonl --limit 1 --summary -").run();
    assert_eq!(
        serde_json::from_str::<Value>(&to_stderr.stderr).unwrap()["counts"]["conversations"],
        1
    );
    run("-f jsonl --summary nowhere/summary.json").ends(2, &["--summary"]);
    botpress(&fake, "-f jsonl --summary nowhere/s")
        .run()
        .ends(1, &["could not write the summary nowhere/s"]);
}

#[test]
fn verify_tells_whether_an_export_is_what_it_was() {
    let fake = Fake::start(World::with_conversations(5, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let verify = |what: &str| {
        convexport("verify --summary summary.json")
            .args(what)
            .within(folder.path())
            .run()
    };
    assert_eq!(
        botpress(&fake, "-d all -f json --summary summary.json")
            .within(folder.path())
            .run()
            .code,
        0
    );
    let good = verify("all");
    assert_eq!((good.code, good.stderr.as_str()), (0, ""));
    assert!(
        good.stdout.starts_with("5 files with 5 conversations and "),
        "{}",
        good.stdout
    );
    let name = summary(folder.path())["files"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = folder.path().join("all").join(&name);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[1..]).unwrap();
    verify("all").ends(1, &[&name, "bytes instead of"]);
    let mut other = whole.clone();
    other[20] ^= 1;
    fs::write(&path, &other).unwrap();
    verify("all").ends(1, &[&name, "other contents"]);
    fs::remove_file(&path).unwrap();
    verify("all").ends(1, &[&name, "it cannot be read"]);

    assert_eq!(
        botpress(
            &fake,
            "-o all.jsonl --append --state s --summary summary.json"
        )
        .within(folder.path())
        .run()
        .code,
        0
    );
    assert_eq!(verify("all.jsonl").code, 0);
    let id = fake.world().conversations[0].id.clone();
    fake.world().say(&id, clock(), true, "more");
    assert_eq!(
        botpress(
            &fake,
            "-o all.jsonl --append --state s --summary summary.json"
        )
        .within(folder.path())
        .run()
        .code,
        0
    );
    let both = summary(folder.path());
    assert_eq!(
        (
            &both["files"][0]["conversations"],
            &both["counts"]["conversations"]
        ),
        (&6.into(), &1.into())
    );
    assert_eq!(verify("all.jsonl").code, 0);
    convexport("verify all --summary nowhere")
        .within(folder.path())
        .run()
        .ends(1, &["could not read the summary nowhere"]);
}

#[test]
fn a_count_that_does_not_match_is_asked_again_and_then_told() {
    let mut world = World::with_conversations(3, |_| 2);
    world.conversations[1].message_count = Some(5);
    let id = world.conversations[1].id.clone();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "-f jsonl --summary summary.json")
        .within(folder.path())
        .run();
    run.ends(
        0,
        &[&format!(
            "conversation {id} has 2 messages, but the vendor says 5"
        )],
    );
    assert_eq!(records(&run.stdout).len(), 3);
    let doubt = serde_json::json!([{"id": id, "promised": 5, "found": 2}]);
    assert_eq!(summary(folder.path())["doubtful"], doubt);
    let asked = fake
        .requests()
        .iter()
        .filter(|request| request.target.contains(&id))
        .count();
    assert_eq!(asked, 3, "messages, record, messages");
}

#[test]
fn check_is_one_request_and_one_line() {
    let fake = Fake::start(World::with_conversations(3, |_| 2).with_boost(3, |_| 4));
    let (token, bot, boost_token) = {
        let world = fake.world();
        (
            world.token.clone(),
            world.bot_id.clone(),
            world.boost.token.clone(),
        )
    };
    let check = |vendor: &str, token: &str| -> Run {
        fake.forget();
        let run = convexport("check").args(vendor);
        let run = run
            .env("BP_API_URL", &fake.url())
            .env("BP_TOKEN", token)
            .env("BP_BOT_ID", &bot);
        run.env("BOOST_SITE", &fake.url())
            .env("BOOST_TOKEN", token)
            .run()
    };
    for (vendor, token) in [("botpress", &token), ("boost", &boost_token)] {
        let good = check(vendor, token);
        assert_eq!(
            (good.code, good.stderr.as_str(), good.stdout.lines().count()),
            (0, "", 1)
        );
        assert!(
            good.stdout.contains("answers and the token may"),
            "{}",
            good.stdout
        );
        assert_eq!(fake.requests().len(), 1);
        check(vendor, "wrong").ends(4, &["401", "check B"]);
    }
    let away = convexport("check botpress --bot-id b --retries 0 --base-url http://127.0.0.1:9")
        .env("BP_TOKEN", "t");
    away.run()
        .ends(5, &["could not list the conversations of bot b"]);
    convexport("check boost").run().ends(2, &["no site"]);
}
