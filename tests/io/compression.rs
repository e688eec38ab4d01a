//! Files that are compressed, by their name.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{boost, botpress, convexport};

/// What a compressed file holds, its checksum compared.
fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let mut file = GzDecoder::new(fs::File::open(path).unwrap());
    file.read_to_string(&mut text).unwrap();
    assert_eq!(
        file.into_inner().read(&mut [0]).unwrap(),
        0,
        "nothing follows"
    );
    text
}

#[test]
fn each_form_is_compressed_by_its_name() {
    let fake = Fake::start(World::with_conversations(30, |_| 20).with_boost(5, |_| 4));
    let folder = tempfile::tempdir().unwrap();
    for (args, name) in [
        ("-f text", "a.txt.gz"),
        ("-f markdown", "a.md.gz"),
        ("-f json", "a.json.gz"),
        ("-f jsonl", "a.jsonl.GZ"),
        ("-f csv", "a.csv.gz"),
        ("-f text", "a.gz"),
    ] {
        let plain = botpress(&fake, args).stdout();
        let run = botpress(&fake, "-o").arg(name).within(folder.path());
        assert_eq!(run.stdout(), "");
        let path = folder.path().join(name);
        assert_eq!(unpacked(&path), plain, "{name}");
        assert!(fs::metadata(&path).unwrap().len() * 3 < plain.len() as u64);
    }
    for format in ["messages", "chat"] {
        let site = |args: &str| {
            let run = boost(&fake, "--since 2026-01-01 -f").arg(format);
            run.args(args).within(folder.path()).stdout()
        };
        site("-o b.gz");
        assert_eq!(unpacked(&folder.path().join("b.gz")), site(""));
    }
}

#[test]
fn a_summary_is_of_the_compressed_file() {
    let fake = Fake::start(World::with_conversations(30, |_| 20));
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "-o all.jsonl.gz --summary s").within(folder.path());
    run.stdout();
    let verify = || {
        convexport("verify all.jsonl.gz --summary s")
            .within(folder.path())
            .run()
    };
    assert_eq!(verify().code, 0, "{}", verify().stderr);
    let path = folder.path().join("all.jsonl.gz");
    let length = fs::metadata(&path).unwrap().len();
    assert!(
        verify()
            .stdout
            .contains(&format!("30 conversations and {length} bytes"))
    );
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    verify().ends(1, &["other contents"]);
}

#[test]
fn an_incomplete_one_stays_apart_and_can_be_read() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "-o all.json.gz --retries 0")
            .within(folder.path())
            .run()
    };
    let path = |name: &str| folder.path().join(name);
    assert_eq!(run().code, 0);
    let complete = fs::read(path("all.json.gz")).unwrap();
    fake.world().faults = vec![Rule::on("nextToken").answer(Action::Status(500))];
    run().ends(5, &["all.json.gz.partial"]);
    let part = unpacked(&path("all.json.gz.partial"));
    assert!(part.starts_with('[') && !part.trim_end().ends_with(']'));
    let kept = fs::read(path("all.json.gz.partial")).unwrap();
    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run().ends(4, &["401"]);
    assert_eq!(fs::read(path("all.json.gz.partial")).unwrap(), kept);
    assert_eq!(fs::read(path("all.json.gz")).unwrap(), complete);
}

#[test]
fn nothing_is_something_that_can_be_read() {
    let fake = Fake::start(World::new());
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.jsonl.gz", ""), ("a.json.gz", "[]\n")] {
        botpress(&fake, "-o")
            .arg(name)
            .within(folder.path())
            .stdout();
        assert_eq!(unpacked(&folder.path().join(name)), text);
    }
}

#[test]
fn what_cannot_be_compressed_is_refused() {
    let fake = Fake::start(World::new());
    let refused = |args: &str, parts: &[&str]| botpress(&fake, args).run().ends(2, parts);
    refused("-o a.jsonl.zst", &["a.jsonl.zst", "only gzip"]);
    refused("-f jsonl -o a.zst", &["a.zst", "only gzip"]);
    refused("-o a.xlsx.gz", &["a.xlsx.gz", "compressed as it is"]);
    refused("-o a.xls.gz", &["there is no format for .xls"]);
    assert_eq!(fake.requests().len(), 0);
}
