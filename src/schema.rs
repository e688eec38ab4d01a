//! `convexport schema`: the JSON Schema of what the program writes, made from the types that write it.

use anyhow::Result;
use clap::ValueEnum;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::format::row::Row;
use crate::model::Conversation;
use crate::state::Stored;
use crate::summary::Summary;

/// What there is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// A whole json export
    Json,
    /// One line of a jsonl export
    Jsonl,
    /// One line of a messages export
    Messages,
    /// What --summary writes
    Summary,
    /// What --state keeps
    State,
}

impl Document {
    /// Its schema, as text.
    ///
    /// # Errors
    /// None: every schema is JSON.
    pub fn schema(self) -> Result<String> {
        let (name, schema) = match self {
            Self::Json => ("json", of::<Vec<Conversation>>()),
            Self::Jsonl => ("jsonl", of::<Conversation>()),
            Self::Messages => ("messages", of::<Row>()),
            Self::Summary => ("summary", of::<Summary>()),
            Self::State => ("state", of::<Stored>()),
        };
        let mut schema = schema;
        let version = env!("CARGO_PKG_VERSION");
        schema.insert(
            "$id".to_owned(),
            json!(format!("urn:convexport:{version}:{name}")),
        );
        schema.insert(
            "title".to_owned(),
            json!(format!("convexport {version}, {name}")),
        );
        Ok(serde_json::to_string_pretty(&schema)? + "\n")
    }
}

/// The schema of a type as it is written: with each key required that is always there.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(close))
        .into_generator()
        .into_root_schema_for::<T>()
}

/// Where the keys are ours there are no others, so that a check tells of one that was forgotten.
fn close(schema: &mut Schema) {
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
}
