//! `convexport schema`: the JSON Schema of what the program writes, made from the types that write it.

use anyhow::Result;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::cli::Document;
use crate::format::row::Row;
use crate::model::Conversation;
use crate::report::Summary;
use crate::state::Stored;

/// The schema of a document, as text.
///
/// # Errors
/// None: every schema is JSON.
pub fn schema(document: Document) -> Result<String> {
    let (name, mut schema) = match document {
        Document::Json => ("json", of::<Vec<Conversation>>()),
        Document::Jsonl => ("jsonl", of::<Conversation>()),
        Document::Messages => ("messages", of::<Row>()),
        Document::Summary => ("summary", of::<Summary>()),
        Document::State => ("state", of::<Stored>()),
    };
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
