//! `convexport verify`: whether an export is still what was written.

use std::fs;

use serde_json::Value;

use crate::support::fake::{Fake, World};
use crate::support::{botpress, convexport, summary};

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
    let bytes = &summary(folder.path())["bytes"];
    let line =
        format!("5 files with 5 conversations and {bytes} bytes are what the summary says\n");
    assert_eq!(
        (good.code, good.stdout, good.stderr.as_str()),
        (0, line, "")
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
    let changed = verify("all").stdout;
    assert_eq!(changed, "1 of 5 files is not what the summary says\n");

    botpress(&fake, "-o all.jsonl --summary summary.json")
        .within(folder.path())
        .stdout();
    let bytes = &summary(folder.path())["bytes"];
    let line = format!("1 file with 5 conversations and {bytes} bytes is what the summary says\n");
    assert_eq!(verify("all.jsonl").stdout, line);
    convexport("verify all --summary nowhere")
        .within(folder.path())
        .run()
        .ends(1, &["could not read the summary nowhere"]);
}

/// A summary in which somebody changed the list of files.
#[test]
fn entries_and_files_that_do_not_belong_together_are_named() {
    let fake = Fake::start(World::with_conversations(5, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d all -f json --summary summary.json")
        .within(folder.path())
        .stdout();
    let good = summary(folder.path());
    let first = good["files"][0]["name"].as_str().unwrap().to_owned();
    let verify = |summary: &Value| {
        fs::write(folder.path().join("other.json"), summary.to_string()).unwrap();
        convexport("verify all --summary other.json")
            .within(folder.path())
            .run()
    };
    assert_eq!(verify(&good).code, 0);
    let files = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut other = good.clone();
        change(other["files"].as_array_mut().unwrap());
        other
    };
    let taken = files(&|files| drop(files.remove(0)));
    verify(&taken).ends(
        1,
        &[&first, "the summary does not have it", "bytes together"],
    );
    let repeated = files(&|files| files.push(files[0].clone()));
    verify(&repeated).ends(1, &[&first, "the summary has it twice"]);
    let added = files(&|files| {
        let mut entry = files[0].clone();
        entry["name"] = "added.json".into();
        files.push(entry);
    });
    verify(&added).ends(1, &["added.json", "it cannot be read"]);
    fs::create_dir(folder.path().join("all/more")).unwrap();
    fs::write(folder.path().join("all/more/extra.json"), "[]").unwrap();
    verify(&good).ends(1, &["extra.json", "the summary does not have it"]);
    // Of one file, too: what it should have is in no folder.
    botpress(&fake, "-o one.jsonl --summary summary.json")
        .within(folder.path())
        .stdout();
    let mut none = summary(folder.path());
    none["files"] = Value::Array(Vec::new());
    fs::write(folder.path().join("other.json"), none.to_string()).unwrap();
    convexport("verify one.jsonl --summary other.json")
        .within(folder.path())
        .run()
        .ends(1, &["bytes together"]);
}
