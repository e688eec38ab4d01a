//! `--summary`: what it says, and that it is written on every way out.

use std::fs;

use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, records, summary, wait_until};

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
    fs::create_dir(folder.path().join("x.partial")).unwrap();
    botpress(&fake, "--summary summary.json -o x")
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
    botpress(&fake, "-f jsonl --summary x")
        .within(folder.path())
        .run()
        .ends(1, &["could not write the summary x"]);
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
    let doubt = serde_json::json!([{"id": id, "reported_count": 5, "found": 2}]);
    assert_eq!(summary(folder.path())["count_mismatches"], doubt);
    let asked = fake
        .requests()
        .iter()
        .filter(|request| request.target.contains(&id))
        .count();
    assert_eq!(asked, 3, "messages, record, messages");
}

#[cfg(unix)]
#[test]
fn a_summary_goes_through_a_pipe_that_stays_one() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || {
            // The one that is written at the beginning, and that of the end, which may come together.
            let mut written = String::new();
            while !written.contains("\"complete\": true") {
                written += &fs::read_to_string(&pipe).unwrap();
            }
            written
        })
    };
    convexport("boost --input tests/fixtures/boost-export.json -f jsonl --summary")
        .arg(&pipe)
        .stdout();
    assert!(reader.join().unwrap().contains("\"complete\": false"));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_no_good_summary() {
    let silence = Rule::on("/messages").nth(5).answer(Action::Hang);
    let fake = Fake::start(World::with_conversations(100, |_| 1).rule(silence));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sum"), "{\"complete\":true}").unwrap();
    let running = botpress(&fake, "-f jsonl --summary sum --concurrency 1")
        .within(folder.path())
        .start();
    wait_until("the middle of the run", || fake.silent() > 0);
    running.kill();
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("sum")).unwrap()).unwrap();
    assert_eq!(
        (&summary["complete"], &summary["exit_code"]),
        (&json!(false), &json!(null))
    );
}
