//! The pictures of HTML fragments.

use html5gum::{Token, Tokenizer};

/// A picture in a fragment.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its address.
    pub address: String,
    /// The words in its place.
    pub words: Option<String>,
}

/// The pictures of a fragment.
pub fn pictures(html: &str) -> Vec<Picture> {
    // Most fragments have none.
    let may_have = |html: &str| {
        let mut tags = memchr::memchr_iter(b'<', html.as_bytes());
        tags.any(|at| {
            let name = html.as_bytes().get(at + 1..at + 4);
            name.is_some_and(|name| name.eq_ignore_ascii_case(b"img"))
        })
    };
    if !may_have(html) {
        return Vec::new();
    }
    let picture = |token: Result<Token, _>| {
        let Ok(Token::StartTag(tag)) = token else {
            return None;
        };
        let value = |name: &[u8]| {
            let value = tag.attributes.get(name)?;
            Some(String::from_utf8_lossy(&value.value).into_owned())
        };
        let address = value(b"src").filter(|_| &*tag.name == b"img")?;
        let words = value(b"alt").filter(|words| !words.trim().is_empty());
        Some(Picture { address, words })
    };
    Tokenizer::new(html)
        .filter_map(|token: Result<Token, std::convert::Infallible>| picture(token))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_an_address_and_perhaps_words() {
        let of = |html: &str| {
            let found = pictures(html).into_iter();
            found
                .map(|one| (one.address, one.words))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of(
                "<p>a<IMG alt='' src=https://a/1><img src=\"https://a/2?x=1&amp;y\" alt=\"a map\"/>"
            ),
            [
                ("https://a/1".to_owned(), None),
                ("https://a/2?x=1&y".to_owned(), Some("a map".to_owned()))
            ]
        );
        assert_eq!(of("<p>no <image src=x> <img> <im"), []);
    }
}
