//! Splits text into lines.

/// Splits at every character that some program treats as a line end. White space at the end of the text is dropped.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_end();
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = line_end(current) else {
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

/// Where the first line ends. Looks at bytes, which takes half the time of looking at characters.
fn line_end(text: &str) -> Option<usize> {
    let ends = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    // U+0085 begins with C2, and the last two with E2. Both are the first byte of a character.
    let is_suspect = |byte: &u8| matches!(byte, b'\n'..=b'\r' | 0xc2 | 0xe2);
    let mut at = 0;
    loop {
        at += text.as_bytes()[at..].iter().position(is_suspect)?;
        if text[at..].starts_with(ends) {
            return Some(at);
        }
        at += 1;
    }
}

/// The text on one line, with a space for each line end.
pub fn one_line(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for (index, line) in lines(text).enumerate() {
        whole.push_str(if index > 0 { " " } else { "" });
        whole.push_str(line);
    }
    whole
}
