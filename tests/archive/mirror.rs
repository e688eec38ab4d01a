//! `-d` with an archive: a folder that is a mirror of it.

use std::fs;

use super::{Nights, list, mirrored, quiet, talks, truth};
use crate::support::fake::{Conversation, DAY};
use crate::support::files;
use crate::support::{clock, convexport, summary};

fn nights_of(count: i64) -> Nights {
    Nights::new(talks(count, |number| 9 * DAY + number))
}

#[test]
fn a_mirror_is_repaired_each_night() {
    let nights = nights_of(6);
    let night = || quiet(nights.bot("-d mirror -f json"));
    night();
    let folder = nights.path("mirror");
    let names = files(&folder);
    assert_eq!(names.len(), 6);
    let whole = names
        .iter()
        .map(|name| fs::read(folder.join(name)).unwrap());
    let whole: Vec<_> = whole.collect();
    fs::remove_file(folder.join(&names[0])).unwrap();
    fs::write(folder.join(&names[1]), &whole[1][..20]).unwrap();
    fs::write(folder.join(&names[2]), "").unwrap();
    fs::write(folder.join("mine.json"), "[]").unwrap();
    fs::create_dir(folder.join("mine")).unwrap();
    night();
    assert!(nights.fake.asked() <= 3, "it comes from the archive");
    let again = names
        .iter()
        .map(|name| fs::read(folder.join(name)).unwrap());
    assert_eq!(again.collect::<Vec<_>>(), whole);
    assert_eq!(fs::read_to_string(folder.join("mine.json")).unwrap(), "[]");
    assert_eq!(files(&folder).len(), 7);
    fs::remove_dir_all(&folder).unwrap();
    night();
    assert_eq!(files(&folder), names);
}

#[test]
fn a_mirror_follows_the_archive() {
    let nights = nights_of(4);
    let night = || quiet(nights.bot("-d mirror -f json --summary summary.json"));
    // The archive was there before.
    quiet(nights.bot(""));
    night();
    nights.fake.world().get_mut("c1").messages.clear();
    nights.grow("c1", "new");
    nights.fake.world().delete_conversation("c2");
    nights
        .fake
        .world()
        .conversations
        .push(Conversation::new("c9", clock()));
    night();
    let found = mirrored(&nights.path("mirror"));
    assert_eq!(found, nights.archived());
    assert_eq!(found["c1"], list(&["m1", "new"]));
    assert_eq!(found.len(), 5);
    let listed = summary(nights.folder.path())["files"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(listed, 5);
    let verify = convexport("verify mirror --summary summary.json").within(nights.folder.path());
    assert_eq!(verify.run().code, 0);
}

#[test]
fn another_template_renames_and_never_doubles() {
    let nights = nights_of(4);
    let night = |name: &str| quiet(nights.bot("-d mirror -f json --name").arg(name));
    night("{year}/{id}");
    let folder = nights.path("mirror");
    fs::write(folder.join("mine.txt"), "mine").unwrap();
    night("{channel}/{id}");
    let expected = |channel: &str| {
        let mut names: Vec<_> = (0..4)
            .map(|number| format!("webchat/c{number}.json"))
            .collect();
        names[1] = format!("{channel}/c1.json");
        names.push("mine.txt".to_owned());
        names.sort();
        names
    };
    assert_eq!(files(&folder), expected("webchat"));
    // The name of one conversation changes by itself.
    nights.fake.world().get_mut("c1").integration = "whatsapp".to_owned();
    nights.grow("c1", "new");
    night("{channel}/{id}");
    assert_eq!(files(&folder), expected("whatsapp"));
    assert_eq!(mirrored(&folder), truth(&nights.fake.world()));
}

/// Both bots have a conversation c0 of the same day.
#[test]
fn a_mirror_is_of_one_account() {
    let nights = nights_of(2);
    quiet(nights.bot("-d mirror -f json"));
    let before = mirrored(&nights.path("mirror"));
    nights.fake.world().bot_id = "another".to_owned();
    nights.grow("c0", "of another");
    let run = nights.bot("-d mirror -f json").run();
    run.ends(2, &["another account", "a folder of its own"]);
    assert_eq!(mirrored(&nights.path("mirror")), before);
    quiet(nights.bot("-d other -f json"));
    assert_eq!(mirrored(&nights.path("other")), truth(&nights.fake.world()));
}

/// The options that make the next selection are the archive's: a filter has its own files.
#[test]
fn a_mirror_has_what_the_run_selects() {
    let nights = nights_of(4);
    nights.fake.world().get_mut("c1").integration = "whatsapp".to_owned();
    quiet(nights.bot(""));
    nights
        .bot("--integration whatsapp -d whatsapp -f json")
        .run()
        .ends(0, &[]);
    let names: Vec<_> = mirrored(&nights.path("whatsapp")).into_keys().collect();
    assert_eq!(names, ["c1"]);
}

#[test]
fn other_options_write_all_files_again() {
    let nights = nights_of(3);
    let folder = nights.path("mirror");
    let read = || {
        let names = files(&folder);
        let texts = names
            .iter()
            .map(|name| fs::read_to_string(folder.join(name)).unwrap());
        (names.len(), texts.collect::<String>())
    };
    quiet(nights.bot("-d mirror -f json"));
    assert!(read().1.contains("\"raw\""));
    quiet(nights.bot("-d mirror -f json --no-raw"));
    let (count, text) = read();
    assert!(count == 3 && !text.contains("\"raw\""), "{text}");
    // Another format has other names.
    quiet(nights.bot("-d mirror -f markdown"));
    let (count, text) = read();
    assert!(count == 3 && !text.contains("\"messages\""), "{text}");
    assert!(files(&folder).iter().all(|name| name.contains(".md")));
}

#[test]
fn a_mirror_can_be_rendered() {
    let nights = nights_of(5);
    quiet(nights.bot("-d mirror -f json --name {year}/{id}"));
    let render = |what: &str| {
        let run = convexport("render -f jsonl")
            .args(what)
            .within(nights.folder.path());
        let stdout = run.stdout();
        let mut lines: Vec<_> = stdout.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(render("mirror"), render("a.db"));
}

/// What is in a template decides, not its name.
#[test]
fn an_edited_template_writes_all_files_again() {
    let nights = nights_of(2);
    let read = |template: &str| {
        fs::write(nights.path("t"), template).unwrap();
        quiet(nights.bot("-d mirror --template t"));
        let folder = nights.path("mirror");
        let names = files(&folder);
        let texts = names
            .iter()
            .map(|name| fs::read_to_string(folder.join(name)));
        texts.map(Result::unwrap).collect::<String>()
    };
    assert!(read("{{ conversation.id }}\n").contains("c0"));
    let edited = read("id {{ conversation.id }}\n");
    assert!(
        edited.contains("id c0") && edited.contains("id c1"),
        "{edited}"
    );
}
