//! Runs that are killed while they download: no half file has a final name, nothing is lost, and what was finished is not
//! asked for again.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{attachments, files, png, stored};
use crate::support::fake::{Action, Conversation, DAY, Fake, MediaFile, REFERENCE, Rule, World};
use crate::support::{botpress, convexport, long_tests, wait_until};

/// How many files a run asks for at most before it is killed.
const LATEST: usize = 40;

/// A bot whose runs are killed, and what they leave in a folder.
struct Killed {
    fake: Fake,
    folder: tempfile::TempDir,
    /// The files that there are, by their paths.
    served: HashMap<String, usize>,
    /// The flags of a run. Its media are in `a.media`.
    args: &'static str,
    /// The files that were noted as finished when a run was killed.
    finished: HashSet<usize>,
}

fn content(number: usize) -> Vec<u8> {
    let mut bytes = png(number);
    bytes.resize(20_000, b'x');
    bytes
}

impl Killed {
    /// Conversations have ten files each.
    fn new(count: usize, args: &'static str) -> Self {
        let fake = Fake::start(World::new());
        let mut world = World::new();
        for number in 0..count {
            let id = format!("c{}", number / 10);
            let at = REFERENCE - DAY - i64::try_from(number).unwrap();
            if number % 10 == 0 {
                world = world.conversation(Conversation::new(&id, at));
            }
            let payload = json!({ "imageUrl": format!("{}/media/{number}", fake.url()) });
            world.say_as(&id, at, true, "image", &payload.to_string());
            world
                .media
                .push(MediaFile::new(&number.to_string(), content(number)));
        }
        let slow = Action::Delay(Duration::from_millis(5));
        *fake.world() = world.rule(Rule::on("/media/").answer(slow));
        let served = (0..count).map(|number| (stored(&content(number), "png"), number));
        Self {
            fake,
            folder: tempfile::tempdir().unwrap(),
            served: served.collect(),
            args,
            finished: HashSet::new(),
        }
    }

    /// The files that the runs so far have brought.
    fn found(&self) -> Vec<String> {
        let all = files(&self.folder.path().join("a.media"));
        all.into_iter()
            .filter(|name| !name.starts_with('.'))
            .collect()
    }

    fn asked(&self) -> Vec<usize> {
        let requests = self.fake.requests();
        let names = requests
            .iter()
            .filter_map(|request| request.path.strip_prefix("/media/"));
        names.map(|name| name.parse().unwrap()).collect()
    }

    /// Runs, and kills the run after it has asked for and finished so many files. Without numbers it runs to its end.
    fn run(&mut self, kill_after: Option<[usize; 2]>) {
        self.fake.forget();
        let command = botpress(&self.fake, self.args).within(self.folder.path());
        let mut run = command.start();
        match kill_after {
            None => run.end().ends(0, &[]),
            Some([asked, finished]) => {
                let finished = self.finished.len() + finished;
                wait_until("a few files", || {
                    let is_late = self.asked().len() >= asked && self.noted().len() >= finished;
                    is_late || run.has_ended()
                });
                assert!(!run.has_ended(), "there are files left to ask for");
                run.kill();
            }
        }
        for number in self.asked() {
            assert!(!self.finished.contains(&number), "{number} was finished");
        }
        for name in self.found() {
            let bytes = fs::read(self.folder.path().join("a.media").join(&name)).unwrap();
            assert_eq!(bytes, content(self.served[&name]), "{name} is whole");
        }
        self.finished.extend(self.noted());
    }

    /// The files of the journal.
    fn noted(&self) -> Vec<usize> {
        let journal = self.folder.path().join("a.media/.journal");
        let journal = fs::read_to_string(journal).unwrap_or_default();
        let entries = journal
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let files = entries.map(|entry| entry["file"].as_str().unwrap().to_owned());
        files.map(|file| self.served[&file]).collect()
    }
}

/// Kills runs, lets the last one end, and returns what is left.
fn kill(seed: u64, args: &'static str) -> Killed {
    let (kills, count) = if long_tests() { (100, 4000) } else { (5, 200) };
    let mut random = Rng::with_seed(seed);
    let mut killed = Killed::new(count, args);
    for number in 0..kills {
        // Every second run gets as far as to finish a file.
        killed.run(Some([random.usize(1..=LATEST), number % 2]));
    }
    let finished = killed.finished.len();
    killed.run(None);
    assert_eq!(killed.found().len(), count);
    println!("{kills} kills: {finished} of {count} files were finished before the last run");
    assert!(finished >= kills / 2, "{finished}");
    let all = files(&killed.folder.path().join("a.media"));
    assert!(all.iter().all(|name| !name.starts_with('.')), "{all:?}");
    killed
}

fn check(killed: &Killed, jsonl: &str) {
    let linked = attachments(jsonl);
    assert_eq!(linked.len(), killed.served.len());
    for link in linked {
        let file = link["file"].as_str().unwrap();
        let number = killed.served[file.strip_prefix("a.media/").unwrap()];
        let url = link["url"].as_str().unwrap();
        assert!(url.ends_with(&format!("/media/{number}")), "{link}");
    }
}

#[test]
fn an_archive_loses_nothing_and_fetches_nothing_twice() {
    let killed = kill(1, "--archive a.db --media");
    let offline = |args| convexport(args).within(killed.folder.path()).run();
    offline("verify a.db").ends(0, &[]);
    check(
        &killed,
        &offline("render a.db -f jsonl --media link").stdout,
    );
}

#[test]
fn an_export_loses_nothing_and_fetches_nothing_twice() {
    let killed = kill(2, "-f jsonl -o a.jsonl --media a.media");
    let jsonl = fs::read_to_string(killed.folder.path().join("a.jsonl")).unwrap();
    check(&killed, &jsonl);
}
