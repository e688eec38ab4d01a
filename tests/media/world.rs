//! A bot with media of all kinds, good and bad: every one that can be downloaded is saved once and whole, and every other is
//! named with its reason.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::sync::Mutex;

use serde_json::json;

use super::{attachments, files, png, sha256, stored};
use crate::support::fake::{Action, Conversation, DAY, Fake, MediaFile, REFERENCE, Rule, World};
use crate::support::{botpress, long_tests};

/// What is expected of an attachment.
enum Expected {
    File(Vec<u8>, &'static str),
    Missing(&'static str),
}

/// The file of a number, its address, and what is expected of it.
fn medium(number: usize, here: &str, there: &str) -> (Option<MediaFile>, String, Expected) {
    let bytes = png(number);
    let name = number.to_string();
    let at = |name: &str| format!("{here}/media/{name}");
    let file = |bytes: &[u8]| Expected::File(bytes.to_vec(), "png");
    let missing = |file: MediaFile, reason| {
        let address = at(&file.name);
        (Some(file), address, Expected::Missing(reason))
    };
    match number % 20 {
        8 => (
            Some(MediaFile::new(&name, png(0))),
            at(&name),
            file(&png(0)),
        ),
        9 => {
            let target = format!("{there}/media/{number}");
            (
                Some(MediaFile::redirect(&name, &target)),
                at(&name),
                file(&bytes),
            )
        }
        10 => missing(MediaFile::status(&name, 404), "gone"),
        11 => missing(MediaFile::status(&name, 410), "gone"),
        12 if number % 40 < 20 => missing(MediaFile::status(&name, 403), "refused"),
        12 => {
            let address = format!("{}?Expires=1000000000&Signature=x", at(&name));
            (
                Some(MediaFile::status(&name, 403)),
                address,
                Expected::Missing("expired"),
            )
        }
        13..=15 => {
            let name = format!("{}-{name}", ["429", "500", "cut"][number % 20 - 13]);
            (
                Some(MediaFile::new(&name, bytes.clone())),
                at(&name),
                file(&bytes),
            )
        }
        16 => (
            Some(MediaFile::new(&name, "")),
            at(&name),
            Expected::File(Vec::new(), "bin"),
        ),
        17 => {
            let page = format!("<html>{number}<script>alert(1)</script>").into_bytes();
            (
                Some(MediaFile::new(&name, page.clone())),
                at(&name),
                Expected::File(page, "html"),
            )
        }
        18 => {
            let name = format!("%2e%2e%2f..%5c%00{number}%0a.html");
            (
                Some(MediaFile::new(&name, bytes.clone())),
                at(&name),
                file(&bytes),
            )
        }
        19 => {
            let private = [
                "https://10.0.0.1/a",
                "http://169.254.169.254/a",
                "https://[fd00::1]/a",
            ][number / 20 % 3];
            match number % 40 {
                19 => (None, private.to_owned(), Expected::Missing("not allowed")),
                _ => missing(MediaFile::redirect(&name, private), "not allowed"),
            }
        }
        _ => (
            Some(MediaFile::new(&name, bytes.clone())),
            at(&name),
            file(&bytes),
        ),
    }
}

#[test]
fn every_medium_is_saved_once_and_whole_or_named_with_its_reason() {
    let count = if long_tests() { 5000 } else { 400 };
    let (fake, other) = (Fake::start(World::new()), Fake::start(World::new()));
    let mut world = World::new();
    let mut expected = BTreeMap::new();
    for number in 0..count {
        let id = format!("c{}", number / 10);
        let at = REFERENCE - DAY + i64::try_from(number).unwrap() * 1000;
        if number % 10 == 0 {
            world = world.conversation(Conversation::new(&id, at));
        }
        let (file, address, what) = medium(number, &fake.url(), &other.url());
        world.say_as(
            &id,
            at,
            true,
            "image",
            &json!({ "imageUrl": address }).to_string(),
        );
        world.media.extend(file);
        if number % 20 == 9 {
            other
                .world()
                .media
                .push(MediaFile::new(&number.to_string(), png(number)));
        }
        expected.insert(address, what);
    }
    for (name, action) in [
        ("429-", Action::retry_after(0)),
        ("500-", Action::Status(500)),
        ("cut-", Action::CutBody),
    ] {
        let seen = Mutex::new(HashSet::new());
        let first = move |path: &str| {
            path.starts_with(&format!("/media/{name}"))
                && seen.lock().unwrap().insert(path.to_owned())
        };
        world = world.rule(Rule::test(move |request| first(&request.path)).answer(action));
    }
    *fake.world() = world;
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "-f jsonl --media media")
        .within(folder.path())
        .run();
    assert_eq!(run.code, 0, "{}", run.stderr);

    let found = attachments(&run.stdout);
    assert_eq!(found.len(), count);
    let mut names = HashSet::new();
    for link in &found {
        match &expected[link["url"].as_str().unwrap()] {
            Expected::Missing(reason) => assert_eq!(link["missing"], *reason, "{link}"),
            Expected::File(bytes, extension) => {
                let name = stored(bytes, extension);
                assert_eq!(link["file"], format!("media/{name}"), "{link}");
                names.insert(name);
            }
        }
    }
    let media = folder.path().join("media");
    let there = files(&media);
    assert_eq!(there.iter().cloned().collect::<HashSet<_>>(), names);
    for name in there {
        let bytes = fs::read(media.join(&name)).unwrap();
        assert_eq!(name.split(['/', '.']).nth(1), Some(sha256(&bytes).as_str()));
    }
    // Nothing is asked for twice that came whole, and no other host gets the token.
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for request in fake
        .requests()
        .iter()
        .filter(|request| request.status == 200)
    {
        if request.path.starts_with("/media/") {
            *asked.entry(request.path.clone()).or_default() += 1;
        }
    }
    assert!(asked.values().all(|times| *times == 1));
    assert_eq!(other.asked(), count / 20);
    for request in other.requests() {
        assert_eq!(
            (request.header("authorization"), request.header("x-bot-id")),
            (None, None)
        );
    }
}
