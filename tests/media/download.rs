//! What is downloaded, how it is stored, and what an export says of it.

use std::fs;

use serde_json::{Value, json};

use super::{attachments, export, fake_with_files, files, pictures, png, sha256, stored};
use crate::run::schema::{is_valid, schema};
use crate::support::fake::{
    Action, BoostConversation, Conversation, DAY, Fake, MediaFile, REFERENCE, Rule, World,
};
use crate::support::{boost, botpress, records, summary};

#[test]
fn each_content_is_stored_once_and_named_by_its_hash() {
    let files_served = vec![
        MediaFile::new("a", png(1)),
        MediaFile::new("../../b.exe", png(1)),
        MediaFile::new("c%2F..%2Fc.html", png(2)),
    ];
    let fake = fake_with_files(files_served);
    let folder = tempfile::tempdir().unwrap();
    // A browser takes the dots out of `/media/../../b.exe`, which is nothing then.
    let run = export(&fake, folder.path(), "").run();
    run.ends(0, &["1 media could not be fetched: 1 gone (404)"]);
    let found = attachments(&run.stdout);
    assert_eq!(found[1]["missing"], "gone");
    for (index, bytes) in [(0, png(1)), (2, png(2))] {
        let place = stored(&bytes, "png");
        let url = &found[index]["url"];
        let expected = json!({
            "type": "image", "url": url, "title": null, "file": format!("media/{place}"),
            "sha256": sha256(&bytes), "bytes": bytes.len(), "media_type": "image/png",
        });
        assert_eq!(found[index], expected);
        let path = folder.path().join("media").join(&place);
        assert_eq!(fs::read(path).unwrap(), bytes);
    }
    let mut expected = [stored(&png(1), "png"), stored(&png(2), "png")];
    expected.sort();
    assert_eq!(files(&folder.path().join("media")), expected);
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let fake = fake_with_files(vec![MediaFile::new("a", png(1))]);
    let folder = tempfile::tempdir().unwrap();
    export(&fake, folder.path(), "").stdout();
    let mode = |path: &str| {
        let meta = fs::metadata(folder.path().join("media").join(path)).unwrap();
        meta.permissions().mode() & 0o777
    };
    let file = stored(&png(1), "png");
    assert_eq!(
        (mode(""), mode(&file[..2]), mode(&file)),
        (0o700, 0o700, 0o600)
    );
}

#[test]
fn an_address_is_asked_for_once_a_run() {
    let fake = Fake::start(World::new());
    let address = format!("{}/media/a", fake.url());
    let mut world = pictures(&vec![address; 50]);
    world.media = vec![MediaFile::new("a", png(1))];
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    let jsonl = export(&fake, folder.path(), "").stdout();
    let found = attachments(&jsonl);
    assert_eq!(found.len(), 50);
    assert!(found.iter().all(|link| link["sha256"] == sha256(&png(1))));
    assert_eq!(fake.asked_for("/media/a"), 1);
}

#[test]
fn conversations_keep_their_order_while_they_wait() {
    let served: Vec<_> = (0..40)
        .map(|number| MediaFile::new(&number.to_string(), png(number)))
        .collect();
    let fake = fake_with_files(served);
    let slow = Action::Delay(std::time::Duration::from_millis(60));
    let slow = Rule::on("/media/").every(5).answer(slow);
    fake.world().faults.push(slow);
    let folder = tempfile::tempdir().unwrap();
    let jsonl = export(&fake, folder.path(), "").stdout();
    let ids: Vec<_> = records(&jsonl)
        .iter()
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..40).map(|number| format!("c{number}")).collect();
    assert_eq!(ids, expected);
    for (number, link) in attachments(&jsonl).iter().enumerate() {
        assert_eq!(link["sha256"], sha256(&png(number)));
    }
    assert!(fake.most_at_once() <= 8 + 32);
}

