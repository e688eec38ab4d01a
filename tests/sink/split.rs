//! `--split`: one file per part, and which conversation is in which.

use std::fs;
use std::path::Path;

use super::names;
use crate::support::fake::{Action, Conversation, DAY, Fake, REFERENCE, Rule, World};
use crate::support::{Run, botpress, convexport, records, summary};

/// A bot with the conversations `talk-0` to `talk-9`.
fn bot() -> Fake {
    let mut world = World::new();
    for number in 0..10 {
        let (id, at) = (format!("talk-{number}"), REFERENCE - DAY + number * 60_000);
        world = world.conversation(Conversation::new(&id, at));
        world.say(&id, at, true, "Hello?");
        world.say(&id, at + 1000, false, "Hi!");
    }
    Fake::start(world)
}

fn export(fake: &Fake, folder: &Path, args: &str) -> Run {
    botpress(fake, "-f chat --split")
        .args(args)
        .within(folder)
        .run()
}

/// The numbers of the conversations in a file, in their order.
fn talks(folder: &Path, name: &str) -> Vec<u8> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    let mut numbers: Vec<_> = records(&text)
        .iter()
        .map(|line| line["metadata"]["id"].as_str().unwrap().as_bytes()[5] - b'0')
        .collect();
    numbers.sort_unstable();
    numbers
}

/// The first 16 digits that `printf 'botpress\n0b07b07b-0000-4000-8000-00000000b070\ntalk-N' | sha256sum` prints, as a
/// fraction of 2^64: talk-9 0.134, talk-7 0.318, talk-0 0.420, talk-1 0.484, talk-3 0.541, talk-2 0.562, talk-6 0.727,
/// talk-5 0.784, talk-4 0.824, talk-8 0.972.
#[test]
fn the_hash_of_its_key_says_where_a_conversation_goes() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    export(&fake, folder, "train=0.7,test=0.3 -o chat.jsonl").ends(0, &[]);
    assert_eq!(names(folder), ["chat.test.jsonl", "chat.train.jsonl"]);
    assert_eq!(talks(folder, "chat.train.jsonl"), [0, 1, 2, 3, 7, 9]);
    assert_eq!(talks(folder, "chat.test.jsonl"), [4, 5, 6, 8]);
    // Other conversations around it change nothing.
    let one = "train=0.7,test=0.3 -o one.jsonl --conversation talk-5";
    export(&fake, folder, one).ends(0, &[]);
    assert_eq!(talks(folder, "one.test.jsonl"), [5]);
    assert!(talks(folder, "one.train.jsonl").is_empty());
    // The order of the parts counts; the shares are exact.
    let three = "a=0.1,b=.2,C_3-x=0.700000000 -o x";
    export(&fake, folder, three).ends(0, &[]);
    assert!(talks(folder, "x.a").is_empty());
    assert_eq!(talks(folder, "x.b"), [9]);
    assert_eq!(talks(folder, "x.C_3-x"), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn each_file_is_compressed_and_listed_in_the_summary() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    let args = "train=0.7,test=0.3 -o chat.jsonl.gz --summary summary.json";
    export(&fake, folder, args).ends(0, &[]);
    let files = ["chat.test.jsonl.gz", "chat.train.jsonl.gz"];
    assert_eq!(names(folder)[..2], files);
    let found = summary(folder);
    assert_eq!(found["selection"]["split"], "train=0.7,test=0.3");
    assert_eq!(found["counts"]["conversations"], 10);
    for ((file, name), count) in found["files"]
        .as_array()
        .unwrap()
        .iter()
        .zip(files)
        .zip([4, 6])
    {
        assert_eq!(
            (&file["name"], &file["conversations"]),
            (&name.into(), &count.into())
        );
        let bytes = fs::read(folder.join(name)).unwrap();
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(bytes[..2], [0x1f, 0x8b]);
        assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    }
    let verify = |what: &str| {
        let verify = convexport("verify --summary summary.json").args(what);
        verify.within(folder).run()
    };
    for what in ["chat.jsonl.gz", "chat.train.jsonl.gz", "."] {
        let good = verify(what);
        good.ends(0, &[]);
        assert!(good.stdout.starts_with("2 files with 10 conversations"));
    }
    let path = folder.join(files[0]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    verify("chat.jsonl.gz").ends(1, &["chat.test.jsonl.gz: it has other contents"]);
    fs::remove_file(&path).unwrap();
    verify("chat.jsonl.gz").ends(1, &["chat.test.jsonl.gz: it cannot be read"]);

    // A part that is all there is has a name of its own, too.
    export(&fake, folder, "all=1 -o one.jsonl --summary summary.json").ends(0, &[]);
    verify("one.jsonl").ends(0, &[]);
}

/// None of the files is from another run than the others.
#[test]
fn the_files_appear_together_or_not_at_all() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    let run = || {
        export(
            &fake,
            folder,
            "train=0.7,test=0.3 -o chat.jsonl --retries 0 --summary s",
        )
    };
    fs::write(folder.join("chat.test.jsonl"), "earlier").unwrap();
    fs::write(folder.join("chat.test.jsonl.partial"), "earlier part").unwrap();
    // All but one of the train part.
    fake.world().faults = (1..10)
        .map(|number| {
            Rule::on(&format!("conversationId=talk-{number}")).answer(Action::Status(500))
        })
        .collect();
    let partial = ["chat.train.jsonl.partial", "chat.test.jsonl.partial"];
    run().ends(3, &["9 of 10", partial[0], " and ", partial[1]]);
    assert_eq!(talks(folder, partial[0]), [0]);
    assert!(talks(folder, partial[1]).is_empty());
    assert_eq!(
        fs::read_to_string(folder.join("chat.test.jsonl")).unwrap(),
        "earlier"
    );
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("s")).unwrap()).unwrap();
    assert_eq!(written["files"][0]["name"], partial[1]);
    assert_eq!(written["files"][1]["name"], partial[0]);

    // A run that gets nothing leaves what the one before had.
    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run().ends(4, &[]);
    assert_eq!(talks(folder, partial[0]), [0]);

    fake.world().faults.clear();
    run().ends(0, &[]);
    assert_eq!(names(folder), ["chat.test.jsonl", "chat.train.jsonl", "s"]);
}

