//! The config of a tap: the flags of an export, as JSON.
//!
//! true gives a flag, a list gives it several times, and an object gives KEY=VALUE for each of its keys.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use super::boost::BoostArgs;
use super::boost_target::BoostTarget;
use super::botpress::{BotpressArgs, BotpressTarget};
use super::console::ConsoleArgs;
use super::network::NetworkArgs;
use super::output::OutputArgs;
use super::run::RunArgs;
use super::select::SelectArgs;
use super::values::seconds;
use crate::console::LogFormat;
use crate::http::Secret;
use crate::model::Vendor;
use crate::time::{Span, When, Zone};
use crate::usage::usage;

/// Flags that the tap sets itself, and flags that make an export which no later run could continue.
const REFUSED: &[&str] = &[
    "archive",
    "catalog",
    "conversation",
    "excel",
    "agent_as",
    "format",
    "input",
    "limit",
    "list",
    "name",
    "only_failed",
    "output",
    "output_dir",
    "query",
    "singer_state",
    "state",
    "sweep",
    "sweep_every",
    "system",
    "template",
    "time_format",
    "until",
];

/// A config that is being read.
pub struct Config {
    values: Map<String, Value>,
    /// The keys that were asked for.
    known: BTreeSet<&'static str>,
}

impl Config {
    /// Reads the text of a config.
    ///
    /// # Errors
    /// A usage error when it is no JSON object, or has a key that no tap can honour.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let values = match serde_json::from_slice(text) {
            Ok(Value::Object(values)) => values,
            Ok(_) => bail!(usage!("it is no JSON object")),
            // The text is not quoted: there may be a secret in it.
            Err(error) => bail!(usage!(
                "it is no JSON, as line {} shows",
                error.line().max(1)
            )),
        };
        if let Some(key) = values.keys().find(|key| REFUSED.contains(&key.as_str())) {
            bail!(usage!("`{key}` is no key of a tap"));
        }
        let known = BTreeSet::new();
        Ok(Self { values, known })
    }

    /// The vendor.
    ///
    /// # Errors
    /// A usage error when there is none, or an unknown one.
    pub fn source(&mut self) -> Result<Vendor> {
        match self.get("source").and_then(Value::as_str) {
            Some("botpress") => Ok(Vendor::Botpress),
            Some("boost") => Ok(Vendor::Boost),
            _ => bail!(usage!("`source` has to be \"botpress\" or \"boost\"")),
        }
    }

    /// The keys that mean nothing.
    pub fn unknown(self) -> Vec<String> {
        let unknown = |key: &String| !self.known.contains(key.as_str());
        self.values
            .into_iter()
            .map(|(key, _)| key)
            .filter(unknown)
            .collect()
    }

    fn get(&mut self, key: &'static str) -> Option<&Value> {
        self.known.insert(key);
        self.values.get(key).filter(|value| !value.is_null())
    }

    fn flag(&mut self, key: &'static str) -> Result<bool> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(wrong_type(key)),
        }
    }

    fn text(&mut self, key: &'static str) -> Result<Option<String>> {
        match self.get(key) {
            None | Some(Value::Bool(false)) => Ok(None),
            Some(value) => scalar(key, value).map(Some),
        }
    }

    fn texts(&mut self, key: &'static str) -> Result<Vec<String>> {
        match self.get(key) {
            Some(Value::Array(items)) => items.iter().map(|item| scalar(key, item)).collect(),
            _ => Ok(self.text(key)?.into_iter().collect()),
        }
    }

    /// A text that a flag would parse.
    fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>> {
        let flag = flag_name(key);
        let parsed = self.text(key)?.map(|text| {
            parse(&text).map_err(|why| usage!("invalid value '{text}' for {flag}: {why}"))
        });
        Ok(parsed.transpose()?)
    }

    /// The pairs of an object. Its values are texts, or as `value` makes them.
    fn pairs<T>(
        &mut self,
        key: &'static str,
        value: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<(String, T)>> {
        let pairs = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Object(pairs)) => pairs,
            Some(_) => return Err(wrong_type(key)),
        };
        let pair = |(name, found): (&String, &Value)| {
            let found = value(found).ok_or_else(|| wrong_type(key))?;
            Ok((name.clone(), found))
        };
        pairs.iter().map(pair).collect()
    }

    /// A secret, which no error may show.
    fn secret(&mut self, key: &'static str, what: &str) -> Result<Option<Secret>> {
        let text = self
            .get(key)
            .map(|value| value.as_str().unwrap_or_default());
        let secret = text.map(|text| Secret::of(what, text, &format!("`{key}`")));
        Ok(secret.transpose()?)
    }
}

