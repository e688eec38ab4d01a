//! A Singer tap is an export in the form `singer` whose flags come from a config file.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::{Arg, CommandFactory, Parser};
use serde_json::{Map, Value};

use crate::cli::{Cli, Command, ConsoleArgs, TapArgs};
use crate::format;
use crate::http::Secret;
use crate::progress::Console;
use crate::usage;

/// Flags that the tap gives itself, and those with which an export is not one that a later run could go on from.
const OURS: &[&str] = &[
    "append",
    "catalog",
    "conversation",
    "format",
    "help",
    "input",
    "limit",
    "name",
    "output",
    "output-dir",
    "overlap",
    "query",
    "singer-state",
    "state",
    "template",
    "until",
];

/// The catalog, as text.
///
/// # Errors
/// None: it is JSON.
pub fn discover() -> Result<String> {
    Ok(serde_json::to_string_pretty(&format::discovered())? + "\n")
}

/// The export that the config asks for.
///
/// # Errors
/// A usage error that names the key which is wrong.
pub fn command(args: &TapArgs) -> Result<Cli> {
    let path = args.config.as_deref().unwrap_or(Path::new(""));
    let context = || format!("could not use the config {}", path.display());
    let config = read(path).with_context(context)?;
    let flags = flags(&config, args).with_context(context)?;
    let mut cli = Cli::try_parse_from(flags.words)
        .map_err(|error| refusal(&error))
        .with_context(context)?;
    let console = give_secrets(&mut cli, &config).with_context(context)?;
    for key in flags.unknown {
        console.warn(&format!("the config has a key that means nothing: {key}"));
    }
    Ok(cli)
}

fn read(path: &Path) -> Result<Map<String, Value>> {
    match serde_json::from_slice(&fs::read(path)?) {
        Ok(Value::Object(config)) => Ok(config),
        Ok(_) => bail!(usage!("it is no JSON object")),
        // The text is not quoted: there may be a secret in it.
        Err(error) => bail!(usage!(
            "it is no JSON, as line {} shows",
            error.line().max(1)
        )),
    }
}

/// A command line, and the keys that are none of it.
struct Flags {
    words: Vec<OsString>,
    unknown: Vec<String>,
}

fn flags(config: &Map<String, Value>, args: &TapArgs) -> Result<Flags> {
    let source = config.get("source").and_then(Value::as_str);
    let Some(source @ ("botpress" | "boost")) = source else {
        bail!(usage!("`source` has to be \"botpress\" or \"boost\""))
    };
    let cli = Cli::command();
    let known = cli.find_subcommand(source);
    let known: Vec<&Arg> = known
        .into_iter()
        .flat_map(clap::Command::get_arguments)
        .collect();
    let mut words: Vec<OsString> = ["convexport", source, "--format=singer"]
        .map(Into::into)
        .into();
    let mut unknown = Vec::new();
    for (key, value) in config {
        let name = match key.as_str() {
            "source" | "token" | "client_secret" => continue,
            "start_date" => "since".to_owned(),
            other => other.replace('_', "-"),
        };
        if OURS.contains(&name.as_str()) {
            bail!(usage!("`{key}` is no key of a tap"));
        }
        match known.iter().find(|arg| arg.get_long() == Some(&name)) {
            Some(arg) => words.extend(flag(arg, key, &name, value)?),
            None => unknown.push(key.clone()),
        }
    }
    if !config.contains_key("timezone") {
        // A start means the same on every machine.
        words.push("--timezone=utc".into());
    }
    for (name, file) in [
        ("--catalog", &args.catalog),
        ("--singer-state", &args.state),
    ] {
        words.extend(file.iter().flat_map(|file| [name.into(), file.into()]));
    }
    Ok(Flags { words, unknown })
}

/// A key of the config as a flag: true gives one, a list several, and an object KEY=VALUE of each of its keys.
fn flag(arg: &Arg, key: &str, name: &str, value: &Value) -> Result<Vec<OsString>> {
    let with = |value: &str| format!("--{name}={value}").into();
    let takes_value = arg.get_action().takes_values();
    Ok(match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) if !takes_value => vec![format!("--{name}").into()],
        Value::String(text) if takes_value => vec![with(text)],
        Value::Number(number) if takes_value => vec![with(&number.to_string())],
        Value::Array(items) if takes_value => {
            let items = items.iter().map(|item| flag(arg, key, name, item));
            items.collect::<Result<Vec<_>>>()?.concat()
        }
        Value::Object(pairs) if takes_value => {
            let pair = |(key, value): (&String, &Value)| match value {
                // A tag is a text, a filter JSON.
                Value::String(text) if name == "tag" => with(&format!("{key}={text}")),
                value => with(&format!("{key}={value}")),
            };
            pairs.iter().map(pair).collect()
        }
        _ => bail!(usage!(
            "`{key}` has a value of another type than --{name} takes"
        )),
    })
}

/// What is wrong with the flags, on one line.
fn refusal(error: &clap::Error) -> anyhow::Error {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    usage!("{}", line.strip_prefix("error: ").unwrap_or(line)).into()
}

/// Hands the config's secrets on, which no command line may show.
fn give_secrets(cli: &mut Cli, config: &Map<String, Value>) -> Result<Console> {
    let secret = |key: &str, what: &str| {
        let text = config.get(key).filter(|value| !value.is_null());
        let text = text.map(|value| value.as_str().unwrap_or_default());
        text.map(|text| Secret::of(what, text, &format!("`{key}`")))
            .transpose()
    };
    let token = secret("token", "access token")?;
    let client_secret = secret("client_secret", "client secret")?;
    let console = |args: &ConsoleArgs| Console::new(args, true);
    match &mut cli.command {
        Command::Botpress(args) => {
            args.network.token = token;
            Ok(console(&args.console))
        }
        Command::Boost(args) => {
            args.network.token = token;
            args.target.client_secret = client_secret;
            Ok(console(&args.console))
        }
        _ => bail!("a config is of no other command"),
    }
}
