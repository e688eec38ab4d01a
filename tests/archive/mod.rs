//! What is remembered between runs: `--state`, and `--append`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Run, ids, records};

mod append;
pub mod crash;
mod failed;
mod full_disk;
mod increment;
mod range;
mod state;

/// Every conversation of a mirror of json files, with its messages.
fn mirror(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).unwrap();
            all.extend(ids(&serde_json::from_str::<Vec<Value>>(&text).unwrap()));
        }
    }
    all.sort();
    all
}

fn sorted(mut all: Vec<(String, Vec<String>)>) -> Vec<(String, Vec<String>)> {
    all.sort();
    all
}

/// The last version of each conversation of an appended file.
fn latest(jsonl: &str) -> BTreeMap<String, Vec<String>> {
    ids(&records(jsonl)).into_iter().collect()
}

fn state(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("s")).unwrap()).unwrap()
}

/// A bot that says nothing more after fifty calls for messages, until its faults are cleared.
fn silent_midway(conversations: usize) -> Fake {
    let silence = Rule::on("/messages").from(51).answer(Action::Hang);
    Fake::start(World::with_conversations(conversations, |_| 1).rule(silence))
}

/// Runs the command until its time is up, in ever more time until something of it is saved. Then the fake answers again.
fn stop_midway(fake: &Fake, folder: &Path, run: impl Fn(&str) -> Run) {
    for seconds in 1.. {
        run(&format!("--max-duration {seconds}s")).ends(3, &["continues"]);
        let journal = fs::read_to_string(folder.join("s.journal")).unwrap();
        if journal.contains("\"done\"") {
            break;
        }
    }
    fake.world().faults.clear();
}

/// A bot whose every message call takes a while.
fn slow(conversations: usize) -> Fake {
    let slow = Rule::on("/messages").answer(Action::Delay(std::time::Duration::from_millis(20)));
    Fake::start(World::with_conversations(conversations, |_| 2).rule(slow))
}
