//! The `html` format as a reader sees it, in a real Chromium. These tests need one, so they run only when asked for:
//!
//! ```text
//! cargo test --test suite browser -- --ignored --nocapture
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::fake::Fake;
use crate::support::{boost, botpress};

mod look;
mod read;

/// What a page says when something in it is wrong or refused.
const COMPLAINTS: &[&str] = &[
    "Log.entryAdded",
    "Runtime.exceptionThrown",
    "Runtime.consoleAPICalled",
];

const ENTRIES: &str = "document.querySelectorAll('.list > li:not([hidden])').length";

const CHOSEN: &str = "[...document.querySelectorAll('article')].filter(one => one.checkVisibility()).map(one => one.id)";

/// A folder with `all.html`, made by these arguments.
fn page(fake: &Fake, args: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let run = if args.starts_with("boost") {
        boost(fake, &args[6..])
    } else {
        botpress(fake, args)
    };
    run.args("-o all.html").within(folder.path()).stdout();
    let path = folder.path().join("all.html");
    (folder, path)
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
    assert_eq!(requests.len(), 1, "only the page itself: {requests:?}");
}
