//! `render` with archives: what a fresh export would have, and what a run changed.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Archived, Nights, by_id, quiet, talks, truth};
use crate::source::saved::{lines, talk};
use crate::support::fake::{Conversation, DAY, World};
use crate::support::{boost, botpress, clock, convexport};

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

fn names(archived: &Archived) -> Vec<&str> {
    archived.keys().map(String::as_str).collect()
}

#[test]
fn an_archive_renders_as_a_fresh_export_to_the_byte() {
    let world = World::with_conversations(60, |i| i % 23).with_boost(40, |i| 2 + i % 12);
    let nights = Nights::new(world);
    let fresh = |args: &str| {
        let bot = botpress(&nights.fake, args).stdout();
        bot + &boost(&nights.fake, "--since 2026-01-01")
            .args(args)
            .stdout()
    };
    quiet(nights.bot(""));
    quiet(nights.site(""));
    for args in [
        "-f jsonl",
        "-f jsonl --no-raw",
        "-f messages",
        "-f conversations",
        "-f chat",
    ] {
        let rendered = convexport("render a.db")
            .args(args)
            .within(nights.folder.path());
        assert_eq!(rendered.stdout(), fresh(args), "{args}");
    }
    // After nights of growth, too.
    for night in 0..3 {
        {
            let mut world = nights.fake.world();
            let id = world.conversations[night * 5].id.clone();
            world.say(&id, clock() - 2000, true, "more");
            let new = Conversation::new(&format!("new-{night}"), clock() - 1000);
            world.conversations.push(new);
        }
        super::put(
            &nights.fake,
            5 + night as u64,
            &[(1, clock() - 1000, "question")],
        );
        quiet(nights.bot(""));
        quiet(nights.site(""));
    }
    assert_eq!(nights.render(""), fresh("-f jsonl"));
}

#[test]
fn users_and_states_come_from_the_archive_as_well() {
    let world = World::with_conversations(12, |i| 1 + i % 5);
    let id = world.conversations[3].id.clone();
    let nights = Nights::new(world.state(&id, "cart", r#"{"items":[1,2]}"#));
    let args = "--with-users --with-state cart";
    quiet(nights.bot(args));
    let fresh = botpress(&nights.fake, "-f jsonl").args(args).stdout();
    assert_eq!(nights.render(""), fresh);
    // A night without these flags takes nothing away.
    quiet(nights.bot("--sweep"));
    assert_eq!(nights.render(""), fresh);
}

fn nights_of(count: i64) -> Nights {
    Nights::new(talks(count, |number| (number + 1) * DAY))
}

#[test]
fn what_changed_since_a_run_or_a_time() {
    let nights = nights_of(5);
    quiet(nights.bot(""));
    nights.grow("c1", "new");
    quiet(nights.bot(""));
    nights.grow("c3", "newer");
    quiet(nights.bot(""));
    let since = |what: &str| {
        let rendered = by_id(&nights.render(&format!("--changed-since {what}")));
        rendered.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(since("1"), ["c0", "c1", "c2", "c3", "c4"]);
    assert_eq!(since("2"), ["c1", "c3"]);
    assert_eq!(since("3"), ["c3"]);
    assert_eq!(since("4"), Vec::<String>::new());
    assert_eq!(since("1h").len(), 5);
    // The first two runs were days ago.
    nights.set("UPDATE runs SET started_at = '2026-01-01T00:00:00.000000Z' WHERE id = 1");
    nights.set("UPDATE runs SET started_at = '2026-01-05T00:00:00.000000Z' WHERE id = 2");
    assert_eq!(since("2026-01-03"), ["c1", "c3"]);
    assert_eq!(since("1h"), ["c3"]);
    // With the other flags of a selection.
    let both = nights.render("--changed-since 2 --since 3d");
    assert_eq!(names(&by_id(&both)), ["c1"]);
}

#[test]
fn only_archives_know_what_changed() {
    let nights = nights_of(2);
    fs::write(
        nights.path("old.jsonl"),
        lines(&[talk("t", "2026-01-01T00:00:00.000000Z")]),
    )
    .unwrap();
    let run =
        convexport("render old.jsonl -f jsonl --changed-since 1").within(nights.folder.path());
    run.run().ends(2, &["--changed-since", "archives"]);
}

#[test]
fn selection_flags_hold_for_archives() {
    let nights = nights_of(6);
    quiet(nights.bot(""));
    let select = |args: &str| by_id(&nights.render(args)).into_keys().collect::<Vec<_>>();
    // c0 is a day old, c5 six days.
    assert_eq!(select("--since 60h"), ["c0", "c1"]);
    assert_eq!(select("--until 84h"), ["c3", "c4", "c5"]);
    assert_eq!(select("--conversation c2 --conversation c4"), ["c2", "c4"]);
    assert_eq!(select("--limit 2"), ["c0", "c1"]);
    let missing =
        convexport("render a.db -f jsonl --conversation nope").within(nights.folder.path());
    missing.run().ends(3, &["nope"]);
}

#[test]
fn archives_files_and_folders_are_read_together() {
    let nights = nights_of(2);
    quiet(nights.bot(""));
    let at = "2026-01-01T00:00:00.000000Z";
    fs::write(nights.path("old.jsonl"), lines(&[talk("line", at)])).unwrap();
    fs::write(nights.path("old.json"), format!("[{}]", talk("array", at))).unwrap();
    fs::write(
        nights.path("old.jsonl.gz"),
        gzip(&lines(&[talk("packed", at)])),
    )
    .unwrap();
    fs::create_dir_all(nights.path("mirror/2026")).unwrap();
    fs::write(
        nights.path("mirror/2026/x.json"),
        format!("[{}]", talk("file", at)),
    )
    .unwrap();
    fs::write(nights.path("mirror/notes.txt"), "mine").unwrap();
    let run = convexport("render old.jsonl a.db mirror old.json old.jsonl.gz -f jsonl");
    let stdout = run.within(nights.folder.path()).stdout();
    let found: Vec<_> = crate::support::ids(&crate::support::records(&stdout))
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(found, ["line", "c0", "c1", "file", "array", "packed"]);
    assert_eq!(by_id(&nights.render("")), truth(&nights.fake.world()));
    let nothing = convexport("render nowhere -f jsonl").within(nights.folder.path());
    nothing.run().ends(1, &["nowhere"]);
}
