//! Makes text from the network safe for a page. It cannot end an element or an attribute, run as a script, or change
//! the direction of the text around it.

use std::fmt::{self, Display, Write};

use linkify::{LinkFinder, LinkKind};
use url::Url;

/// Text for an element or a quoted attribute. Control characters, and those that override the writing direction, are
/// shown like `\u202e`.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chars = self.0.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\r' if chars.peek() == Some(&'\n') => {}
                '\r' => f.write_char('\n')?,
                '\n' | '\t' => f.write_char(c)?,
                // Direction marks, which Arabic and Hebrew need, override nothing, so they stay.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write_visible(c, f)?,
                c if c.is_control() => write_visible(c, f)?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

fn write_visible(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "\\u{:04x}", u32::from(c))
}

/// Text in which addresses become links.
pub struct Linked<'a>(pub &'a str);

impl Display for Linked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for span in LinkFinder::new().spans(self.0) {
            let words = span.as_str();
            let address = match span.kind() {
                Some(LinkKind::Email) => address(&format!("mailto:{words}")),
                Some(_) => address(words),
                None => None,
            };
            Link(address.as_deref(), words).fmt(f)?;
        }
        Ok(())
    }
}

/// Words that link to an address, or plain words when there is none.
pub struct Link<'a>(pub Option<&'a str>, pub &'a str);

impl Display for Link<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(address, words) = self;
        let Some(address) = address else {
            return Escaped(words).fmt(f);
        };
        write!(
            f,
            "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a>",
            Escaped(address),
            Escaped(words)
        )
    }
}

/// The address as a browser understands it. Returns `None` for a link that could do more than open a page or an e-mail.
pub fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}

/// Percent-encodes a name as part of an address.
pub fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => text.push(byte.into()),
            byte => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    })
}