#[test]
fn an_address_too_long_to_ask_for_is_not_reachable() {
    // The HTTP library takes addresses of less than 64 KiB.
    let long = MediaFile::new(&"a".repeat(70_000), png(1));
    let fake = fake_with_files(vec![long, MediaFile::new("odd|^[1]", png(2))]);
    let folder = tempfile::tempdir().unwrap();
    let run = export(&fake, folder.path(), "").run();
    let links = attachments(&run.stdout);
    assert_eq!(links[0]["missing"], "not reachable");
    assert_eq!(links[1]["sha256"], sha256(&png(2)));
    let line = "convexport: warning: 1 media could not be fetched: 1 not reachable\n";
    assert_eq!((run.code, &*run.stderr), (0, line));
}

#[test]
fn what_cannot_be_had_is_named_with_its_reason() {
    let served = vec![
        MediaFile::new("whole", png(1)),
        MediaFile::status("404", 404),
        MediaFile::status("410", 410),
        MediaFile::status("403", 403),
        MediaFile::status("403?Expires=1000000000", 403),
        MediaFile::status("500", 500),
        MediaFile::new("large", vec![b'x'; 2001]),
        MediaFile::status("204", 204),
    ];
    let fake = fake_with_files(served);
    fake.world().media[4].name = "403".to_owned();
    let folder = tempfile::tempdir().unwrap();
    let run = export(
        &fake,
        folder.path(),
        "--media-max-size 2k --summary summary.json",
    )
    .run();
    let reasons: Vec<_> = attachments(&run.stdout)
        .iter()
        .map(|link| link["missing"].as_str().unwrap_or("there").to_owned())
        .collect();
    assert_eq!(
        reasons,
        [
            "there",
            "gone",
            "gone",
            "refused",
            "expired",
            "not reachable",
            "too large",
            "not reachable"
        ]
    );
    let line = "convexport: warning: 7 media could not be fetched: 1 gone (404), 1 gone (410), 1 refused (403), \
                1 too large, 1 not reachable (204), 1 not reachable (500), 1 expired (403)\n";
    let sorted = |text: &str| {
        let mut words: Vec<_> = text
            .split([':', ','])
            .map(|one| one.trim().to_owned())
            .collect();
        words.sort();
        words
    };
    assert_eq!((run.code, sorted(&run.stderr)), (0, sorted(line)));
    let summary = summary(folder.path());
    assert_eq!(
        summary["media"],
        json!({ "downloaded": 1, "bytes": png(1).len(), "missing":
            { "gone": 2, "refused": 1, "expired": 1, "not reachable": 2, "too large": 1 } })
    );
    assert_eq!(summary["complete"], true);
    is_valid(&schema("summary"), &summary);
    for record in records(&run.stdout) {
        is_valid(&schema("jsonl"), &record);
    }
    let required = export(&fake, folder.path(), "--media-max-size 2k --media-required").run();
    required.ends(
        3,
        &["incomplete: media are missing, and --media-required asks for all"],
    );
}

#[test]
fn failures_that_pass_are_tried_again() {
    let names = ["429", "503", "cut", "chunked", "reset", "close"];
    let served = names.map(|name| MediaFile::new(name, png(name.len() * 7)));
    let fake = fake_with_files(served.to_vec());
    for (name, action) in names.into_iter().zip([
        Action::retry_after(0),
        Action::Status(503),
        Action::CutBody,
        Action::CutChunked { reset: false },
        Action::Reset,
        Action::Close,
    ]) {
        let rule = Rule::path(&format!("/media/{name}")).first(1);
        fake.world().faults.push(rule.answer(action));
    }
    let folder = tempfile::tempdir().unwrap();
    let jsonl = export(&fake, folder.path(), "").stdout();
    for (name, link) in names.iter().zip(attachments(&jsonl)) {
        assert_eq!(link["sha256"], sha256(&png(name.len() * 7)), "{name}");
        assert_eq!(fake.asked_for(&format!("/media/{name}")), 2, "{name}");
    }
}

