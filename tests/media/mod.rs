//! Media: the files that messages point to are downloaded, whole and once, and nothing else is asked for them.

mod archive;
mod download;
mod killed;
mod safety;
mod shown;
mod world;

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::fake::{Conversation, DAY, Fake, MediaFile, REFERENCE, World};
use crate::support::{self, Convexport, botpress, records};

/// The beginning of a PNG, and some bytes that make it another one.
fn png(number: usize) -> Vec<u8> {
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        number.to_string().as_bytes(),
    ]
    .concat()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from_digit(nibble.into(), 16).unwrap())
        .collect()
}

/// `ab/abcdef....png`
fn stored(bytes: &[u8], extension: &str) -> String {
    let hash = sha256(bytes);
    format!("{}/{hash}.{extension}", &hash[..2])
}

/// A bot whose messages point to these addresses, each with a picture in a conversation of its own: `c0`, `c1` and so
/// on, from the newest to the oldest.
fn pictures(addresses: &[String]) -> World {
    let world = World::new();
    (0..)
        .zip(addresses)
        .fold(world, |world, (number, address)| {
            let at = REFERENCE - DAY - number;
            let mut world = world.conversation(Conversation::new(&format!("c{number}"), at));
            let payload = json!({ "imageUrl": address }).to_string();
            world.say_as(&format!("c{number}"), at, true, "image", &payload);
            world
        })
}

/// A fake whose messages point to its own files of these names.
fn fake_with_files(files: Vec<MediaFile>) -> Fake {
    let fake = Fake::start(World::new());
    let url = fake.url();
    let addresses: Vec<_> = files
        .iter()
        .map(|file| format!("{url}/media/{}", file.name))
        .collect();
    let mut world = pictures(&addresses);
    world.media = files;
    *fake.world() = world;
    fake
}

/// `convexport botpress -f jsonl --media media ARGS` in a folder.
fn export(fake: &Fake, folder: &Path, args: &str) -> Convexport {
    let retries = if args.contains("--retries") {
        ""
    } else {
        "--retries 1"
    };
    botpress(fake, "-f jsonl --media media")
        .args(retries)
        .args(args)
        .within(folder)
}

/// The attachments of an export, in its order.
fn attachments(jsonl: &str) -> Vec<Value> {
    let all = records(jsonl);
    let messages = all
        .iter()
        .flat_map(|record| record["messages"].as_array().unwrap());
    messages
        .flat_map(|message| message["attachments"].as_array().unwrap())
        .cloned()
        .collect()
}

/// The files in a folder. One that is not there has none.
fn files(folder: &Path) -> Vec<String> {
    if folder.exists() {
        support::files(folder)
    } else {
        Vec::new()
    }
}