#[test]
fn an_empty_part_replaces_no_file_and_the_others_wait() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    fs::write(folder.join("chat.test.jsonl"), "earlier").unwrap();
    let args = "train=0.7,test=0.3 -o chat.jsonl --conversation talk-0";
    export(&fake, folder, args).ends(
        1,
        &[
            "chat.test.jsonl, so the earlier file is kept and the export stays as ",
            "chat.train.jsonl.partial and ",
            "chat.test.jsonl.partial; ",
        ],
    );
    assert_eq!(
        fs::read_to_string(folder.join("chat.test.jsonl")).unwrap(),
        "earlier"
    );
    assert!(!folder.join("chat.train.jsonl").exists());
    export(&fake, folder, &format!("{args} --allow-empty")).ends(0, &[]);
    assert_eq!(talks(folder, "chat.train.jsonl"), [0]);
    assert_eq!(names(folder), ["chat.test.jsonl", "chat.train.jsonl"]);
}

#[test]
fn an_archive_is_split_as_well() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    export(
        &fake,
        folder,
        "train=0.7,test=0.3 -o new.jsonl --archive a.db",
    )
    .ends(0, &[]);
    assert_eq!(talks(folder, "new.test.jsonl"), [4, 5, 6, 8]);
    convexport("render a.db -f chat -o all.jsonl --split train=0.7,test=0.3")
        .within(folder)
        .stdout();
    assert_eq!(talks(folder, "all.test.jsonl"), [4, 5, 6, 8]);
}

#[test]
fn what_cannot_be_split_is_refused() {
    let (fake, folder) = (bot(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    let refused = |args: &str, parts: &[&str]| {
        botpress(&fake, args).within(folder).run().ends(2, parts);
    };
    for (split, why) in [
        ("train", "NAME=SHARE"),
        ("", "NAME=SHARE"),
        ("train=0.9,test=0.1,", "NAME=SHARE"),
        ("train=0.9,test=0.05", "the shares add up to 0.95, not to 1"),
        ("train=0.9,test=0.2", "the shares add up to 1.1, not to 1"),
        ("train=0.9,test=0.1,more=0", "the share of more"),
        ("train=1.1,test=-0.1", "the share of test"),
        ("train=1e0", "the share of train"),
        ("train=0.9,test=0.0000000001", "the share of test"),
        ("train=,test=1", "the share of train"),
        ("train=90%,test=10%", "the share of train"),
        ("train=0.5,train=0.5", "two parts of the name train"),
        ("train=0.5,Train=0.5", "two parts of the name Train"),
        ("=1", "no name of a part"),
        ("../x=1", "no name of a part"),
        ("a.b=1", "no name of a part"),
    ] {
        refused(
            &format!("-f chat -o x.jsonl --split={split}"),
            &["--split", why],
        );
    }
    refused("-f chat --split a=1", &["--output"]);
    refused("-f chat -o - --split a=1", &["--split", "-o FILE"]);
    refused("-f chat -d all --split a=1", &["cannot be used with"]);
    refused(
        "-o x.jsonl --split a=1",
        &["--split are for chat, and this is jsonl"],
    );
    refused("--list -o x.jsonl --split a=1", &["--split are for chat"]);
    let twice = "-f chat -o x.jsonl --split a=1 --summary x.a.jsonl";
    refused(twice, &["x.a.jsonl is named twice"]);
    assert!(names(folder).is_empty());
    let into_folder = "-f chat -o . --split a=1";
    let run = botpress(&fake, into_folder).within(folder).run();
    run.ends(2, &[". is a folder"]);
    assert_eq!(fake.requests().len(), 0);
}
