//! Says which field of a JSON text has the wrong shape.

use serde::Deserialize;

/// A path longer than this many bytes is left out of the message, since it helps nobody.
const LONGEST_PATH: usize = 200;

/// Names the field of a JSON text that does not fit `T`. It parses the text again, so call it only for a text that is
/// known to be wrong.
#[must_use]
pub fn shape_error<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return "there is more after its end".to_owned();
    };
    let what = error.inner().to_string();
    // The reader does not see the text that line and column refer to.
    let what = what.split(" at line ").next().unwrap_or_default();
    match error.path().to_string() {
        path if path == "." => what.to_owned(),
        path if path.len() > LONGEST_PATH => what.to_owned(),
        path => format!("`{path}`: {what}"),
    }
}
