//! Reads the body of an answer, and says what is wrong with it.

use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::error::Cause;
use crate::json::shape_error;

/// Reads a whole body, up to a limit in bytes.
pub async fn read(mut answer: Answer, limit: usize) -> Result<Vec<u8>, Cause> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            return Err(Cause::TooLarge);
        }
    }
    Ok(body)
}

/// Parses a JSON body.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Cause> {
    serde_json::from_slice(bytes).map_err(|error| {
        if Cause::is_html(bytes) {
            Cause::Html
        } else if error.is_eof() {
            Cause::Cut
        } else {
            Cause::Shape(shape_error::<T>(bytes))
        }
    })
}
