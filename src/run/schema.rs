//! `convexport schema`: prints the JSON Schema of a document that the program writes, made from its Rust type.

use anyhow::Result;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::archive;
use crate::cli::Document;
use crate::format::rows::{ConversationRow, MessageRow};
use crate::model::Conversation;
use crate::report::Summary;
use crate::stats::Stats;

/// The schema of a document, as text.
///
/// # Errors
/// None in practice: a schema can always be written as JSON.
pub fn schema(document: Document) -> Result<String> {
    let (name, mut schema) = match document {
        Document::Archive => return Ok(archive::SCHEMA.to_owned()),
        Document::Json => ("json", of::<Vec<Conversation>>()),
        Document::Jsonl => ("jsonl", of::<Conversation>()),
        Document::Messages => ("messages", of::<MessageRow>()),
        Document::Conversations => ("conversations", of::<ConversationRow>()),
        Document::Summary => ("summary", of::<Summary>()),
        Document::Stats => ("stats", of::<Stats>()),
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

/// Makes the schema of a type as it is written. Every key that is always written is required.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(close))
        .into_generator()
        .into_root_schema_for::<T>()
}

/// Forbids unknown keys in our own objects, so that a check finds a key that the schema lacks.
fn close(schema: &mut Schema) {
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
}
