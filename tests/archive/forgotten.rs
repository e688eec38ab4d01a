//! What was forgotten does not come back, and a run that is killed while it forgets leaves all or nothing.

use std::fs;

use rusqlite::Connection;

use super::forget::{forget, ids_left, left, talk_of, two_users};
use super::{Nights, quiet};
use crate::source::botpress::handover::one_session;
use crate::support::fake::{Action, Conversation, Recorded, Rule, World};
use crate::support::{Convexport, clock, convexport, summary, wait_until};

/// How many conversations the last run kept out.
fn kept_out(nights: &Nights) -> u64 {
    let summary = summary(nights.folder.path());
    assert_eq!(summary["complete"], true);
    summary["counts"]["forgotten"].as_u64().unwrap()
}

/// Who names a forgotten conversation is told why it does not come.
fn tells_of_one(command: Convexport) {
    let told = "1 conversation that --conversation names is left out, because it was forgotten";
    command.run().ends(0, &[told]);
}

#[test]
fn no_run_brings_it_back() {
    let nights = Nights::new(two_users());
    quiet(nights.bot("-d mirror -f json --name {id}"));
    convexport("render a.db -f jsonl -o before.jsonl")
        .within(nights.folder.path())
        .stdout();
    forget(&nights, "--user user_ana --yes").stdout();
    let kept = ["second_of_bo", "talk_of_bo"];
    let asked = |request: &Recorded| request.target.contains("of_ana");

    quiet(nights.bot("--sweep -d mirror -f json --name {id} --summary summary.json"));
    assert_eq!(
        (ids_left(&nights), kept_out(&nights)),
        (kept.map(str::to_owned).to_vec(), 2)
    );
    // It is not even asked for.
    assert!(!nights.fake.requests().iter().any(asked));
    assert_eq!(fs::read_dir(nights.path("mirror")).unwrap().count(), 2);

    // A message that is new in it stays out too.
    nights.grow("talk_of_ana", "new");
    quiet(nights.bot("--summary summary.json"));
    assert_eq!((ids_left(&nights).len(), kept_out(&nights)), (2, 1));
    tells_of_one(nights.bot("--conversation talk_of_ana --summary summary.json"));
    assert_eq!((ids_left(&nights).len(), kept_out(&nights)), (2, 1));
    let import = convexport("render before.jsonl --archive a.db --summary summary.json");
    quiet(import.within(nights.folder.path()));
    assert_eq!((ids_left(&nights).len(), kept_out(&nights)), (2, 2));

    let said = nights.bot("-v").run();
    said.ends(
        0,
        &[
            "conversation talk_of_ana is left out: it was forgotten",
            "1 left out (forgotten)",
        ],
    );
    let (token, bot) = {
        let world = nights.fake.world();
        (world.token.clone(), world.bot_id.clone())
    };
    let check = convexport("check botpress --archive a.db")
        .env("BP_API_URL", &nights.fake.url())
        .env("BP_TOKEN", &token)
        .env("BP_BOT_ID", &bot)
        .within(nights.folder.path());
    let said = check.stdout();
    assert!(said.ends_with("left out: 2 conversations that were forgotten\nall 2 conversations of the vendor are in the archive\n"), "{said}");
    let verify = convexport("verify a.db").within(nights.folder.path());
    assert_eq!(
        verify.stdout(),
        "2 conversations with 2 messages are what was written\n"
    );
}

/// An export of a site that does not name it has the same ids.
#[test]
fn a_saved_answer_does_not_bring_it_back() {
    let nights = Nights::new(World::new().with_boost(3, |_| 2));
    quiet(nights.site(""));
    let export = nights.render("");
    let nameless = without_account(&export);
    fs::write(nights.path("saved.jsonl"), nameless).unwrap();
    let id = ids_left(&nights).remove(0);
    forget(&nights, &format!("--conversation {id} --yes")).stdout();
    let again = format!("--conversation {id} --summary summary.json");
    tells_of_one(nights.site(&again));
    assert_eq!(kept_out(&nights), 1);
    quiet(
        convexport("render saved.jsonl --archive a.db --summary summary.json")
            .within(nights.folder.path()),
    );
    assert_eq!(kept_out(&nights), 1);
    let found = nights.sql(&format!(
        "SELECT count(*) FROM conversations WHERE conversation_id = '{id}'"
    ));
    assert_eq!(found, ["0"]);
    assert_eq!(nights.sql("SELECT count(*) FROM conversations"), ["4"]);
}

