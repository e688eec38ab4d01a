//! Which addresses a cell can link to.

use std::fmt::Write;

use url::{Position, Url};

use crate::model::Attachment;

/// How many characters Excel takes in the address of a link.
const LONGEST: usize = 2_079;

/// Characters that the URL standard leaves as they are in a path, query or fragment, and RFC 3986 does not allow there.
const FOREIGN: &[char] = &['"', '<', '>', '[', '\\', ']', '^', '`', '{', '|', '}'];

/// Where the cell of an attachment leads: to the downloaded file beside the workbook, else to the web.
pub fn of(attachment: &Attachment) -> Option<String> {
    match attachment.file_link() {
        Some(file) => Some(file).filter(|file| file.len() <= LONGEST),
        None => link(&attachment.url),
    }
}

/// The address as a link, if it is one of the web that Excel takes. It has ASCII characters only, and no blank.
fn link(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut link = url[..Position::BeforePath].to_owned();
    let path = &url[Position::BeforePath..];
    for (at, c) in path.char_indices() {
        let is_escape = || {
            let digits = path.as_bytes().get(at + 1..at + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        if FOREIGN.contains(&c) || (c == '%' && !is_escape()) {
            let _ = write!(link, "%{:02X}", u32::from(c));
        } else {
            link.push(c);
        }
    }
    (link.len() <= LONGEST).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_address_of_the_web() {
        for (address, expected) in [
            ("https://a.example", "https://a.example/"),
            ("HTTP://A.example:80/x y", "http://a.example/x%20y"),
            ("https://é.example/é", "https://xn--9ca.example/%C3%A9"),
            (
                "https://a.example/?q=[1]&z=%zz%20%",
                "https://a.example/?q=%5B1%5D&z=%25zz%20%25",
            ),
            ("http://[::1]/a|b#c^d", "http://[::1]/a%7Cb#c%5Ed"),
        ] {
            assert_eq!(link(address).as_deref(), Some(expected));
        }
        for address in [
            "",
            "a.example",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "mailto:a@b.example",
            "https://",
        ] {
            assert_eq!(link(address), None, "{address}");
        }
    }

    #[test]
    fn a_link_is_no_longer_than_excel_takes() {
        let address = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
        assert!(link(&address(2_079)).is_some());
        assert_eq!(link(&address(2_080)), None);
    }
}
