//! Runs the tests' fake of Botpress Cloud and boost.ai, to try the program without an account:
//!
//! ```text
//! cargo run --example fake                           start it and print what to paste into a shell
//! cargo run --example fake -- COMMAND ARGS...        run COMMAND against it, exit with its status
//!
//! Options, before COMMAND:
//!   --conversations N     conversations of each vendor (60)
//!   --port P              listen there (a free port)
//!   --latency-ms N        wait before every answer
//!   --limit N/SECONDS     the rate limit of Botpress (none)
//!   --boost-api VERSIONS  the versions of boost.ai's export API: v3, v4 or v3,v4 (v3)
//!   --media BYTES         one in five messages of Botpress is a picture of this size (none)
//!   --faults N            every Nth request fails, each time in another way
//! ```
//!
//! For example:
//!
//! ```text
//! cargo run --example fake -- --faults 5 target/debug/convexport botpress -f jsonl
//! ```

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

#[path = "../tests/support/fake/mod.rs"]
mod fake;

use fake::{Fake, Rule, World};

/// The options of the command line.
struct Options {
    conversations: usize,
    port: u16,
    latency: Duration,
    limit: Option<(usize, Duration)>,
    faults: Option<usize>,
    boost: Vec<&'static str>,
    media: Option<usize>,
    command: Vec<String>,
}

fn main() -> ExitCode {
    match parse(env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(status) => status,
        Err(error) => {
            let _ = writeln!(io::stderr(), "fake: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        conversations: 60,
        port: 0,
        latency: Duration::ZERO,
        limit: None,
        faults: None,
        boost: vec!["v3"],
        media: None,
        command: Vec::new(),
    };
    while let Some(arg) = args.next() {
        if arg == "--" || !arg.starts_with("--") {
            options.command.extend((arg != "--").then_some(arg));
            options.command.extend(args);
            break;
        }
        let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
        set(&mut options, &arg, &value).ok_or_else(|| format!("cannot take {arg} {value}"))?;
    }
    Ok(options)
}

/// Sets an option. Returns `None` when there is no such option, or its value is not valid.
fn set(options: &mut Options, name: &str, value: &str) -> Option<()> {
    match name {
        "--conversations" => options.conversations = value.parse().ok()?,
        "--port" => options.port = value.parse().ok()?,
        "--latency-ms" => options.latency = Duration::from_millis(value.parse().ok()?),
        "--media" => options.media = Some(value.parse().ok()?),
        "--faults" => options.faults = Some(value.parse().ok()?),
        "--boost-api" => {
            let versions = value.split(',').map(|version| {
                let all = ["v3", "v4"];
                all.into_iter().find(|known| *known == version)
            });
            options.boost = versions.collect::<Option<_>>()?;
        }
        "--limit" => {
            let (requests, seconds) = value.split_once('/')?;
            let window = Duration::from_secs(seconds.parse().ok()?);
            options.limit = Some((requests.parse().ok()?, window));
        }
        _ => return None,
    }
    Some(())
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let world = world(options);
    let (token, bot, boost) = (
        world.token.clone(),
        world.bot_id.clone(),
        world.boost.token.clone(),
    );
    let fake = Fake::start_on(options.port, world);
    let url = fake.url();
    if let Some(bytes) = options.media {
        fake.world().add_pictures(&url, 5, bytes);
    }
    let variables = [
        ("BP_API_URL", url.as_str()),
        ("BP_TOKEN", &token),
        ("BP_BOT_ID", &bot),
        ("BOOST_SITE", &url),
        ("BOOST_TOKEN", &boost),
    ];
    match options.command.split_first() {
        Some((program, args)) => call(program, args, variables),
        None => wait(&url, variables),
    }
}

fn world(options: &Options) -> World {
    let n = options.conversations;
    let mut world = World::with_conversations(n, |i| 3 + i * 7 % 40)
        .with_boost(n, |i| 2 + i * 5 % 20)
        .latency(options.latency);
    world.boost.speak(&options.boost);
    if let Some((requests, window)) = options.limit {
        world = world.limit(requests, window);
    }
    if let Some(n) = options.faults {
        world = world.rule(Rule::every_nth_in_all_ways(n));
    }
    world
}

/// Runs a program with the fake's address in its environment.
fn call(program: &str, args: &[String], variables: [(&str, &str); 5]) -> Result<ExitCode, String> {
    let status = Command::new(program).args(args).envs(variables).status();
    let status = status.map_err(|error| format!("cannot run {program}: {error}"))?;
    // A program that was killed by a signal has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// Prints how to reach the fake, and waits until it is killed.
fn wait(url: &str, variables: [(&str, &str); 5]) -> Result<ExitCode, String> {
    let exports = variables.map(|(name, value)| format!("export {name}={value}\n"));
    let mut out = io::stdout();
    let printed = write!(
        out,
        "# the fake listens on {url}; paste this into another shell\n{}",
        exports.concat()
    );
    let printed = printed.and_then(|()| out.flush());
    printed.map_err(|error| error.to_string())?;
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}