/// The export without the name of its account.
fn without_account(jsonl: &str) -> String {
    let without = |line: &str| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["account"] = serde_json::Value::Null;
        format!("{record}\n")
    };
    jsonl.lines().map(without).collect()
}

#[test]
fn a_failed_conversation_is_not_tried_again() {
    let nights = Nights::new(two_users());
    let rule = Rule::test(|request| request.param("conversationId") == Some("talk_of_ana"));
    nights
        .fake
        .world()
        .faults
        .push(rule.answer(Action::Status(400)));
    nights.bot("").run().ends(3, &["talk_of_ana"]);
    let shown = forget(&nights, "--conversation talk_of_ana --dry-run").stdout();
    assert!(
        shown.starts_with("could not be fetched so far · talk_of_ana\n"),
        "{shown}"
    );
    forget(&nights, "--conversation talk_of_ana --yes").stdout();
    assert_eq!(left(nights.folder.path(), &["talk_of_ana"]), [""; 0]);
    quiet(nights.bot("--summary summary.json"));
    assert_eq!(kept_out(&nights), 0);
    // Asked for by its id it fails again, and leaves no trace of it.
    tells_of_one(nights.bot("--conversation talk_of_ana --summary summary.json"));
    assert_eq!(kept_out(&nights), 1);
    assert_eq!(
        left(&nights.path(""), &["talk_of_ana"]),
        ["talk_of_ana"],
        "the summary has what was asked for"
    );
    fs::remove_file(nights.path("summary.json")).unwrap();
    assert_eq!(left(&nights.path(""), &["talk_of_ana"]), [""; 0]);
}

#[test]
fn a_new_conversation_of_the_user_comes_in() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    forget(&nights, "--user user_ana --yes").stdout();
    let mut new = talk_of("user_ana", "third_of_ana", "hello again");
    new.created_at = clock();
    new.updated_at = clock();
    new.messages.clear();
    nights.fake.world().conversations.push(new);
    nights.grow("third_of_ana", "again");
    quiet(nights.bot(""));
    assert_eq!(
        ids_left(&nights),
        ["second_of_bo", "talk_of_bo", "third_of_ana"]
    );
}

/// A ticket that the vendor makes later repeats what was said in a conversation that was forgotten.
#[test]
fn a_later_ticket_of_it_stays_out() {
    let (world, customer, ticket) = one_session();
    let sides = world.conversations.clone();
    let begun = Conversation {
        tags: Vec::new(),
        messages: sides[0].messages[..2].to_vec(),
        ..sides[0].clone()
    };
    let nights = Nights::new(World::new().conversation(begun));
    quiet(nights.bot(""));
    assert_eq!(nights.sql("SELECT handover FROM conversations"), ["-"]);
    forget(&nights, &format!("--conversation {customer} --yes")).stdout();
    nights.fake.world().conversations = sides;
    for _ in 0..2 {
        quiet(nights.bot("--sweep --summary summary.json"));
        assert_eq!((ids_left(&nights).len(), kept_out(&nights)), (0, 2));
    }
    // By now it is known, and not fetched any more.
    assert_eq!(nights.asked_for_messages(&ticket), 0);
}

#[test]
fn markers_do_not_have_the_ids() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    forget(&nights, "--user user_ana --yes").stdout();
    let other = Nights::new(two_users());
    quiet(other.bot(""));
    forget(&other, "--user user_ana --yes").stdout();
    let markers = |nights: &Nights| nights.sql("SELECT hex(marker) FROM forgotten");
    assert_eq!(markers(&nights).len(), 4);
    assert!(markers(&nights).iter().all(|marker| marker.len() == 64));
    // The key of each archive is its own.
    assert!(
        markers(&nights)
            .iter()
            .all(|marker| !markers(&other).contains(marker))
    );
}

