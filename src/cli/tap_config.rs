//! The config of a tap: the flags of an export, as JSON.
//!
//! true gives a flag, a list gives it several times, and an object gives KEY=VALUE for each of its keys.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use crate::http::Secret;
use crate::model::Vendor;
use crate::usage::usage;

/// Flags that the tap sets itself, and flags that make an export which no later run could continue.
const REFUSED: &[&str] = &[
    "active_since",
    "agent_as",
    "allow_empty",
    "archive",
    "catalog",
    "chat_media",
    "conversation",
    "excel",
    "format",
    "input",
    "limit",
    "list",
    "name",
    "only_failed",
    "output",
    "output_dir",
    "query",
    "rows",
    "singer_state",
    "split",
    "state",
    "sweep",
    "sweep_every",
    "system",
    "template",
    "tickets",
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

    pub fn flag(&mut self, key: &'static str) -> Result<bool> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(wrong_type(key)),
        }
    }

    pub fn text(&mut self, key: &'static str) -> Result<Option<String>> {
        match self.get(key) {
            None | Some(Value::Bool(false)) => Ok(None),
            Some(value) => scalar(key, value).map(Some),
        }
    }

    pub fn texts(&mut self, key: &'static str) -> Result<Vec<String>> {
        match self.get(key) {
            Some(Value::Array(items)) => items.iter().map(|item| scalar(key, item)).collect(),
            _ => Ok(self.text(key)?.into_iter().collect()),
        }
    }

    /// A text that a flag would parse.
    pub fn parsed<T>(
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
    pub fn pairs<T>(
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
    pub fn secret(&mut self, key: &'static str, what: &str) -> Result<Option<Secret>> {
        let text = self
            .get(key)
            .map(|value| value.as_str().unwrap_or_default());
        let secret = text.map(|text| Secret::of(what, text, &format!("`{key}`")));
        Ok(secret.transpose()?)
    }
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