/// The export of a bot.
///
/// # Errors
/// A usage error that names the key which is wrong.
pub fn botpress(config: &mut Config) -> Result<BotpressArgs> {
    Ok(BotpressArgs {
        target: BotpressTarget {
            bot_id: config.text("bot_id")?.or_else(|| variable("BP_BOT_ID")),
            base_url: config.text("base_url")?.or_else(|| variable("BP_API_URL")),
        },
        select: select(config)?,
        output: output(config)?,
        concurrency: config.parsed("concurrency", from_1)?,
        with_users: config.flag("with_users")?,
        with_state: config.texts("with_state")?,
        channel: config.text("channel")?,
        integration: config.text("integration")?,
        tag: config.pairs("tag", |value| value.as_str().map(str::to_owned))?,
        participant: config.texts("participant")?,
        page_size: config.parsed("page_size", from_1)?,
        network: network(config)?,
        run: run(config)?,
        console: console(config)?,
        ..BotpressArgs::default()
    })
}

/// The export of a site.
///
/// # Errors
/// A usage error that names the key which is wrong.
pub fn boost(config: &mut Config) -> Result<BoostArgs> {
    let actions = config.texts("action_id")?;
    let actions = actions.iter().map(|text| {
        let number = text.parse::<u64>();
        number.map_err(|_| usage!("`action_id`: {text} is no whole number").into())
    });
    Ok(BoostArgs {
        target: BoostTarget {
            site: config.text("site")?.or_else(|| variable("BOOST_SITE")),
            client_id: config
                .text("client_id")?
                .or_else(|| variable("BOOST_CLIENT_ID")),
            client_secret_file: config.text("client_secret_file")?.map(Into::into),
            client_secret: config.secret("client_secret", "client secret")?,
            token_url: config.text("token_url")?,
        },
        select: select(config)?,
        output: output(config)?,
        action_id: actions.collect::<Result<_>>()?,
        api_status: config.text("api_status")?,
        environment: config.text("environment")?,
        only_masked: config.flag("only_masked")?,
        filter: config.pairs("filter", |value| Some(value.clone()))?,
        max_element: config
            .parsed("max_element", super::values::mebibytes)?
            .unwrap_or(BoostArgs::default().max_element),
        parallel_windows: config.parsed("parallel_windows", from_1)?,
        first_byte_timeout: config.parsed("first_byte_timeout", seconds)?,
        network: network(config)?,
        run: run(config)?,
        console: console(config)?,
        ..BoostArgs::default()
    })
}

fn select(config: &mut Config) -> Result<SelectArgs> {
    let since = config.parsed("start_date", |text| {
        When::from_str(text).map_err(|error| format!("{error:#}"))
    })?;
    Ok(SelectArgs {
        since,
        ..SelectArgs::default()
    })
}

fn output(config: &mut Config) -> Result<OutputArgs> {
    let zone = config.parsed("timezone", parse::<Zone>)?;
    Ok(OutputArgs {
        // Without one a start means the same on every machine.
        timezone: zone.unwrap_or(Zone::UTC),
        no_raw: config.flag("no_raw")?,
        ..OutputArgs::default()
    })
}

fn network(config: &mut Config) -> Result<NetworkArgs> {
    let defaults = NetworkArgs::default();
    let timeout: Option<Duration> = config.parsed("timeout", seconds)?;
    Ok(NetworkArgs {
        token_file: config.text("token_file")?.map(Into::into),
        token: config.secret("token", "access token")?,
        retries: config.parsed("retries", parse)?.unwrap_or(defaults.retries),
        timeout: timeout.unwrap_or(defaults.timeout),
    })
}

fn run(config: &mut Config) -> Result<RunArgs> {
    Ok(RunArgs {
        summary: config.text("summary")?.map(Into::into),
        max_duration: config.parsed("max_duration", parse::<Span>)?,
        fail_fast: config.flag("fail_fast")?,
    })
}

fn console(config: &mut Config) -> Result<ConsoleArgs> {
    let log_format = config.parsed("log_format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("expected text or json".to_owned()),
    })?;
    Ok(ConsoleArgs {
        quiet: config.flag("quiet")?,
        verbose: config.flag("verbose")?,
        no_progress: config.flag("no_progress")?,
        log_format: log_format.unwrap_or(LogFormat::Text),
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn from_1(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number from 1".to_owned())
}

fn parse<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A text, or a number as a text.
fn scalar(key: &'static str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(wrong_type(key)),
    }
}

fn wrong_type(key: &str) -> anyhow::Error {
    let flag = flag_name(key);
    usage!("`{key}` has a value of another type than {flag} takes").into()
}

fn flag_name(key: &str) -> String {
    match key {
        "start_date" => "--since".to_owned(),
        other => format!("--{}", other.replace('_', "-")),
    }
}