#[test]
fn another_run_is_not_disturbed() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    let lock = fs::File::create(nights.path("a.db-lock")).unwrap();
    lock.lock().unwrap();
    let run = forget(&nights, "--user user_ana --yes").run();
    run.ends(1, &["another run of convexport is writing there"]);
    drop(lock);
    assert_eq!(ids_left(&nights).len(), 4);
}

/// A reader in the middle of a question needs the log.
#[test]
fn what_a_reader_needs_is_erased_by_the_next_run() {
    let nights = Nights::new(two_users());
    quiet(nights.bot(""));
    let reader = Connection::open(nights.path("a.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM messages")
        .unwrap();
    let run = forget(&nights, "--user user_ana --yes").run();
    run.ends(
        1,
        &[
            "the conversations are gone",
            "another program reads the archive",
            "the next run",
        ],
    );
    assert_eq!(ids_left(&nights).len(), 2);
    reader.execute_batch("COMMIT").unwrap();
    quiet(nights.bot(""));
    assert_eq!(
        left(nights.folder.path(), &["xylophone", "of_ana", "user_ana"]),
        [""; 0]
    );
    assert_eq!(nights.sql("SELECT unfinished FROM forgetting"), ["0"]);
    drop(reader);
}

/// Where no log can be kept, the archive has a rollback journal.
#[test]
fn it_forgets_without_a_log() {
    let nights = Nights::new(two_users());
    fs::create_dir(nights.path("a.db-shm")).unwrap();
    nights.bot("").run().ends(0, &["rollback journal"]);
    forget(&nights, "--user user_ana --yes").stdout();
    assert_eq!(nights.sql("PRAGMA journal_mode"), ["delete"]);
    assert_eq!(ids_left(&nights), ["second_of_bo", "talk_of_bo"]);
    assert_eq!(
        left(nights.folder.path(), &["xylophone", "of_ana", "user_ana"]),
        [""; 0]
    );
}

/// Killed when the archive's log has grown by so much, `forget` leaves all or nothing.
#[cfg(unix)]
#[test]
fn kill_nine_leaves_all_or_nothing() {
    let nights = Nights::new(World::with_conversations(60, |_| 40));
    quiet(nights.bot("--with-users"));
    let user = nights
        .sql("SELECT user_id FROM messages WHERE role = 'user' LIMIT 1")
        .remove(0);
    let theirs = nights.sql(&format!(
        "SELECT DISTINCT conversation FROM messages WHERE user_id = '{user}'"
    ));
    let all = nights.sql("SELECT count(*) FROM conversations").remove(0);
    let fewer = (all.parse::<usize>().unwrap() - theirs.len()).to_string();
    let whole = fs::read(nights.path("a.db")).unwrap();
    let mut kills = 0;
    // It may end before it is seen, where the machine is busy.
    for _ in 0..100 {
        let enough = kills * 150_000;
        for end in ["-wal", "-shm"] {
            fs::remove_file(nights.path(&format!("a.db{end}"))).ok();
        }
        fs::write(nights.path("a.db"), &whole).unwrap();
        let mut run = forget(&nights, &format!("--user {user} --yes")).start();
        let log = || {
            nights
                .path("a.db-wal")
                .metadata()
                .map_or(0, |log| log.len())
        };
        let mut ended = false;
        wait_until("bytes in the log, or the end", || {
            ended = run.has_ended();
            ended || nights.path("a.db-wal").exists() && log() >= enough
        });
        if ended {
            assert_eq!(run.end().code, 0);
        } else {
            run.kill();
            kills += 1;
        }
        super::crash::check(&nights);
        let found = nights.sql("SELECT count(*) FROM conversations").remove(0);
        assert!(found == all || found == fewer, "{found} of {all}");
        let verify = convexport("verify a.db").within(nights.folder.path());
        verify.stdout();
        // The same command again forgets it, or erases what is left.
        let again = forget(&nights, &format!("--user {user} --yes")).run();
        assert!(found == fewer || again.code == 0, "{}", again.stderr);
        assert_eq!(
            left(nights.folder.path(), &[&user]),
            [""; 0],
            "after {enough} bytes"
        );
        if ended && kills > 0 {
            break;
        }
    }
    assert!(kills > 0);
}
