//! `convexport verify`: whether an export is still what was written.

use std::fs;

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

    botpress(&fake, "-o all.jsonl --summary summary.json")
        .within(folder.path())
        .stdout();
    assert_eq!(verify("all.jsonl").code, 0);
    convexport("verify all --summary nowhere")
        .within(folder.path())
        .run()
        .ends(1, &["could not read the summary nowhere"]);
}