/// A server that is busy or begins anew breaks many connections at once, and is not dead.
#[test]
fn a_host_that_breaks_many_connections_at_once_is_asked_again() {
    let names: Vec<_> = (0..32).map(|number| number.to_string()).collect();
    let files = (0..).zip(&names);
    let files = files.map(|(number, name)| MediaFile::new(name, png(number)));
    let fake = fake_with_files(files.collect());
    for name in &names {
        let rule = Rule::path(&format!("/media/{name}")).first(1);
        fake.world().faults.push(rule.answer(Action::Reset));
    }
    let folder = tempfile::tempdir().unwrap();
    let jsonl = export(&fake, folder.path(), "--media-concurrency 32").stdout();
    for (number, link) in attachments(&jsonl).iter().enumerate() {
        assert_eq!(link["sha256"], sha256(&png(number)), "{number}");
    }
}

#[test]
fn a_file_is_what_its_content_says() {
    for (bytes, extension, media_type) in [
        (&b"<html><script>alert(1)</script>"[..], "html", "text/html"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
            "svg",
            "image/svg+xml",
        ),
        (b"%PDF-1.4\n", "pdf", "application/pdf"),
        (b"a;b\n1;2\n", "txt", "text/plain"),
        (b"\x00\x01\x02", "bin", "application/octet-stream"),
        (b"", "bin", "application/octet-stream"),
    ] {
        // It claims to be a PNG.
        let fake = fake_with_files(vec![MediaFile::new("photo.png", bytes)]);
        let folder = tempfile::tempdir().unwrap();
        let jsonl = export(&fake, folder.path(), "").stdout();
        let link = &attachments(&jsonl)[0];
        assert_eq!(link["file"], format!("media/{}", stored(bytes, extension)));
        assert_eq!(
            (&link["media_type"], &link["bytes"]),
            (&json!(media_type), &json!(bytes.len()))
        );
    }
}

#[test]
fn all_places_of_media_are_found_and_types_can_be_chosen() {
    let fake = Fake::start(World::new());
    let url = |name: &str| format!("{}/media/{name}", fake.url());
    let mut world = World::new().conversation(Conversation::new("talk", REFERENCE - DAY));
    let said: [(&str, Value); 7] = [
        ("image", json!({ "imageUrl": url("image") })),
        ("audio", json!({ "audioUrl": url("audio") })),
        ("video", json!({ "videoUrl": url("video") })),
        ("file", json!({ "fileUrl": url("file") })),
        ("card", json!({ "title": "Card", "imageUrl": url("card") })),
        (
            "carousel",
            json!({ "items": [{ "title": "A", "imageUrl": url("item") }] }),
        ),
        (
            "bloc",
            json!({ "items": [{ "type": "image", "payload": { "imageUrl": url("part") } }] }),
        ),
    ];
    for (kind, payload) in &said {
        world.say_as("talk", REFERENCE - DAY, false, kind, &payload.to_string());
    }
    let names = ["image", "audio", "video", "file", "card", "item", "part"];
    world.media = names.map(|name| MediaFile::new(name, name)).to_vec();
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    let found = attachments(&export(&fake, folder.path(), "").stdout());
    let hashes: Vec<_> = found.iter().map(|link| link["sha256"].clone()).collect();
    assert_eq!(hashes, names.map(|name| json!(sha256(name.as_bytes()))));

    fake.forget();
    let found = export(&fake, folder.path(), "--media-types audio,file").stdout();
    let there: Vec<_> = attachments(&found)
        .iter()
        .filter(|link| link.get("file").is_some())
        .map(|link| link["type"].clone())
        .collect();
    assert_eq!(there, ["audio", "file"]);
    let asked = fake.requests();
    let asked = asked
        .iter()
        .filter(|request| request.path.starts_with("/media/"));
    assert_eq!(asked.count(), 2);
}

