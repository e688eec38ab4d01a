//! The `html` format as a reader sees it, in a real Chromium. These tests need one, so they run only when asked for:
//!
//! ```text
//! cargo test --test suite browser -- --ignored --nocapture
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, botpress, convexport};

mod figures;
mod list;
mod look;
mod overview;
mod read;

/// What a page says when something in it is wrong or refused.
const COMPLAINTS: &[&str] = &[
    "Log.entryAdded",
    "Runtime.exceptionThrown",
    "Runtime.consoleAPICalled",
];

/// The names of the conversations in the list, as far as they are drawn.
const ENTRIES: &str =
    "Array.from(document.querySelectorAll('#rows strong'), one => one.textContent)";

const STATUS: &str = "document.querySelector('#status').textContent";

/// The id of the conversation that is open, or null.
const OPENED: &str = "document.querySelector('#view article') && new URLSearchParams(location.hash.slice(1)).get('c')";

/// The texts that are marked in what is open.
const MARKED: &str = "Array.from(CSS.highlights.get('found') ?? [], range => range.toString())";

/// A folder with `all.html`, made by these arguments.
fn page(fake: &Fake, args: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let run = match args.strip_prefix("boost") {
        Some(args) => boost(fake, args),
        None => botpress(fake, args),
    };
    run.args("-o all.html").within(folder.path()).stdout();
    let path = folder.path().join("all.html");
    (folder, path)
}

/// A page of an answer of boost.ai.
fn page_of(input: &str, args: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.json"), input).unwrap();
    convexport(&format!("boost --input in.json -o all.html {args}"))
        .within(folder.path())
        .stdout();
    let path = folder.path().join("all.html");
    (folder, path)
}

/// A world with a conversation `talk` in which the user (`true`) and the bot say these texts, a minute apart.
fn talk(world: World, said: &[(bool, &str, Value)]) -> World {
    let begin = REFERENCE - DAY / 24;
    let mut world = world.conversation(Conversation::new("talk", begin));
    for (minute, (from_user, kind, payload)) in (1..).zip(said) {
        world.say_as(
            "talk",
            begin + minute * 60_000,
            *from_user,
            kind,
            &payload.to_string(),
        );
    }
    world
}

fn text(from_user: bool, text: &str) -> (bool, &'static str, Value) {
    (from_user, "text", json!({"text": text}))
}

/// Opens a page, at this part of it, and waits until it is read to its end.
fn open(browser: &mut Browser, path: &Path, hash: &str) {
    browser.open(path);
    browser.wait("isLoaded");
    if !hash.is_empty() {
        go(browser, hash);
    }
}

fn go(browser: &mut Browser, hash: &str) {
    browser.eval(&format!("location.hash = {hash:?}"));
    browser.settle();
    settled(browser);
}

/// Waits until the search and the list are as the address says.
fn settled(browser: &mut Browser) {
    browser.settle();
    browser.wait("searchDone === searchNumber");
    browser.settle();
}

/// Searches for a text.
fn search(browser: &mut Browser, text: &str) {
    browser.eval("$('search').focus(), $('search').select()");
    browser.call("Input.insertText", &json!({"text": text}));
    settled(browser);
}

/// Where pictures are left to be looked at.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn assert_quiet(browser: &Browser) {
    assert_eq!(browser.told(COMPLAINTS), Vec::<&Value>::new());
    let requests = browser.told(&["Network.requestWillBeSent"]);
    let loads = |event: &&&Value| {
        let url = event["params"]["request"]["url"].as_str().unwrap();
        !url.starts_with("data:")
    };
    let count = requests.iter().filter(loads).count();
    assert_eq!(count, 1, "only the page itself: {requests:?}");
}
