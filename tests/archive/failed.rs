//! Archives in odd circumstances: a flag that was mended, a folder that is not there, a clock that was wrong, and
//! conversations that fail for good. None of them may end in "done" when something is missing.

use std::fs;

use serde_json::{Value, json};

use crate::archive::increment::{clock, mirror};
use crate::support::fake::{Action, BoostFault, Conversation, DAY, Fake, Rule, When, World};
use crate::support::{Run, boost, botpress, convexport, ids, records, truth};

fn slow(conversations: usize) -> Fake {
    let slow = Rule::on("/messages").answer(Action::Delay(std::time::Duration::from_millis(20)));
    Fake::start(World::with_conversations(conversations, |_| 1).rule(slow))
}

fn state(folder: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("s")).unwrap()).unwrap()
}

#[test]
fn an_unfinished_run_is_not_continued_by_another_export() {
    let fake = slow(120);
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    let wrong = run("--state s -o nowhere/x.jsonl --append");
    wrong.ends(1, &["nowhere"]);
    run("--state s -d one -f json --concurrency 1 --max-duration 1s").ends(3, &["continues"]);
    run("--state s -d two -f json").ends(2, &["it is that of another export: output was"]);
    assert_eq!(run("--state s -d one -f json").code, 0);
    assert_eq!(mirror(&folder.path().join("one")).len(), 120);
}

#[test]
fn a_relative_beginning_is_bound_once() {
    let now = clock();
    let world = World::new().conversation(Conversation::new("edge", now - 7 * DAY + 8000));
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl --since 7d")
            .within(folder.path())
            .stdout()
    };
    assert_eq!(records(&run()).len(), 1);
    std::thread::sleep(std::time::Duration::from_secs(9));
    fake.world().say("edge", clock(), true, "still here");
    assert_eq!(
        records(&run()).len(),
        1,
        "it began within seven days before the archive's first run"
    );
    let site = Fake::start(World::new().with_boost(3, |_| 4));
    let run = || {
        boost(&site, "--state b -f jsonl --since 90d")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let first = site.requests()[0].json()["from"].clone();
    let mut kept = json!(null);
    for _ in 0..2 {
        let path = folder.path().join("b");
        let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        state["watermark"] = "2026-01-05T00:00:00.000000Z".into();
        fs::write(&path, state.to_string()).unwrap();
        assert_eq!(run().code, 0);
        kept = site.requests().last().unwrap().json()["from"].clone();
    }
    assert_eq!(
        kept, "2026-01-04T23:00:00+00:00",
        "the watermark counts, not 90 days before tonight ({first})"
    );
    boost(&site, "--state c --since 9d --until 2d")
        .run()
        .ends(2, &["--until", "cannot be used with"]);
}

