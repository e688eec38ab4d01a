//! Where an export goes: stdout, files, folders; and that nothing half done gets a final name.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::support::fake::{Action, Conversation, Fake, REFERENCE, Recorded, Rule, World, utc};
use crate::support::{bot_with, botpress, convexport, ids, records, truth};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != ".convexport.lock");
    names.sort();
    names
}

#[test]
fn a_file_has_the_form_of_its_extension() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [
        ("a.txt", "text"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("b.ndjson", "jsonl"),
        ("b.md", "markdown"),
        ("b.markdown", "markdown"),
        ("b.CSV", "csv"),
        ("c", "text"),
    ] {
        let stdout = botpress(&fake, "-f").arg(format).stdout();
        assert_eq!(
            botpress(&fake, "-o")
                .arg(name)
                .within(folder.path())
                .stdout(),
            ""
        );
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).unwrap(),
            stdout
        );
    }
    assert_eq!(
        names(folder.path()),
        [
            "a.json",
            "a.jsonl",
            "a.txt",
            "b.CSV",
            "b.markdown",
            "b.md",
            "b.ndjson",
            "c"
        ]
    );
    let given = botpress(&fake, "-o d.txt -f json").within(folder.path());
    assert_eq!(given.stdout(), "");
    assert!(
        fs::read_to_string(folder.path().join("d.txt"))
            .unwrap()
            .starts_with('[')
    );
    let dash = botpress(&fake, "-o - -f jsonl")
        .within(folder.path())
        .stdout();
    assert_eq!(records(&dash).len(), 3);
}

#[test]
fn a_folder_gets_a_file_a_conversation() {
    let odd = Conversation::new("../Ünsafe: CON?", REFERENCE);
    let fake = Fake::start(World::with_conversations(3, |_| 2).conversation(odd));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        botpress(&fake, "-d new/er").within(folder.path()).stdout(),
        ""
    );
    let names = names(&folder.path().join("new/er"));
    let mut expected: Vec<_> = fake.world().conversations[..3]
        .iter()
        .map(|known| format!("{}_{}.txt", &utc(known.created_at)[..10], known.id))
        .collect();
    expected.push("2026-11-20_____nsafe__CON_~".to_owned());
    expected.sort();
    assert_eq!(names.len(), 4);
    for (name, expected) in names.iter().zip(&expected) {
        assert!(name.starts_with(expected.as_str()), "{name} {expected}");
    }
    let one = fs::read_to_string(folder.path().join("new/er").join(&names[0])).unwrap();
    assert!(
        one.starts_with("=== ") && one.matches("=== ").count() == 1,
        "{one}"
    );
}

#[test]
fn each_form_works_in_a_folder() {
    let fake = Fake::start(World::with_conversations(5, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d json -f json")
        .within(folder.path())
        .stdout();
    let mut found: Vec<_> = Vec::new();
    for name in names(&folder.path().join("json")) {
        let text = fs::read_to_string(folder.path().join("json").join(name)).unwrap();
        let whole: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        found.extend(ids(&whole));
    }
    let mut all = truth(&fake.world());
    all.sort();
    found.sort();
    assert_eq!(found, all);
}

#[test]
fn an_incomplete_export_never_takes_the_place_of_a_complete_one() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "-o all.json --retries 0")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let complete = fs::read(folder.path().join("all.json")).unwrap();

    fake.world()
        .faults
        .push(Rule::on("/messages").nth(7).answer(Action::Status(500)));
    run().ends(3, &["1 of 30 conversations", "all.json.partial"]);
    assert_eq!(fs::read(folder.path().join("all.json")).unwrap(), complete);
    let partial = fs::read(folder.path().join("all.json.partial")).unwrap();
    let partial: Vec<serde_json::Value> = serde_json::from_slice(&partial).unwrap();
    assert_eq!(
        partial.len(),
        29,
        "all that could be had is there, and well formed"
    );

    fake.world().faults = vec![Rule::on("nextToken").answer(Action::Status(500))];
    run().ends(5, &["could not list the conversations", "all.json.partial"]);
    let cut = fs::read_to_string(folder.path().join("all.json.partial")).unwrap();
    assert!(
        cut.starts_with('[') && !cut.trim_end().ends_with(']'),
        "a cut export must not look whole"
    );

    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run().ends(4, &["401"]);
    let kept = fs::read_to_string(folder.path().join("all.json.partial")).unwrap();
    assert_eq!(
        kept, cut,
        "a run that got nothing leaves the earlier one's part"
    );

    fake.world().faults.clear();
    assert_eq!(run().code, 0);
    assert_eq!(fs::read(folder.path().join("all.json")).unwrap(), complete);
    assert_eq!(names(folder.path()), ["all.json"]);
}

