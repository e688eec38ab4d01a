//! From the bytes of an answer to its value, telling apart what may have gone wrong.

use reqwest::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Cause;

/// A longer path to a field tells nobody anything.
const PATH_LIMIT: usize = 200;

/// Reads a whole body, up to a limit.
pub async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Cause> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Cause::connection)? {
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
        if is_html(bytes) {
            Cause::Html
        } else if error.is_eof() {
            Cause::Cut
        } else {
            Cause::Shape(shape_error::<T>(bytes))
        }
    })
}

/// Whether a body is a web page: no JSON begins with `<`.
pub fn is_html(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<")
}

/// Names the field of a JSON text that is not of `T`'s shape. Slow: for texts that are known to be wrong.
#[must_use]
pub fn shape_error<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return "there is more after its end".to_owned();
    };
    let what = error.inner().to_string();
    // Nobody sees the text that line and column are of.
    let what = what.split(" at line ").next().unwrap_or_default();
    match error.path().to_string() {
        path if path == "." => what.to_owned(),
        path if path.len() > PATH_LIMIT => what.to_owned(),
        path => format!("`{path}`: {what}"),
    }
}
