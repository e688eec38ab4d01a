//! `--name`: where in the folder each conversation lies.

use std::fs;

use crate::support::fake::{Conversation, Fake, REFERENCE, World, utc};
use crate::support::{botpress, convexport, files};

#[test]
fn files_lie_where_the_template_says() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let name = "{source}/{year}/{month}/{channel}_{date} {time}_{id}";
    let run = botpress(&fake, "-d all -f json --summary s.json --name")
        .arg(name)
        .within(folder.path());
    assert_eq!(run.stdout(), "");
    let mut expected: Vec<_> = fake
        .world()
        .conversations
        .iter()
        .map(|talk| {
            let time = utc(talk.created_at);
            let (date, clock) = (&time[..10], time[11..19].replace(':', ""));
            let channel = &talk.integration;
            format!(
                "botpress/{}/{}/{channel}_{date} {clock}_{}.json",
                &date[..4],
                &date[5..7],
                talk.id
            )
        })
        .collect();
    expected.sort();
    assert_eq!(files(&folder.path().join("all")), expected);
    convexport("verify all --summary s.json")
        .within(folder.path())
        .run()
        .ends(0, &[]);

    botpress(&fake, "-d plain -f json --name {id}.json")
        .within(folder.path())
        .stdout();
    let plain = files(&folder.path().join("plain"));
    assert!(
        plain.len() == 3 && plain.iter().all(|name| name.matches(".json").count() == 1),
        "{plain:?}"
    );
}

#[test]
fn a_template_that_leads_astray_is_refused_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, parts: &[&str]| {
        let run = botpress(&fake, "-d all --name")
            .arg(name)
            .within(folder.path())
            .run();
        run.ends(2, parts);
    };
    refused("{date}", &["--name", "{id}"]);
    refused(
        "{id}_{colour}",
        &["--name", "there is no {colour}", "{channel}"],
    );
    refused("../{id}", &["--name", "within DIR"]);
    refused("/etc/{id}", &["--name", "within DIR"]);
    refused("C:\\{id}", &["--name"]);
    refused(
        "{channel}{id}",
        &["--name", "{channel} and {id}", "one name"],
    );
    botpress(&fake, "-o x.txt --name {id}")
        .within(folder.path())
        .run()
        .ends(2, &["--name"]);
    botpress(&fake, "--name {id}")
        .run()
        .ends(2, &["--output-dir"]);
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn hostile_ids_and_channels_stay_in_the_folder() {
    let mut world = World::new();
    for (id, channel) in [
        ("../../x", "../.."),
        ("a/b", ""),
        ("con", "nul"),
        ("A", "/etc"),
        ("a", "..\\.."),
    ] {
        let mut talk = Conversation::new(id, REFERENCE);
        channel.clone_into(&mut talk.integration);
        world = world.conversation(talk);
    }
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d in/all --name {channel}/{id}")
        .within(folder.path())
        .stdout();
    let all = files(folder.path());
    assert_eq!(all.len(), 5, "{all:?}");
    for name in &all {
        let parts: Vec<_> = name.split('/').collect();
        assert!(
            parts.len() == 4 && name.starts_with("in/all/") && !name.contains(".."),
            "{name}"
        );
    }
}
