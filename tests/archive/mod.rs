//! The archive: what runs bring into it, what they ask the vendor for, and what is written from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::fake::{Conversation, Fake, Message, World, utc};
use crate::support::{Convexport, boost, botpress, clock, convexport, ids, records};

mod api;
mod campaign;
mod check;
mod clock;
mod continued;
mod crash;
mod failed;
mod forget;
mod forget_asks;
mod forgotten;
mod full_disk;
mod import;
mod journal;
mod life;
mod merge;
mod mirror;
mod night;
mod output;
mod reading;
mod refused;
mod search;
mod selection;
mod stopped;
mod sweep;
mod verify;
mod views;

/// Conversations, each with its messages, by their ids.
type Archived = BTreeMap<String, Vec<String>>;

/// A vendor, and a folder with an archive of it.
struct Nights {
    fake: Fake,
    folder: TempDir,
}

impl Nights {
    fn new(world: World) -> Self {
        Self {
            fake: Fake::start(world),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A run against Botpress. The requests so far are forgotten.
    fn bot(&self, args: &str) -> Convexport {
        self.fake.forget();
        botpress(&self.fake, "--archive a.db")
            .args(args)
            .within(self.folder.path())
    }

    /// The same against boost.ai.
    fn site(&self, args: &str) -> Convexport {
        self.fake.forget();
        boost(&self.fake, "--archive a.db --since 2026-01-01")
            .args(args)
            .within(self.folder.path())
    }

    /// Renders the archive.
    fn render(&self, args: &str) -> String {
        convexport("render a.db -f jsonl")
            .args(args)
            .within(self.folder.path())
            .stdout()
    }

    fn archived(&self) -> Archived {
        by_id(&self.render(""))
    }

    /// What a query finds: its rows as text, with `|` between the columns.
    fn sql(&self, query: &str) -> Vec<String> {
        sql(&self.path("a.db"), query)
    }

    /// Changes the archive behind the program's back, to let time pass.
    fn set(&self, statement: &str) {
        let database = Connection::open(self.path("a.db")).unwrap();
        assert!(database.execute(statement, []).unwrap() > 0, "{statement}");
    }

    /// Somebody writes in a conversation of the bot now.
    fn grow(&self, conversation: &str, message: &str) {
        let message = Message::from_raw(&said(message, conversation, clock(), "words"));
        self.fake.world().get_mut(conversation).add(message);
    }

    /// How often the messages of a conversation were asked for.
    fn asked_for_messages(&self, conversation: &str) -> usize {
        let all = self.fake.requests();
        all.iter()
            .filter(|request| request.path == "/v1/chat/messages")
            .filter(|request| request.param("conversationId") == Some(conversation))
            .count()
    }
}

/// A run that succeeds, writes nothing to stdout and says nothing.
fn quiet(run: Convexport) {
    assert_eq!(run.stdout(), "");
}

/// The conversations of a jsonl export. None may come twice.
fn by_id(jsonl: &str) -> Archived {
    let all = ids(&records(jsonl));
    let count = all.len();
    let all: Archived = all.into_iter().collect();
    assert_eq!(all.len(), count, "a conversation came twice");
    all
}

/// What the fake has of Botpress.
fn truth(world: &World) -> Archived {
    crate::support::truth(world).into_iter().collect()
}

fn sql(path: &Path, query: &str) -> Vec<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let database = Connection::open_with_flags(path, flags).unwrap();
    let mut select = database.prepare(query).unwrap();
    let columns = select.column_count();
    let rows = select.query_map([], |row| {
        let cells = (0..columns).map(|column| {
            row.get(column)
                .map(|value: rusqlite::types::Value| match value {
                    rusqlite::types::Value::Null => "-".to_owned(),
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => format!("{other:?}"),
                })
        });
        Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Every conversation of a mirror of json files. None may be there twice.
fn mirrored(folder: &Path) -> Archived {
    let mut all = Vec::new();
    for path in crate::support::files(folder) {
        if Path::new(&path)
            .extension()
            .is_some_and(|found| found == "json")
        {
            let text = fs::read_to_string(folder.join(&path)).unwrap();
            all.extend(ids(&serde_json::from_str::<Vec<Value>>(&text).unwrap()));
        }
    }
    let count = all.len();
    let all: Archived = all.into_iter().collect();
    assert_eq!(all.len(), count, "a conversation has two files");
    all
}

/// The conversation `talk`, which begins at a time and has the messages `m0`, `m1` and so on, one in `every` so many
/// milliseconds. The vendor may count them.
fn talk(begun: i64, messages: i64, every: i64, counted: bool) -> Conversation {
    let mut talk = Conversation::new("talk", begun);
    talk.message_count = counted.then_some(0);
    for number in 0..messages {
        let (id, at) = (format!("m{number}"), begun + number * every);
        talk.add(Message::from_raw(&said(&id, "talk", at, "words")));
    }
    talk
}

/// Conversations `c0`, `c1` and so on, each with one message, of these ages in milliseconds.
fn talks(count: i64, age: impl Fn(i64) -> i64) -> World {
    (0..count).fold(World::new(), |world, number| {
        let (id, at) = (format!("c{number}"), clock() - age(number));
        let raw = said(&format!("m{number}"), &id, at, "words");
        world.conversation(Conversation::new(&id, at).message(&raw))
    })
}

/// A message of Botpress as raw JSON.
fn said(id: &str, conversation: &str, at: i64, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","createdAt":"{}","conversationId":"{conversation}","userId":"u","type":"text","direction":"incoming","payload":{{"text":"{text}"}},"tags":{{}}}}"#,
        utc(at)
    )
}

/// A conversation of boost.ai as raw JSON. The messages have an id, a time and a type each.
fn site_talk(id: u64, messages: &[(u64, i64, &str)]) -> String {
    let raw = |(number, at, kind): &(u64, i64, &str)| {
        let content = if *kind == "question" {
            format!(r#""question":{{"input":"text {number}"}}"#)
        } else {
            format!(
                r#""is_human_chat":true,"content":[{{"type":"text","text":"<p>text {number}</p>"}}]"#
            )
        };
        format!(
            r#"{{"id":{number},"time":"{}","type":"{kind}",{content}}}"#,
            utc(*at)
        )
    };
    let (first, last) = (messages[0].1, messages[messages.len() - 1].1);
    let messages: Vec<_> = messages.iter().map(raw).collect();
    format!(
        r#"{{"type":"conversation","id":{id},"time":{{"created":"{}","last_message_created":"{}"}},"messages":[{}]}}"#,
        utc(first),
        utc(last),
        messages.join(",")
    )
}

/// Puts a conversation of boost.ai in the place of the one with its id.
fn put(fake: &Fake, id: u64, messages: &[(u64, i64, &str)]) {
    let site = &mut fake.world().boost;
    site.conversations
        .retain(|known| known.id != id.to_string());
    site.add(&site_talk(id, messages));
}

/// Ids as a list of text.
fn list(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}
