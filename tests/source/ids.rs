//! `--conversation`: conversations by their ids, from flags, files and stdin.

use crate::support::fake::{Conversation, Fake, REFERENCE, World};
use crate::support::{boost, botpress, convexport, ids, records, truth};

#[test]
fn ids_skip_the_listing() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let all = truth(&fake.world());
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("ids");
    std::fs::write(&list, format!("{}\n\n  {}\r\n", all[2].0, all[3].0)).unwrap();
    let out = botpress(&fake, "-f jsonl --conversation")
        .arg(&all[7].0)
        .arg("--conversation")
        .arg(format!("@{}", list.display()))
        .args("--conversation -")
        .stdin(&format!("{}\n{}\n", all[9].0, all[7].0))
        .stdout();
    let expected = [&all[7], &all[2], &all[3], &all[9]].map(Clone::clone);
    assert_eq!(ids(&records(&out)), expected);
    let mut paths: Vec<_> = fake
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    paths.retain(|path| path == "/v1/chat/conversations");
    assert!(paths.is_empty(), "the list was asked for");
}

#[test]
fn an_id_of_any_letters_stays_one_path_segment() {
    let world = World::new().conversation(Conversation::new("a/b?c#d e%2F+é", REFERENCE));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --conversation")
        .arg("a/b?c#d e%2F+é")
        .stdout();
    assert_eq!(records(&out)[0]["id"], "a/b?c#d e%2F+é");
    botpress(&fake, "--conversation ..")
        .run()
        .ends(2, &["`..` is no conversation id"]);
}

#[test]
fn an_empty_list_of_ids_exports_nothing() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    assert_eq!(
        botpress(&fake, "-f jsonl --conversation -")
            .stdin("\n")
            .stdout(),
        ""
    );
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn no_ids_are_no_conversations() {
    let fake = Fake::start(World::with_conversations(3, |_| 1).with_boost(3, |_| 2));
    for stdin in ["", "\n \n"] {
        let args = "--conversation - -f messages";
        assert_eq!(botpress(&fake, args).stdin(stdin).stdout(), "");
        let all = boost(&fake, "--since 2000-01-01").args(args);
        assert_eq!(all.stdin(stdin).stdout(), "");
    }
    let empty = boost(
        &fake,
        "-f jsonl --since 2000-01-01 --filter conversation_ids=[]",
    );
    assert_eq!(empty.stdout(), "");
    assert!(fake.requests().is_empty(), "there is nothing to ask for");

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("ids"), "").unwrap();
    std::fs::write(file("all.jsonl"), botpress(&fake, "-f jsonl").stdout()).unwrap();
    let rendered = convexport("render -f jsonl --conversation")
        .arg(format!("@{}", file("ids")))
        .arg(file("all.jsonl"));
    assert_eq!(rendered.stdout(), "");
}

#[test]
fn ids_come_bare_or_as_json() {
    let fake = Fake::start(World::with_conversations(3, |_| 1).with_boost(3, |_| 2));
    let all = truth(&fake.world());
    let lines = format!(
        "\u{feff}{}\n {{\"x\":[1],\"id\":\"{}\"}}\n",
        all[1].0, all[0].0
    );
    let out = botpress(&fake, "--conversation - -f jsonl").stdin(&lines);
    assert_eq!(
        ids(&records(&out.stdout())),
        [all[1].clone(), all[0].clone()]
    );
    let id = fake.world().boost.conversations[1].id.clone();
    let out = boost(&fake, "--conversation - -f jsonl").stdin(&format!("{{\"id\":{id}}}\n"));
    assert_eq!(records(&out.stdout()).len(), 1);
    for bad in [
        "{\"name\":1}",
        "{\"id\":\"a\"",
        "{\"id\":null}",
        "{\"id\":\"\"}",
        "\"a\"",
        "[]",
    ] {
        let run = botpress(&fake, "--conversation -")
            .stdin(&format!("a\n{bad}\n"))
            .run();
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{bad}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_listed_conversation_that_was_deleted_since_is_no_failure() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let run = botpress(&fake, "--conversation - -f messages")
        .stdin("deleted\n")
        .run();
    run.ends(0, &["conversation deleted is gone"]);
    let many = "one\ntwo\nthree\nfour\n";
    let run = botpress(&fake, "--conversation - -f messages")
        .stdin(many)
        .run();
    run.ends(1, &["none of the conversations asked for was found"]);
}