#[test]
fn boost_has_media_too_also_in_its_html() {
    let fake = Fake::start(World::new());
    let url = |name: &str| format!("{}/media/{name}", fake.url());
    let raw = format!(
        r#"{{"type":"conversation","id":1,"time":{{"created":"2026-11-01T12:00:00Z","last_message_created":"2026-11-01T12:00:00Z"}},"messages":[{{"id":0,"time":"2026-11-01T12:00:00Z","type":"question","question":{{"input":"Where?"}}}},{{"id":1,"time":"2026-11-01T12:00:00Z","type":"answer","content":[{{"type":"image","url":"{}"}},{{"type":"video","url":"{}","video_type":"mp4"}},{{"type":"html","html":"<p>Look: <img src=\"{}?a=1&amp;b=2\" alt=\"a map\"></p>"}}]}}]}}"#,
        url("image"),
        url("video"),
        url("html")
    );
    fake.world()
        .boost
        .conversations
        .push(BoostConversation::from_raw(&raw));
    let names = ["image", "video", "html"];
    fake.world().media = names.map(|name| MediaFile::new(name, name)).to_vec();
    let folder = tempfile::tempdir().unwrap();
    let run = boost(&fake, "--since 2026-01-01 -f jsonl --media media").within(folder.path());
    let found = attachments(&run.stdout());
    let hashes: Vec<_> = found.iter().map(|link| link["sha256"].clone()).collect();
    assert_eq!(hashes, names.map(|name| json!(sha256(name.as_bytes()))));
    assert_eq!(found[2]["url"], format!("{}?a=1&b=2", url("html")));
    assert_eq!(found[2]["title"], "a map");
}

#[test]
fn the_paths_begin_where_the_output_is() {
    let fake = fake_with_files(vec![MediaFile::new("a", png(1))]);
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("out/deep")).unwrap();
    let file = stored(&png(1), "png");
    export(&fake, folder.path(), "-o out/deep/a.jsonl").stdout();
    let text = fs::read_to_string(folder.path().join("out/deep/a.jsonl")).unwrap();
    assert_eq!(attachments(&text)[0]["file"], format!("../../media/{file}"));
    botpress(
        &fake,
        "-f jsonl -d out/all --media media --name {year}/{id}",
    )
    .within(folder.path())
    .stdout();
    let text = fs::read_to_string(folder.path().join("out/all/2026/c0.jsonl")).unwrap();
    assert_eq!(
        attachments(&text)[0]["file"],
        format!("../../../media/{file}")
    );
}

#[test]
fn without_the_flag_nothing_is_asked_for_or_said() {
    let fake = fake_with_files(vec![MediaFile::new("a", png(1))]);
    let jsonl = botpress(&fake, "-f jsonl").stdout();
    let keys: Vec<_> = attachments(&jsonl)[0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys, ["title", "type", "url"]);
    assert_eq!(fake.asked_for("/media/a"), 0);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let fake = fake_with_files(vec![MediaFile::new("a", png(1))]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for (args, words) in [
        ("--media", "--media: give the folder"),
        ("--media m --archive a.db", "give --media alone"),
        ("--media-required", "--media"),
        ("--media m --media-max-size huge", "expected a size"),
        ("--media file", "file is a file"),
        ("-d out --media out/m -f json", "keep it beside"),
    ] {
        let run = botpress(&fake, args).within(folder.path()).run();
        run.ends(2, &[words]);
    }
    assert_eq!(fake.asked(), 0);
}

#[test]
fn a_run_downloads_no_more_than_it_may() {
    let served: Vec<_> = (0..10)
        .map(|number| MediaFile::new(&number.to_string(), vec![b'a' + number; 1000]))
        .collect();
    let fake = fake_with_files(served);
    let folder = tempfile::tempdir().unwrap();
    let run = export(
        &fake,
        folder.path(),
        "--media-total 4500 --media-concurrency 1",
    )
    .run();
    run.ends(0, &["6 media could not be fetched: 6 left for later"]);
    assert_eq!(files(&folder.path().join("media")).len(), 4);
}
