//! Media of an archive: downloaded in the same run as their messages, tried again by later runs, kept, checked.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{attachments, fake_with_files, files, pictures, png, sha256, stored};
use crate::support::fake::{DAY, Fake, MediaFile, World};
use crate::support::{Convexport, Run, botpress, clock, convexport, records};

/// A folder with an archive, and a bot.
struct Nights {
    fake: Fake,
    folder: tempfile::TempDir,
}

impl Nights {
    fn new(files: Vec<MediaFile>) -> Self {
        Self {
            fake: fake_with_files(files),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A run with media. The requests so far are forgotten.
    fn run(&self, args: &str) -> Run {
        self.command(args).run()
    }

    fn command(&self, args: &str) -> Convexport {
        self.fake.forget();
        botpress(&self.fake, "--archive a.db --media --retries 1")
            .args(args)
            .within(self.folder.path())
    }

    fn convexport(&self, args: &str) -> Run {
        convexport(args).within(self.folder.path()).run()
    }

    fn media(&self) -> Vec<String> {
        files(&self.folder.path().join("a.media"))
    }

    fn sql(&self, query: &str) -> Vec<String> {
        let database = Connection::open(self.folder.path().join("a.db")).unwrap();
        let mut select = database.prepare(query).unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// What an output says of the files, by conversation.
    fn linked(&self, args: &str) -> Vec<Value> {
        let run = self.convexport(&format!("render a.db -f jsonl {args}"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        attachments(&run.stdout)
    }
}

fn three() -> Vec<MediaFile> {
    vec![
        MediaFile::new("a", png(1)),
        MediaFile::new("b", png(2)),
        MediaFile::status("c", 404),
    ]
}

#[test]
fn media_come_with_their_messages_and_are_not_asked_for_again() {
    let nights = Nights::new(three());
    nights
        .run("")
        .ends(0, &["1 media could not be fetched: 1 gone (404)"]);
    let mut expected = [stored(&png(1), "png"), stored(&png(2), "png")];
    expected.sort();
    assert_eq!(nights.media(), expected);
    let again = nights.run("--sweep");
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    let asked = nights.fake.requests();
    assert!(
        !asked
            .iter()
            .any(|request| request.path.starts_with("/media/"))
    );
    let files = nights.sql("SELECT file FROM media WHERE file IS NOT NULL ORDER BY file");
    assert_eq!(files, expected);
    let verified = nights.convexport("verify a.db");
    let line = "3 conversations with 3 messages and 2 files are what was written\n";
    assert_eq!((verified.code, verified.stdout.as_str()), (0, line));
    let checked = nights.convexport("check --archive a.db");
    assert!(
        checked
            .stdout
            .contains("\n1 file is missing in its media: 1 gone"),
        "{}",
        checked.stdout
    );
    assert_eq!(checked.code, 0);
}

#[test]
fn media_that_were_not_wanted_before_are_fetched_when_they_are() {
    let nights = Nights::new(three());
    let first = botpress(&nights.fake, "--archive a.db").within(nights.folder.path());
    first.stdout();
    assert!(nights.media().is_empty());
    let checked = nights.convexport("check --archive a.db");
    assert!(!checked.stdout.contains("media"), "{}", checked.stdout);
    nights.run("").ends(0, &["1 gone (404)"]);
    assert_eq!(nights.media().len(), 2);
}

#[test]
fn later_runs_try_again_what_may_still_exist() {
    let served = vec![
        MediaFile::status("500", 500),
        MediaFile::status("403", 403),
        MediaFile::status("404", 404),
        MediaFile::new("large", vec![1; 3000]),
    ];
    let nights = Nights::new(served);
    let reasons = [
        "1 gone (404)",
        "1 refused (403)",
        "1 too large",
        "1 not reachable (500)",
    ];
    nights.run("--media-max-size 2k").ends(0, &reasons);
    for file in &mut nights.fake.world().media {
        *file = MediaFile::new(&file.name, png(file.name.len()));
    }
    nights.fake.world().media[3] = MediaFile::new("large", vec![1; 3000]);
    let again = nights.run("--media-max-size 2k");
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    let asked = |name: &str| nights.fake.asked_for(&format!("/media/{name}"));
    assert_eq!(
        [asked("500"), asked("403"), asked("404"), asked("large")],
        [1, 1, 0, 0]
    );
    nights.run("--media-max-size 4k").ends(0, &[]);
    assert_eq!([asked("500"), asked("404"), asked("large")], [0, 0, 1]);
}

#[test]
fn what_expires_first_is_asked_for_first() {
    let fake = Fake::start(World::new());
    let now = clock() / 1000;
    let address =
        |name: &str, seconds: i64| format!("{}/media/{name}?Expires={}", fake.url(), now + seconds);
    let mut world = pictures(&[
        format!("{}/media/never", fake.url()),
        address("hour", 3600),
        address("minute", 60),
        address("day", 86_400),
    ]);
    world.media = ["never", "hour", "minute", "day"]
        .map(|name| MediaFile::new(name, name))
        .to_vec();
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    fake.forget();
    botpress(&fake, "--archive a.db --media --media-concurrency 1")
        .within(folder.path())
        .stdout();
    let asked = fake.requests();
    let asked: Vec<_> = asked
        .iter()
        .filter_map(|request| request.path.strip_prefix("/media/").map(str::to_owned))
        .collect();
    assert_eq!(asked, ["minute", "hour", "day", "never"]);
}

#[test]
fn outputs_link_to_the_media_or_have_copies() {
    let nights = Nights::new(three());
    nights.run("").ends(0, &[]);
    let place = stored(&png(1), "png");
    assert_eq!(nights.linked("")[0].get("file"), None);
    let linked = nights.linked("--media link");
    assert_eq!(linked[0]["file"], format!("a.media/{place}"));
    assert_eq!(linked[0]["sha256"], sha256(&png(1)));
    assert_eq!(linked[2]["missing"], "gone");
    let run = nights.convexport("render a.db --media copy -o out/b.jsonl");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = fs::read_to_string(nights.folder.path().join("out/b.jsonl")).unwrap();
    assert_eq!(attachments(&text)[0]["file"], format!("b.media/{place}"));
    let copy = nights.folder.path().join("out/b.media").join(&place);
    assert_eq!(fs::read(copy).unwrap(), png(1));
    // An earlier export is rendered with its files too, and only with files that this program stored.
    let again = nights.convexport("render out/b.jsonl -f jsonl --media link");
    assert_eq!(
        attachments(&again.stdout)[0]["file"],
        format!("out/b.media/{place}")
    );
    let plain = nights.convexport("render out/b.jsonl -f jsonl");
    assert_eq!(attachments(&plain.stdout)[0].get("file"), None);
    let mut record = records(&text).remove(0);
    record["messages"][0]["attachments"][0]["file"] = json!("../../../../etc/passwd");
    fs::write(nights.folder.path().join("evil.jsonl"), record.to_string()).unwrap();
    let evil = nights.convexport("render evil.jsonl --media copy -o c.jsonl");
    assert_eq!(evil.code, 0, "{}", evil.stderr);
    assert!(!nights.folder.path().join("c.media").exists());
}

#[test]
fn an_output_of_the_run_names_the_files_also_those_that_came_late() {
    let nights = Nights::new(vec![
        MediaFile::status("a", 500),
        MediaFile::new("b", png(2)),
    ]);
    let run = nights.run("-d mirror -f json");
    run.ends(0, &["1 not reachable (500)"]);
    let read = |name: &str| {
        let folder = nights.folder.path().join("mirror");
        let name = files(&folder)
            .into_iter()
            .find(|file| file.contains(name))
            .unwrap();
        serde_json::from_str::<Value>(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let link = |name: &str| read(name)[0]["messages"][0]["attachments"][0].clone();
    assert_eq!(link("c0")["missing"], "not reachable");
    assert_eq!(
        link("c1")["file"],
        format!("../a.media/{}", stored(&png(2), "png"))
    );
    nights.fake.world().media[0] = MediaFile::new("a", png(1));
    let run = nights.run("-d mirror -f json");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        link("c0")["file"],
        format!("../a.media/{}", stored(&png(1), "png"))
    );
    let verified = nights.convexport("verify a.db");
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn media_are_kept_when_the_vendor_deletes_them() {
    let nights = Nights::new(three());
    nights.run("").ends(0, &[]);
    nights.fake.world().media.clear();
    nights.fake.world().conversations.clear();
    nights.run("--sweep").ends(0, &[]);
    assert_eq!(nights.media().len(), 2);
    assert_eq!(nights.linked("--media link")[0]["sha256"], sha256(&png(1)));
}

#[test]
fn verify_checks_every_file() {
    let nights = Nights::new(three());
    nights.run("").ends(0, &[]);
    let folder = nights.folder.path().join("a.media");
    let [one, other] = [1, 2].map(|number| folder.join(stored(&png(number), "png")));
    let mut bytes = png(1);
    bytes[9] ^= 1;
    fs::write(&one, bytes).unwrap();
    fs::remove_file(&other).unwrap();
    let run = nights.convexport("verify a.db");
    run.ends(
        1,
        &[
            "it has other contents of the same size",
            "it cannot be read",
        ],
    );
    assert!(
        run.stdout.starts_with("2 things in a.db changed"),
        "{}",
        run.stdout
    );
    // What is noted of them is covered as well.
    fs::write(&one, png(1)).unwrap();
    fs::write(&other, png(2)).unwrap();
    assert_eq!(nights.convexport("verify a.db").code, 0);
    let database = Connection::open(nights.folder.path().join("a.db")).unwrap();
    database
        .execute("UPDATE media SET bytes = 1 WHERE id = 1", [])
        .unwrap();
    nights
        .convexport("verify a.db")
        .ends(1, &["a medium is not what was written"]);
    database
        .execute("UPDATE media SET bytes = ?1 WHERE id = 1", [png(1).len()])
        .unwrap();
    database
        .execute(
            "UPDATE media_uses SET row_check = x'00' WHERE media = 1",
            [],
        )
        .unwrap();
    nights
        .convexport("verify a.db")
        .ends(1, &["a use of a medium is not what was written"]);
}

#[test]
fn the_files_of_a_channel_expire_with_their_messages() {
    let nights = Nights::new(three());
    for conversation in &mut nights.fake.world().conversations {
        conversation.integration = "messenger".to_owned();
    }
    nights.run("").ends(0, &[]);
    let spans = "SELECT DISTINCT CAST(unixepoch(m.expires_at) - unixepoch(s.created_at) AS TEXT)
        FROM media m JOIN media_uses u ON u.media = m.id JOIN messages s ON s.conversation = u.conversation";
    assert_eq!(nights.sql(spans), [(DAY / 1000).to_string()]);
}

#[test]
fn who_is_forgotten_takes_the_files_that_nobody_else_has() {
    let nights = Nights::new(vec![
        MediaFile::new("a", png(1)),
        MediaFile::new("b", png(2)),
        MediaFile::new("c", png(1)),
    ]);
    assert_eq!(nights.run("").code, 0);
    let of = |name: &str| {
        nights
            .sql(&format!(
                "SELECT c.conversation_id FROM conversations c JOIN media_uses u ON u.conversation = c.id
                 JOIN media m ON m.id = u.media WHERE m.address LIKE '%/{name}%'"
            ))
            .remove(0)
    };
    let (first, second) = (of("a"), of("b"));
    for (id, left) in [(second, 1), (first, 1), (of("c"), 0)] {
        let forgotten = nights.convexport(&format!("forget a.db --conversation {id} --yes"));
        assert_eq!(forgotten.code, 0, "{}", forgotten.stderr);
        assert_eq!(nights.media(), vec![stored(&png(1), "png"); left]);
        assert_eq!(nights.convexport("verify a.db").code, 0);
    }
    // No empty folder tells the beginning of a hash.
    let left = fs::read_dir(nights.folder.path().join("a.media")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn what_a_killed_run_downloaded_goes_when_its_conversation_is_forgotten() {
    let nights = Nights::new(three());
    assert_eq!(nights.run("").code, 0);
    // As a run leaves it that is killed before it has committed anything: the file, and the journal.
    let folder = nights.folder.path().join("a.media");
    let orphan = stored(&png(9), "png");
    fs::create_dir_all(folder.join(&orphan[..2])).unwrap();
    fs::write(folder.join(&orphan), png(9)).unwrap();
    let line = |file: &str, bytes: &[u8]| {
        json!({ "address": sha256(file.as_bytes())[..32], "file": file, "sha256": sha256(bytes),
            "bytes": bytes.len(), "media_type": "image/png" })
    };
    let known = stored(&png(1), "png");
    let journal = format!("{}\n{}\n", line(&orphan, &png(9)), line(&known, &png(1)));
    fs::write(folder.join(".journal"), journal).unwrap();
    assert_eq!(nights.run("").code, 0);
    let mut expected = [known, stored(&png(2), "png")];
    expected.sort();
    assert_eq!(nights.media(), expected);
}

#[test]
fn files_cannot_be_redacted() {
    let nights = Nights::new(three());
    nights.run("");
    let refused = nights.convexport("render a.db --media copy --redact -o x.html");
    refused.ends(2, &["--redact"]);
    nights.run("--redact -o x.html").ends(2, &["--media"]);
    assert!(!nights.folder.path().join("x.html").exists());
}
