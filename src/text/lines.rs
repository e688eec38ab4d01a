//! Splits text into lines.

/// Splits at every character that some program treats as a line end. White space at the end of the text is dropped.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_end();
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = current.find([
            '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
        ]) else {
            rest = None;
            return Some(current);
        };
        let (line, tail) = current.split_at(end);
        let mut tail = tail.chars();
        let both = tail.as_str().starts_with("\r\n");
        tail.nth(usize::from(both));
        rest = Some(tail.as_str());
        Some(line)
    })
}

/// The text on one line, with a space for each line end.
pub fn one_line(text: &str) -> String {
    lines(text).collect::<Vec<_>>().join(" ")
}