#[test]
fn a_run_that_got_nothing_leaves_nothing() {
    let fake = Fake::start(World::new().rule(Rule::on("/").answer(Action::Status(401))));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.json")
        .within(folder.path())
        .run()
        .ends(4, &["401"]);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn the_destination_is_checked_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    run("-o nowhere/all.json").ends(1, &["could not write to nowhere/all.json", "No such file"]);
    run("-o .").ends(1, &["could not write to .", "directory"]);
    run("-d file").ends(1, &["could not write to the folder file"]);
    run("-o a -d b").ends(2, &["cannot be used with"]);
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_names_the_path() {
    let fake = Fake::start(World::with_conversations(60, |_| 20));
    botpress(&fake, "-f jsonl -o /dev/full")
        .run()
        .ends(1, &["could not write to /dev/full", "No space left"]);
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
            // The one that is written at the beginning, and that of the end.
            let begun = fs::read_to_string(&pipe).unwrap();
            begun + &fs::read_to_string(&pipe).unwrap()
        })
    };
    convexport("boost --input tests/fixtures/boost-export.json -f jsonl --summary")
        .arg(&pipe)
        .stdout();
    assert!(reader.join().unwrap().contains("\"complete\": true"));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn no_file_of_the_run_lies_among_the_conversations() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["--summary all/1000001.json", "--state all/s"] {
        let fake = Fake::start(World::new());
        botpress(&fake, "-d all -f json")
            .args(file)
            .within(folder.path())
            .run()
            .ends(2, &["keep it beside"]);
    }
}

#[test]
fn a_second_run_leaves_the_first_one_alone() {
    let slow = Rule::on("/messages").answer(Action::Delay(std::time::Duration::from_millis(100)));
    let fake = Fake::start(World::with_conversations(20, |_| 2).rule(slow));
    let folder = tempfile::tempdir().unwrap();
    for destination in ["-o all.jsonl", "-d all"] {
        fake.forget();
        let mut first = botpress(&fake, &format!("--concurrency 1 {destination}"))
            .within(folder.path())
            .command();
        let mut first = first.spawn().unwrap();
        while fake.requests().len() < 3 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let second = botpress(&fake, destination)
            .env("BP_BOT_ID", "another")
            .within(folder.path())
            .run();
        second.ends(1, &["another run of convexport is writing there"]);
        assert!(first.wait().unwrap().success());
        assert!(
            fake.requests()
                .iter()
                .all(|request| request.header("x-bot-id") != Some("another"))
        );
    }
    let all = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(ids(&records(&all)), truth(&fake.world()));
    assert_eq!(names(&folder.path().join("all")).len(), 20);
}

