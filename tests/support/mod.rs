//! What the tests share: a command with a clean environment, and the result of a run.

pub mod browser;
pub mod fake;
mod running;

#[cfg(target_os = "linux")]
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use fake::{Fake, Rule, World};
pub use running::{Running, wait_until};
use serde_json::Value;

const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/root.pem");

/// A command that runs the binary with its own environment.
pub struct Convexport {
    command: Command,
    stdin: Option<String>,
}

/// The result of a run.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// `convexport ARGS`. The arguments are split at spaces.
pub fn convexport(args: &str) -> Convexport {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convexport"));
    command
        .env_clear()
        .env("TZ", "UTC")
        // No test needs the certificates of this machine, and reading them takes most of the time of a short run.
        .env("SSL_CERT_FILE", CERTIFICATES)
        .env("SSL_CERT_DIR", "")
        .args(args.split_whitespace());
    Convexport {
        command,
        stdin: None,
    }
}

/// `convexport botpress ARGS` against the fake, with its token and bot.
pub fn botpress(fake: &Fake, args: &str) -> Convexport {
    let (token, bot) = {
        let world = fake.world();
        (world.token.clone(), world.bot_id.clone())
    };
    convexport("botpress")
        .env("BP_API_URL", &fake.url())
        .env("BP_TOKEN", &token)
        .env("BP_BOT_ID", &bot)
        .args(args)
}

/// `convexport boost ARGS` against the fake, with its token.
pub fn boost(fake: &Fake, args: &str) -> Convexport {
    let token = fake.world().boost.token.clone();
    convexport("boost")
        .env("BOOST_SITE", &fake.url())
        .env("BOOST_TOKEN", &token)
        .args(args)
}

impl Convexport {
    pub fn args(mut self, args: &str) -> Self {
        self.command.args(args.split_whitespace());
        self
    }

    /// Adds one argument, which may have spaces.
    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// The command itself, for tests that need more than its output.
    pub fn command(self) -> Command {
        self.command
    }

    /// Runs the command in its own terminal, which util-linux's `script` provides. Returns what the terminal shows.
    /// `before` is a shell command that runs first, and `redirect` is the text after the command. What stdin has is typed.
    #[cfg(target_os = "linux")]
    pub fn screen(self, before: &str, redirect: &str) -> String {
        let words: Vec<_> = self
            .command
            .get_args()
            .map(|arg| arg.to_str().expect("an argument is text"))
            .collect();
        let program = self.command.get_program().to_str().expect("a path is text");
        let line = format!("{before} {program} {}{redirect}", words.join(" "));
        let mut script = Command::new("script");
        script
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TZ", "UTC")
            .env("TERM", "xterm");
        let set =
            |(name, value): (&OsStr, Option<&OsStr>)| Some((name.to_owned(), value?.to_owned()));
        script.envs(self.command.get_envs().filter_map(set));
        script.current_dir(self.command.get_current_dir().unwrap_or(Path::new(".")));
        script.args(["-qec", &line, "/dev/null"]);
        let output = typed(script, self.stdin.as_deref());
        String::from_utf8(output.stdout).expect("a terminal shows UTF-8")
    }

    /// Runs the command to its end.
    pub fn run(mut self) -> Run {
        let stdin = if self.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        self.command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the binary starts");
        let writer = self.stdin.zip(child.stdin.take()).map(|(text, mut pipe)| {
            // The program may end before it has read everything.
            thread::spawn(move || pipe.write_all(text.as_bytes()).ok())
        });
        let output = child.wait_with_output().expect("the binary ends");
        if let Some(writer) = writer {
            writer.join().expect("the writer ends");
        }
        Run::from(output)
    }

    /// Runs the command, and checks that it succeeds and writes nothing to stderr. Returns its stdout.
    pub fn stdout(self) -> String {
        let run = self.run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout
    }
}

/// Runs `script`, and types a text on its terminal.
#[cfg(target_os = "linux")]
fn typed(mut script: Command, text: Option<&str>) -> Output {
    let Some(text) = text else {
        return script.output().expect("script is there");
    };
    script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = script.spawn().expect("script is there");
    let mut keys = child.stdin.take().expect("a pipe");
    keys.write_all(text.as_bytes()).expect("it can be typed");
    // The terminal is open until the program has ended.
    let output = child.wait_with_output().expect("script ends");
    drop(keys);
    output
}

impl Run {
    /// Checks the exit code, and that stderr has each of the parts.
    pub fn ends(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}", self.stderr);
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "no `{part}` in: {}",
                self.stderr
            );
        }
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }
}

/// The conversations of a jsonl export.
pub fn records(jsonl: &str) -> Vec<Value> {
    jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// The ids of the conversations in an export, each with the ids of its messages.
pub fn ids(records: &[Value]) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value["id"].as_str().expect("an id is a string").to_owned();
    let messages = |record: &Value| {
        record["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .map(text)
            .collect()
    };
    records
        .iter()
        .map(|record| (text(record), messages(record)))
        .collect()
}

/// The same ids as the fake has them, with the newest conversation first and the oldest message first.
pub fn truth(world: &World) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<_> = world.conversations.iter().collect();
    all.sort_by_key(|conversation| std::cmp::Reverse(conversation.created_at));
    let messages = |known: &fake::Conversation| {
        known
            .messages
            .iter()
            .map(|message| message.id.clone())
            .collect()
    };
    all.into_iter()
        .map(|known| (known.id.clone(), messages(known)))
        .collect()
}

/// Whether the long campaigns are wanted, as `.ci/run` does. Otherwise each is shorter.
pub fn long_tests() -> bool {
    std::env::var_os("CONVEXPORT_LONG_TESTS").is_some()
}

/// Tests all cases at the same time. Use it for cases that mostly wait.
pub fn side_by_side<T: Send>(cases: impl IntoIterator<Item = T>, test: impl Fn(T) + Sync) {
    let test = &test;
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || test(case));
        }
    });
}

/// Milliseconds since 1970, by the machine's clock, which the program uses as well.
pub fn clock() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// A bot with one conversation that has these messages, given as raw JSON.
pub fn bot_with(messages: &[&str]) -> World {
    let talk = fake::Conversation::new("talk", fake::REFERENCE - fake::DAY);
    let talk = messages.iter().fold(talk, |talk, raw| talk.message(raw));
    World::new().conversation(talk)
}

/// A fake with thirty conversations of three messages each, and a rule.
pub fn fake_with(rule: Rule) -> Fake {
    Fake::start(World::with_conversations(30, |_| 3).rule(rule))
}

/// The summary that a run wrote to `summary.json`.
pub fn summary(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("summary.json")).unwrap()).unwrap()
}

/// The paths of all files in a folder, within it, sorted and with `/`.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.push(name.replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
