//! From the bytes of an answer to its value, telling apart what may have gone wrong.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Cause;

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
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => "there is more after its end".to_owned(),
        Err(error) if error.path().iter().len() == 0 => error.inner().to_string(),
        Err(error) => format!("`{}`: {}", error.path(), error.inner()),
    }
}
