//! What a file is, by its content alone. What the server says it is, and its name there, count for nothing, so a content
//! has one name, whoever hands it out.

/// How many bytes of the beginning are looked at.
pub const HEAD: usize = 8 * 1024;

/// The type and the extension of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// The media type.
    pub media_type: &'static str,
    /// The extension.
    pub extension: &'static str,
}

/// What a file is, by its first bytes.
pub fn of(head: &[u8]) -> FileKind {
    let kind = |media_type, extension| FileKind {
        media_type,
        extension,
    };
    if is_svg(head) {
        return kind("image/svg+xml", "svg");
    }
    if let Some(found) = infer::get(head) {
        return kind(found.mime_type(), found.extension());
    }
    if is_text(head) {
        return kind("text/plain", "txt");
    }
    kind("application/octet-stream", "bin")
}

/// Whether it is a drawing in XML, which can have scripts.
fn is_svg(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_markup = text.starts_with('<');
    is_markup && text.to_ascii_lowercase().contains("<svg") && !is_html(text)
}

fn is_html(text: &str) -> bool {
    let begins = |with: &str| {
        text.get(..with.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    begins("<!doctype html") || begins("<html")
}

/// Whether it is text in UTF-8. The last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c');
    !text.is_empty() && !text.contains(is_odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells() {
        for (head, extension) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpg"),
            (b"GIF89a\x01\0\x01\0", "gif"),
            (b"%PDF-1.7\n", "pdf"),
            (b"OggS\0\x02", "ogg"),
            (b"PK\x03\x04\x14\0\0\0", "zip"),
            (b"<!DOCTYPE html><svg>", "html"),
            (b"<html><body>", "html"),
            (b"<?xml version=\"1.0\"?><svg xmlns=\"x\">", "svg"),
            (b"\xef\xbb\xbf <SVG onload=\"x\">", "svg"),
            (b"a;b\r\n1;2\r\n", "txt"),
            ("Grüße".as_bytes(), "txt"),
            (&"Grüß".as_bytes()[..3], "txt"),
            (b"\x01\x02\x03\xff\xfe", "bin"),
            (b"", "bin"),
        ] {
            assert_eq!(of(head).extension, extension, "{head:?}");
        }
    }

    #[test]
    fn extensions_are_plain() {
        for head in [&b"\x89PNG\r\n\x1a\n"[..], b"x", b""] {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(of(head).extension.chars().all(plain));
        }
    }
}