#[test]
fn a_record_without_an_id_holds_nothing_else_up() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let list = |fake: &Fake| {
        let known: Vec<_> = truth(&fake.world()).into_iter().map(|(id, _)| id).collect();
        let mut items: Vec<_> = known
            .iter()
            .map(|id| json!({"id": id, "createdAt": "2026-11-19T00:00:00Z"}))
            .collect();
        items.push(json!({"createdAt": "2026-11-19T00:00:00Z"}));
        json!({"conversations": items, "meta": {}}).to_string()
    };
    let body = list(&fake);
    fake.world()
        .faults
        .push(Rule::path("/v1/chat/conversations").answer(Action::Body(body)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json --summary sum")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["without an id", "1 of 4"]);
    let id = truth(&fake.world())[0].0.clone();
    fake.world().say(&id, clock(), true, "grown meanwhile");
    run().ends(3, &["without an id", "1 of 2"]);
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_eq!(mirror(&folder.path().join("mirror")), expected);
    assert!(
        !folder.path().join("s.journal").exists() && state(folder.path())["watermark"].is_null()
    );
    fake.world().faults.clear();
    assert_eq!(run().code, 0);
}

#[test]
fn ids_that_are_no_integers_are_tried_again_too() {
    let fake = Fake::start(World::new().with_boost(3, |_| 4));
    let odd = r#"{"type":"conversation","id":"abc","time":{"created":"2026-11-01T10:00:00Z"},"messages":[{"id":1,"time":"2026-11-01T10:00:00Z","type":"question"}],"#;
    fake.world().boost.add(&format!(r#"{odd}"x":1}}"#));
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
    assert_eq!(first.code, 3, "{}", first.stderr);
    let failed = state(folder.path())["failed"].as_object().unwrap().clone();
    let id = failed.keys().next().unwrap().clone();
    let second = run();
    let asked = fake.requests()[1].json()["conversation_ids"].clone();
    let expected = id
        .parse::<u64>()
        .map_or_else(|_| json!([id]), |id| json!([id]));
    assert_eq!(asked, expected);
    // The API takes integers alone: it is said each night, and never that all is done.
    second.ends(
        3,
        &["could not read conversation abc again", "list of integers"],
    );
    assert!(state(folder.path())["failed"]["abc"].is_string());
}

#[test]
fn a_folder_that_is_not_there_is_noticed() {
    let fake = Fake::start(World::with_conversations(5, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    fs::rename(
        folder.path().join("mirror"),
        folder.path().join("elsewhere"),
    )
    .unwrap();
    run().ends(
        2,
        &[
            "mirror",
            "it is not the folder that the state knows",
            "mounted",
        ],
    );
    fs::create_dir(folder.path().join("mirror")).unwrap();
    run().ends(2, &["it is not the folder that the state knows"]);
    fs::remove_dir(folder.path().join("mirror")).unwrap();
    fs::rename(
        folder.path().join("elsewhere"),
        folder.path().join("mirror"),
    )
    .unwrap();
    assert_eq!(run().code, 0);
}

#[test]
fn a_clock_that_was_wrong_costs_a_full_look_and_nothing_else() {
    let fake = Fake::start(World::with_conversations(25, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        records(
            &botpress(&fake, "--state s -f jsonl")
                .within(folder.path())
                .stdout(),
        )
        .len()
    };
    assert_eq!(run(), 25);
    let mut wrong = state(folder.path());
    wrong["watermark"] = "2099-01-01T00:00:00.000000Z".into();
    fs::write(folder.path().join("s"), wrong.to_string()).unwrap();
    let id = truth(&fake.world())[9].0.clone();
    fake.world().say(&id, clock() - 30 * DAY, true, "before");
    assert_eq!(run(), 1);
    assert!(state(folder.path())["watermark"].as_str().unwrap() < "2099");
}

#[test]
fn conversations_that_fail_for_good_do_not_hold_up_the_others() {
    let fake = Fake::start(World::with_conversations(120, |_| 1));
    let bad: Vec<_> = truth(&fake.world())
        .into_iter()
        .step_by(4)
        .map(|(id, _)| id)
        .collect();
    let rule = Rule::test(move |request| {
        request
            .param("conversationId")
            .is_some_and(|id| bad.iter().any(|bad| bad == id))
    });
    fake.world().faults.push(rule.answer(Action::Status(500)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl --retries 0")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["30 of 120"]);
    fake.world()
        .conversations
        .push(Conversation::new("new", clock()));
    let second = run();
    second.ends(3, &["30 of 31"]);
    assert_eq!(records(&second.stdout)[0]["id"], "new");
}

#[test]
fn a_site_that_will_not_give_a_failed_one_gives_the_others() {
    let fake = Fake::start(World::new().with_boost(20, |_| 4));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Malformed(3));
    fake.world()
        .boost
        .fault(When::Nth(2), BoostFault::ErrorAfter(0));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        boost(&fake, "--since 2026-01-01 --state s -f jsonl")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["could not read conversation 1000004"]);
    let second = run();
    second.ends(
        3,
        &["could not read conversation 1000004 again: boost.ai reports an error"],
    );
    assert!(
        fake.requests().last().unwrap().json()["conversation_ids"].is_null(),
        "the range was asked for"
    );
    assert_eq!(run().code, 0);
}

#[test]
fn a_night_of_deletions_is_no_error() {
    let fake = Fake::start(World::with_conversations(30, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let all = truth(&fake.world());
    for (id, _) in all.into_iter().take(6) {
        fake.world().say(&id, clock(), true, "bye");
    }
    fake.world()
        .faults
        .push(Rule::on("/conversations/").answer(Action::Vanish));
    run().ends(0, &["is gone"]);
    assert_eq!(run().code, 0);
}

#[test]
fn idle_conversations_are_not_appended_again_where_lists_are_compared() {
    let mut world = World::new();
    for number in 0..3 {
        let mut known = Conversation::new(&format!("idle-{number}"), clock() - 200 * DAY);
        known.message_count = Some(0);
        world = world.conversation(known);
    }
    let refuse = Rule::test(|request| {
        request.path.ends_with("/messages") && request.param("conversationId").is_none()
    });
    let fake = Fake::start(world.rule(refuse.answer(Action::Status(400))));
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        botpress(&fake, "--state s -o o.jsonl --append")
            .within(folder.path())
            .stdout();
    }
    assert_eq!(
        records(&fs::read_to_string(folder.path().join("o.jsonl")).unwrap()).len(),
        3
    );
}

#[test]
fn one_path_is_one_thing() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| -> Run { botpress(&fake, args).within(folder.path()).run() };
    run("--state x.jsonl -o x.jsonl --append").ends(2, &["x.jsonl is named twice"]);
    run("--summary ./x.jsonl -o x.jsonl").ends(2, &["is named twice"]);
    run("--summary s.journal --state s -f jsonl").ends(2, &["s.journal is named twice"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn nobodys_bytes_are_thrown_away() {
    let fake = slow(100);
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        botpress(&fake, "--state s -o o.jsonl --append --concurrency 1")
            .args(more)
            .within(folder.path())
            .run()
    };
    run("--max-duration 1s").ends(3, &["continues"]);
    let file = folder.path().join("o.jsonl");
    let mut text = fs::read_to_string(&file).unwrap();
    text.push_str("{\"mine\":1}\n");
    fs::write(&file, text).unwrap();
    assert_eq!(run("").code, 0);
    assert_eq!(
        fs::read_to_string(folder.path().join("o.jsonl.cut")).unwrap(),
        "{\"mine\":1}\n"
    );
    assert_eq!(
        ids(&records(&fs::read_to_string(&file).unwrap())).len(),
        100
    );
}

#[test]
fn the_summary_of_a_continued_run_has_all_its_files() {
    let fake = slow(100);
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        botpress(
            &fake,
            "--state s -d mirror -f json --summary sum --concurrency 1",
        )
        .args(more)
        .within(folder.path())
        .run()
    };
    run("--max-duration 1s").ends(3, &["continues"]);
    let verify = |what: &str| {
        convexport("verify --summary sum")
            .args(what)
            .within(folder.path())
            .run()
    };
    let partly = verify("mirror");
    partly.ends(3, &[]);
    assert!(
        partly
            .stdout
            .contains("the run was not complete (exit code 3)"),
        "{}",
        partly.stdout
    );
    assert_eq!(run("").code, 0);
    let all = verify("mirror");
    assert!(
        all.code == 0 && all.stdout.starts_with("100 files with 100 conversations"),
        "{}",
        all.stdout
    );
    verify("nowhere").ends(1, &["could not read nowhere"]);
    assert_eq!(run("").code, 0);
    assert_eq!(
        verify("mirror").stdout,
        "that run wrote nothing, so there is nothing to compare\n"
    );
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_no_good_summary() {
    let fake = slow(100);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sum"), "{\"complete\":true}").unwrap();
    let mut child = botpress(&fake, "-f jsonl --summary sum --concurrency 1")
        .within(folder.path())
        .command();
    let mut child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
    while fake.requests().len() < 5 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("sum")).unwrap()).unwrap();
    assert_eq!(
        (&summary["complete"], &summary["exit_code"]),
        (&json!(false), &json!(null))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn time_is_up_though_nobody_reads_the_output() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut child = botpress(&fake, "-f jsonl --max-duration 1s").command();
    let mut child = child.stdout(std::process::Stdio::piped()).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_token_endpoints_own_words_are_shown() {
    let fake = Fake::start(World::new());
    let body = r#"{"error":"invalid_scope","error_description":"not for this client"}"#.to_owned();
    let answer = Action::StatusWith {
        code: 400,
        headers: Vec::new(),
        body,
    };
    fake.world().faults.push(Rule::on("/oauth").answer(answer));
    let url = format!("{}/oauth/token", fake.url());
    let run = boost(&fake, "--since 1d --client-id c --token-url")
        .arg(url)
        .env("BOOST_CLIENT_SECRET", "not-a-real-secret")
        .run();
    run.ends(1, &["invalid_scope: not for this client"]);
}