#[test]
fn each_file_of_a_folder_is_replaced_whole_or_not_at_all() {
    let fake = Fake::start(World::with_conversations(1, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || botpress(&fake, "-d all -f json").within(folder.path());
    run().stdout();
    let path = folder
        .path()
        .join("all")
        .join(&names(&folder.path().join("all"))[0]);
    let before = fs::metadata(&path).unwrap();
    fs::write(&path, "old").unwrap();
    run().stdout();
    let after = fs::metadata(&path).unwrap();
    assert_eq!(after.len(), before.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_ne!(before.ino(), after.ino(), "another file took its name");
    }
}

#[test]
fn what_is_written_is_passed_on_before_a_wait() {
    let world =
        World::with_conversations(2, |_| 1).rule(Rule::on("/messages").nth(2).answer(Action::Hang));
    let fake = Fake::start(world);
    let mut command = botpress(&fake, "-f jsonl --concurrency 1 --timeout 100").command();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().starts_with('{'));
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How many conversations of a bot were asked for while the first of the list let wait for itself.
fn ran_ahead(args: &str, size: usize) -> usize {
    let world = || {
        let mut world = World::with_conversations(400, |_| 1);
        for conversation in &mut world.conversations {
            let raw = &mut conversation.messages[0].raw;
            let filler = format!(r#","filler":"{}"}}"#, "x".repeat(size));
            raw.replace_range(raw.len() - 1.., &filler);
        }
        world
    };
    let first = truth(&world())[0].0.clone();
    let hang = Rule::on(&format!("/messages?conversationId={first}"));
    let fake = Fake::start(world().rule(hang.first(1).answer(Action::Hang)));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, &format!("{args} --timeout 3"))
        .within(folder.path())
        .run()
        .ends(0, &[]);
    let requests = fake.requests();
    let again = |request: &&Recorded| request.target.contains(&first);
    let again = requests.iter().filter(again).nth(1).unwrap().at;
    let messages = requests
        .iter()
        .filter(|request| request.path.ends_with("/messages"));
    messages.filter(|request| request.at < again).count() - 1
}

#[test]
fn many_run_ahead_of_a_slow_conversation() {
    assert_eq!(ran_ahead("-f jsonl", 10), 399);
}

/// 8 MiB wait for it at most.
#[test]
fn their_bytes_are_bounded() {
    let ahead = ran_ahead("-f jsonl", 50_000);
    assert!((160..=205).contains(&ahead), "{ahead} ran ahead");
}

#[test]
fn files_of_their_own_need_no_order() {
    assert_eq!(ran_ahead("-d all -f json", 50_000), 399);
}

#[cfg(unix)]
#[test]
fn what_lies_in_the_way_is_not_written_through() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(from, folder.path().join(to)).unwrap();
    fs::write(folder.path().join("victim"), "mine").unwrap();
    link("victim", "all.json.partial");
    link("nowhere", "lost.json");
    let run = |file: &str| botpress(&fake, "-o").arg(file).within(folder.path()).run();
    run("all.json").ends(1, &["all.json.partial is in the way"]);
    run("lost.json").ends(1, &["it is a link to nowhere"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("victim")).unwrap(),
        "mine"
    );
}

#[test]
fn an_earlier_part_outlives_a_run_in_which_everything_failed() {
    let fake = Fake::start(
        World::with_conversations(3, |_| 1).rule(Rule::on("/messages").answer(Action::Status(400))),
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.jsonl.partial"), "earlier").unwrap();
    botpress(&fake, "-o all.jsonl")
        .within(folder.path())
        .run()
        .ends(3, &["3 of 3"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all.jsonl.partial")).unwrap(),
        "earlier"
    );
}

#[test]
fn messages_are_sorted_by_their_time() {
    let message = |id: &str, time: &str| {
        format!(
            "{{\"id\":\"{id}\",\"createdAt\":\"2026-11-01T10:00:{time}Z\",\"type\":\"text\",\"payload\":{{}}}}"
        )
    };
    let items = [
        message("c", "02"),
        message("a", "00"),
        message("e", "03"),
        message("d", "03"),
        message("b", "01.5"),
    ];
    let page = format!("{{\"messages\":[{}],\"meta\":{{}}}}", items.join(","));
    let fake = Fake::start(bot_with(&[]).rule(Rule::on("/messages").answer(Action::Body(page))));
    let found = ids(&records(&botpress(&fake, "-f jsonl").stdout()));
    assert_eq!(found[0].1, ["a", "b", "c", "d", "e"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_rights() {
    use std::os::unix::fs::PermissionsExt;
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.jsonl");
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("real.jsonl", folder.path().join("link.jsonl")).unwrap();
    botpress(&fake, "-o link.jsonl")
        .within(folder.path())
        .stdout();
    assert_eq!(records(&fs::read_to_string(&real).unwrap()).len(), 2);
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(names(folder.path()), ["link.jsonl", "real.jsonl"]);
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut command = botpress(&fake, "-f jsonl").command();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    assert!(
        fake.requests().len() < 600,
        "it did not fetch everything for nobody"
    );
}

#[test]
fn control_and_bidi_characters_pass_through_a_pipe() {
    let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                   \"payload\":{\"text\":\"a\\u001b[31mb\\u202ec\"}}";
    let fake = Fake::start(bot_with(&[message]));
    assert!(
        botpress(&fake, "")
            .stdout()
            .contains("User: a\u{1b}[31mb\u{202e}c\n")
    );
}

/// util-linux's `script` gives the binary a terminal of its own.
#[cfg(target_os = "linux")]
mod on_a_terminal {
    use super::{Fake, World, bot_with, botpress};
    use crate::support::fake::{Action, Rule};

    fn screen(fake: &Fake, args: &str, redirect: &str) -> String {
        botpress(fake, args).screen("", redirect)
    }

    #[test]
    fn messages_cannot_write_to_it() {
        let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                       \"payload\":{\"text\":\"a\\u001b[31mb\\u202ec\"}}";
        let fake = Fake::start(bot_with(&[message]));
        let screen = screen(&fake, "", " 2>/dev/null");
        assert!(screen.contains(": a\\u001b[31mb\\u202ec\r\n"), "{screen}");
    }

    #[test]
    fn progress_and_a_last_line_are_shown() {
        let limited = Rule::on("/messages").nth(3).answer(Action::retry_after(1));
        let fake = Fake::start(World::with_conversations(30, |_| 2).rule(limited));
        let shown = screen(&fake, "-f jsonl", " >/dev/null");
        assert!(
            shown.contains("30 conversations, 60 messages in"),
            "{shown}"
        );
        assert!(
            shown.contains("rate limited, waiting 2 s")
                || shown.contains("rate limited, waiting 1 s"),
            "{shown}"
        );
        let shared = screen(&fake, "-f jsonl", "");
        let lines: Vec<_> = shared.lines().collect();
        assert!(
            lines[..30]
                .iter()
                .all(|line| line.starts_with("{\"source\"")),
            "no bar between the data: {shared}"
        );
        let quiet = screen(&fake, "-f jsonl -q", " >/dev/null");
        assert_eq!(quiet, "");
        let plain = screen(&fake, "-f jsonl --no-progress", " >/dev/null");
        assert!(
            plain.starts_with("30 conversations, 60 messages in") && plain.lines().count() == 1,
            "{plain}"
        );
    }
}
