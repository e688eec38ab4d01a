//! Other ways to write a name: without umlauts, and as people make an address or an account of it.

use super::fold::fold;

/// The shortest name that is made of others, in characters.
const SHORTEST: usize = 6;

/// The longest word of which other spellings are made, in bytes. A longer one is no name that anybody types.
const LONGEST: usize = 40;

/// Other spellings of a folded word: `mueller` and `muller`, `haakon` and `hakon`.
pub fn spellings(word: &str) -> Vec<String> {
    if !(4..=LONGEST).contains(&word.len()) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (long, short) in [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")] {
        if word.contains(long) {
            all.push(word.replace(long, short));
        }
    }
    for (short, long) in [("a", "ae"), ("o", "oe"), ("u", "ue"), ("a", "aa")] {
        for (at, _) in word.match_indices(short) {
            all.push(format!("{}{long}{}", &word[..at], &word[at + 1..]));
        }
    }
    all
}

/// A name and its parts, written together: `olanordmann`, `nordmannola`, `onordmann`, and `obrien` of O'Brien.
pub fn joined(name: &str, parts: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = name
        .split_whitespace()
        .map(|word| fold(word).replace(' ', ""))
        .collect();
    if let [first, .., last] = parts {
        let initial = |part: &str| part.chars().take(1).collect::<String>();
        all.extend([
            parts.concat(),
            format!("{first}{last}"),
            format!("{last}{first}"),
            format!("{}{last}", initial(first)),
            format!("{first}{}", initial(last)),
            format!("{last}{}", initial(first)),
        ]);
    }
    all.retain(|one| one.chars().count() >= SHORTEST && !parts.contains(&one.as_str()));
    all
}
