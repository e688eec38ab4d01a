//! What is redacted, and how.

use phonenumber::country::Id as Region;

use super::class::Classes;
use super::list::List;
use super::pseudonym::Key;

/// What is redacted, and how.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Options {
    /// The classes to look for.
    pub classes: Classes,
    /// Words and regular expressions of the user's own.
    pub list: List,
    /// The key of the pseudonyms.
    pub key: Key,
    /// Whether the key is for this run alone.
    pub is_random_key: bool,
    /// The regions whose national telephone numbers are known.
    pub regions: Vec<Region>,
    /// Whether the vendor's records are redacted, instead of being left out.
    pub keeps_raw: bool,
    /// Whether the ids of conversations and messages are pseudonyms, too.
    pub ids: bool,
    /// Whether users were fetched only for what is known of them, and nobody asked to see them.
    pub hides_users: bool,
}

impl Options {
    /// Tells settings apart, without telling the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.key
            .fingerprint(&format!("{:?} {:?}", self.list, self.hides_users))
    }
}

/// Parses the two letters of a region, such as `NO`.
///
/// # Errors
/// When there is no such region.
pub fn region(text: &str) -> Result<Region, String> {
    let known = text.to_ascii_uppercase().parse();
    known.map_err(|_| "a region has two letters, such as NO, DE or US".to_owned())
}
