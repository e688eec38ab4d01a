//! The vendor's own contract: Prism stands between the program and the fake, and holds every request and every answer
//! against the document that Botpress publishes of its API. `tests/contract/run` brings both from npm and runs this.
//!
//! The document describes no errors (their schema is that of success), so all that is asked for is there.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, Recorded, World};
use crate::support::{Convexport, botpress, clock, convexport, ids, records, truth};

/// A proxy that lets through only what keeps the contract.
struct Prism {
    process: Child,
    url: String,
}

impl Prism {
    fn before(fake: &Fake) -> Self {
        let mut process = Command::new("node")
            .arg(folder().join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .args(["proxy", "--errors", "--port", "0"])
            .arg(folder().join("openapi.json"))
            .arg(fake.url())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let log = process.stdout.take().expect("its stdout is a pipe");
        let mut lines = BufReader::new(log).lines().map_while(Result::ok);
        let url = lines.find_map(|line| {
            let (_, url) = line.split_once("Prism is listening on ")?;
            Some(url.trim().to_owned())
        });
        let url = url.expect("Prism says where it listens");
        // Nobody reads what it logs, but it must not wait for that.
        thread::spawn(move || lines.for_each(drop));
        Self { process, url }
    }

    fn botpress(&self, fake: &Fake, args: &str) -> Convexport {
        botpress(fake, args).env("BP_API_URL", &self.url)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `run` has put what came from npm.
fn folder() -> PathBuf {
    PathBuf::from(env::var_os("CONTRACT").expect("tests/contract/run sets CONTRACT"))
}

/// A bot with a state for every conversation.
fn world() -> World {
    let world = World::with_conversations(45, |i| 1 + i * 7 % 50);
    let talks: Vec<_> = world.conversations.iter().map(|c| c.id.clone()).collect();
    talks.iter().fold(world, |world, id| {
        world.state(id, "cart", r#"{"z":1.0,"a":[]}"#)
    })
}

/// The parameters that the document has for a request.
fn documented(document: &Value, request: &Recorded) -> Vec<String> {
    let paths = document["paths"].as_object().expect("paths");
    let fits = |path: &str| {
        let (theirs, ours) = (path.split('/'), request.path.split('/'));
        theirs.clone().count() == ours.clone().count()
            && theirs
                .zip(ours)
                .all(|(part, given)| part == given || part.starts_with('{'))
    };
    let (_, path) = paths
        .iter()
        .find(|(path, _)| fits(path))
        .unwrap_or_else(|| panic!("the document has no {}", request.path));
    let parameters = path["get"]["parameters"].as_array().expect("parameters");
    let of_query = parameters.iter().filter(|known| known["in"] == "query");
    of_query
        .map(|known| known["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
#[ignore = "needs npm: bash tests/contract/run"]
fn every_request_and_every_answer_keeps_the_contract() {
    let fake = Fake::start(world());
    let prism = Prism::before(&fake);
    let run = |args: &str| prism.botpress(&fake, args).stdout();

    let whole = run("-f jsonl --with-users --with-state cart");
    assert_eq!(ids(&records(&whole)), truth(&fake.world()));
    let one = truth(&fake.world())[7].clone();
    let named = run(&format!("-f jsonl --conversation {}", one.0));
    assert_eq!(ids(&records(&named)), [one]);
    let (person, tag) = {
        let world = fake.world();
        let known = &world.conversations[43];
        assert_eq!(
            (known.integration.as_str(), known.channel.as_str()),
            ("slack", "dm")
        );
        (known.participants[1].clone(), known.tags[0].1.clone())
    };
    let filters = format!(
        "--since 2026-09-01 --until 2026-11-20T08:00:00+02:00 --channel dm --integration slack \
         --participant {person} --tag"
    );
    let filtered = prism
        .botpress(&fake, &filters)
        .arg(format!("topic={tag}"))
        .args("-f jsonl");
    assert!(!records(&filtered.stdout()).is_empty());
    let (token, bot) = {
        let world = fake.world();
        (world.token.clone(), world.bot_id.clone())
    };
    let list = prism.botpress(&fake, "--list").stdout();
    assert_eq!(records(&list).len(), 45);
    let active = run("--list --active-since 2026-01-01");
    assert_eq!(records(&active).len(), 45);
    let check = convexport("check botpress")
        .env("BP_API_URL", &prism.url)
        .env("BP_TOKEN", &token)
        .env("BP_BOT_ID", &bot);
    assert!(check.stdout().contains("it has conversations"));

    let document = std::fs::read(folder().join("openapi.json")).expect("the document is there");
    let document: Value = serde_json::from_slice(&document).expect("it is JSON");
    for request in fake.requests() {
        let known = documented(&document, &request);
        for (name, _) in &request.query {
            // The document says of `tags` that it is an object; the official client writes it with dots.
            let name = name.split('.').next().expect("a name");
            assert!(
                known.iter().any(|known| known == name),
                "{}",
                request.line()
            );
        }
    }
}

#[test]
#[ignore = "needs npm: bash tests/contract/run"]
fn an_archives_second_run_keeps_the_contract() {
    let fake = Fake::start(world());
    let prism = Prism::before(&fake);
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let command = prism
            .botpress(&fake, "--archive bot.db -f jsonl")
            .args(args);
        command.within(folder.path()).stdout()
    };
    assert_eq!(records(&run("")).len(), 45);
    let (grown, now) = {
        let mut world = fake.world();
        let grown = world.conversations[3].id.clone();
        let now = clock();
        world.say(&grown, now, true, "one more");
        (grown, now)
    };
    assert!(now > REFERENCE);
    fake.forget();
    assert_eq!(records(&run(""))[0]["id"], grown.as_str());
    let bot_wide = |request: &Recorded| {
        request.path == "/v1/chat/messages"
            && request.param("afterDate").is_some()
            && request.param("conversationId").is_none()
    };
    assert!(
        fake.requests().iter().any(bot_wide),
        "messages of the whole bot"
    );
}

/// Newer servers only have it, so the document does not; Prism lets through what it does not know.
#[test]
#[ignore = "needs npm: bash tests/contract/run"]
fn pages_of_a_size_of_ones_own_keep_the_contract() {
    let fake = Fake::start(world());
    let prism = Prism::before(&fake);
    let out = prism.botpress(&fake, "-f jsonl --page-size 50").stdout();
    assert_eq!(records(&out).len(), 45);
}

#[test]
#[ignore = "needs npm: bash tests/contract/run"]
fn what_breaks_the_contract_is_seen() {
    let short = Conversation::new("an id this short there is not", REFERENCE - DAY);
    let broken = Conversation {
        id: "short".to_owned(),
        ..short
    };
    let fake = Fake::start(World::new().conversation(broken));
    let prism = Prism::before(&fake);
    let run = prism.botpress(&fake, "--retries 0 -f jsonl").run();
    run.ends(5, &["could not list", "prism/errors#VIOLATIONS"]);
}
