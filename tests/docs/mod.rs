//! Every command of the README and of `docs/` runs as it is written there, against the fakes. `prelude.sh` stands in for
//! programs that a machine may not have.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, mem, thread};

use crate::support::fake::{Fake, World};
use crate::support::{botpress, convexport};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A block of a document, between two fences.
struct Block {
    /// The last line of text before it.
    before: String,
    language: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```");
            blocks.push(Block {
                before: mem::take(&mut before),
                language: language.to_owned(),
                text: text.flat_map(|line| [line, "\n"]).collect(),
            });
        } else if !line.is_empty() {
            line.clone_into(&mut before);
        }
    }
    blocks
}

/// The name of the file that a block shows: "This is `chat.jinja`:".
fn name_of(block: &Block) -> Option<&str> {
    let (_, rest) = block.before.rsplit_once("his is `")?;
    let (name, end) = rest.split_once('`')?;
    end.ends_with([':', '.']).then_some(name)
}

/// The commands, without lines that only show where one's own values go.
fn script(blocks: &[Block]) -> String {
    // What begins with `#!` is a file.
    let is_file = |block: &&Block| block.text.starts_with("#!");
    let commands = blocks.iter().filter(|block| block.language == "sh");
    let commands = commands.filter(|block| !is_file(block));
    let lines = commands.flat_map(|block| block.text.lines());
    let lines = lines.filter(|line| !(line.starts_with("export ") && line.contains("=...")));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// What the documents take as given: archives, earlier exports, a list of bots, and a checkout with its programs.
fn prepare(folder: &Path, fake: &Fake) {
    let make = |args: &str| botpress(fake, args).within(folder).stdout();
    make("--archive bot.db --with-users");
    for name in ["2024.jsonl.gz", "2025.jsonl", "old.jsonl"] {
        make(&format!("--limit 2 -o {name}"));
    }
    make("--limit 2 -d json -f json");
    make("--limit 2 --archive laptop.db");
    fs::write(
        folder.join("bots.txt"),
        format!("{}\n", fake.world().bot_id),
    )
    .unwrap();
    for name in ["tests", "examples", "Cargo.toml"] {
        symlink(Path::new(ROOT).join(name), folder.join(name)).unwrap();
    }
}

/// A text with what stands for one's own ids filled in.
fn filled_in(text: &str, fake: &Fake) -> String {
    let world = fake.world();
    let id = &world.conversations[0].id;
    let user = &world.conversations[1].participants[1];
    text.replace("your-bot-id", &world.bot_id)
        .replace("your-other-bot-id", &world.bot_id)
        .replace("--conversation ID", &format!("--conversation {id}"))
        .replace("--user ID", &format!("--user {user}"))
}

/// A shell with the environment of the program's tests, and the fakes for vendors.
fn shell(script: &str, folder: &Path, fake: &Fake) -> Command {
    let clean = convexport("").command();
    let world = fake.world();
    let mut shell = Command::new("bash");
    shell
        .args(["-euo", "pipefail", "-c"])
        .arg(format!(". {ROOT}/tests/docs/prelude.sh\n{script}"))
        .current_dir(folder)
        .env_clear()
        .envs(
            clean
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", env::var_os("PATH").unwrap())
        .env("HOME", folder)
        .env("CONVEXPORT", clean.get_program())
        .env("BP_API_URL", fake.url())
        .env("BP_TOKEN", &world.token)
        .env("BP_BOT_ID", &world.bot_id)
        .env("BOOST_SITE", fake.url())
        .env("BOOST_TOKEN", &world.boost.token)
        .stdin(Stdio::null());
    shell
}

/// Runs the commands of a document in a folder of their own. Returns what went wrong.
fn run(document: &Path) -> Option<String> {
    let text = fs::read_to_string(document).unwrap();
    let blocks = blocks(&text);
    let script = script(&blocks);
    if script.is_empty() {
        return None;
    }
    let fake = Fake::start(World::with_conversations(5, |i| 3 + i).with_boost(4, |_| 5));
    fake.world().boost.speak(&["v3", "v4"]);
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), &fake);
    for block in &blocks {
        if let Some(name) = name_of(block) {
            fs::write(folder.path().join(name), filled_in(&block.text, &fake)).unwrap();
        }
    }
    let script = filled_in(&script, &fake);
    let output = shell(&script, folder.path(), &fake).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{}: {told}", document.display()))
}

/// The pages of `docs/`, and the README.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let pages = fs::read_dir(root.join("docs")).unwrap();
    let pages = pages.map(|page| page.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|name| name == "md"));
    pages.chain([root.join("README.md")]).collect()
}

#[test]
fn commands_run_as_written() {
    let documents = documents();
    let failures: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = documents
            .iter()
            .map(|page| scope.spawn(|| run(page)))
            .collect();
        runs.into_iter()
            .filter_map(|run| run.join().unwrap())
            .collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn links_lead_somewhere_and_the_index_has_every_page() {
    let index = fs::read_to_string(Path::new(ROOT).join("docs/README.md")).unwrap();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for (_, rest) in text
            .match_indices("](")
            .map(|(at, _)| text.split_at(at + 2))
        {
            let link = rest.split(')').next().unwrap();
            let file = link.split('#').next().unwrap();
            if !link.contains(':') && !file.is_empty() {
                let target = document.with_file_name(file);
                assert!(target.exists(), "{}: {link}", document.display());
            }
        }
        let name = document.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "README.md" || index.contains(&format!("({name})")),
            "{name}"
        );
    }
}

#[test]
fn the_readme_stays_short() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    assert!(readme.lines().count() <= 180);
}
