//! What stands around a name and says that it is one: a greeting, a title, `my name is`.

use super::fold::{Word, Words};

/// Words right before a name.
const GREETINGS: &[&str] = &[
    "hi",
    "hey",
    "hello",
    "dear",
    "thanks",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "sir",
    "hei",
    "hallo",
    "kjaere",
    "takk",
    "hilsen",
    "herr",
    "fru",
    "frau",
    "liebe",
    "lieber",
    "danke",
    "bonjour",
    "salut",
    "cher",
    "chere",
    "merci",
    "monsieur",
    "madame",
    "mme",
    "m",
    "hola",
    "querido",
    "querida",
    "gracias",
    "senor",
    "senora",
    "sr",
    "sra",
    "don",
    "dona",
    "ola",
    "oi",
    "caro",
    "cara",
    "obrigado",
    "obrigada",
    "senhor",
    "senhora",
    "regards",
    "cheers",
    "sincerely",
    "mvh",
    "gruss",
    "grusse",
    "cordialement",
    "saludos",
    "abraco",
    "signed",
];

/// Words before a name, the last of a phrase first.
const PHRASES: &[&[&str]] = &[
    &["is", "name"],
    &["name"],
    &["am", "i"],
    &["m", "i"],
    &["is", "this"],
    &["called", "m"],
    &["called", "am"],
    &["heter"],
    &["navn"],
    &["er", "navn"],
    &["er", "navnet"],
    &["heisse"],
    &["ist", "name"],
    &["bin", "ich"],
    &["appelle", "m"],
    &["est", "nom"],
    &["suis", "je"],
    &["llamo", "me"],
    &["es", "nombre"],
    &["soy"],
    &["chamo", "me"],
    &["e", "nome"],
    &["sou", "eu"],
    &["by", "signed"],
    &["by", "written"],
    &["with", "spoke"],
    &["to", "spoke"],
    &["with", "talked"],
    &["with", "chatted"],
    &["tag", "guten"],
    &["morgen", "guten"],
    &["abend", "guten"],
    &["ask"],
    &["asked"],
    &["told"],
    &["named"],
    &["called"],
];

/// Whether the words before this one introduce a name.
pub fn is_introduced(text: &str, words: &Words, at: usize) -> bool {
    let before = |back: usize| {
        let index = at.checked_sub(back)?;
        Some(words.folded(words.list[index]))
    };
    // A sentence that ends in between has nothing to do with the name: "Thanks. Will it come?"
    let Some(last) = at.checked_sub(1).map(|index| words.list[index]) else {
        return is_addressed(text, words, at);
    };
    let gap = &text[last.end..words.list[at].start];
    let is_title = before(1).is_some_and(|word| word.len() <= 4) && gap.starts_with('.');
    if gap.contains(['!', '?', ';']) || gap.contains('.') && !is_title {
        return is_addressed(text, words, at);
    }
    let greets =
        before(1).is_some_and(|word| GREETINGS.contains(&word)) && !goes_on(text, words, at);
    let is_phrase = PHRASES.iter().any(|phrase| {
        let mut steps = phrase.iter().enumerate();
        steps.all(|(back, word)| before(back + 1) == Some(*word))
    });
    // `This is will ...`: only a capital letter makes a name of it.
    greets || is_phrase && words.list[at].is_capital || is_addressed(text, words, at)
}

/// Whether a greeting goes on with a verb: "Thanks, will do".
fn goes_on(text: &str, words: &Words, at: usize) -> bool {
    let word = words.list[at];
    let lower = !word.is_capital;
    let followed = text[word.end..].starts_with(' ') && words.list.get(at + 1).is_some();
    let comma = at
        .checked_sub(1)
        .is_some_and(|before| text[words.list[before].end..word.start].contains(','));
    lower && (followed || comma)
}

/// Whether the word is alone on its line, or stands with a capital letter before a comma at the beginning of a text: "Will,
/// can you help me?"
fn is_addressed(text: &str, words: &Words, at: usize) -> bool {
    let word = words.list[at];
    let before = text[..word.start].trim_end_matches([' ', '-', '–', '—', '*']);
    let after = text[word.end..].trim_start_matches(' ');
    let begins = before.is_empty() || before.ends_with('\n');
    let ends = after.is_empty() || after.starts_with('\n');
    let enclosed = text[..word.start].ends_with(['(', '"', '“', '„', '«', '\''])
        && text[word.end..].starts_with([')', '"', '”', '“', '»', '\'']);
    word.is_capital
        && (enclosed
            || begins
                && (ends && !before.is_empty() || after.starts_with(',') && !is_german(words)))
}

/// Words that many German sentences have one of, and no other of the languages here.
const GERMAN: &[&str] = &[
    "der", "dem", "ein", "eine", "einen", "einem", "einer", "ich", "ist", "und", "nicht", "zum",
    "zur", "mit", "auf", "fur", "sehr", "zu", "aber", "wie", "haben", "bitte", "mein", "meine",
    "ihr", "ihre", "sie", "wir", "kein", "keine", "jede", "jeder", "jedes", "von", "vom", "beim",
    "nach", "bei", "auch", "noch", "oder",
];

/// Articles, and prepositions that hold one: what follows them is a thing.
const ARTICLES: &[&str] = &[
    "the", "a", "an", "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem",
    "im", "am", "zum", "zur", "vom", "beim", "kein", "keine", "en", "et", "ei", "le", "la", "les",
    "un", "une", "el", "los", "las", "una", "o", "os", "as", "um", "uma", "do", "da", "no", "na",
];

/// Whether an article stands before this word.
pub fn has_article(words: &Words, at: usize) -> bool {
    let before = at
        .checked_sub(1)
        .map(|before| words.folded(words.list[before]));
    before.is_some_and(|before| ARTICLES.contains(&before))
}

/// Whether a text is German.
pub fn is_german(words: &Words) -> bool {
    let is_german = |word: &Word| GERMAN.contains(&words.folded(*word));
    *words
        .is_german
        .get_or_init(|| words.list.iter().any(is_german))
}

/// Whether a sentence begins here.
pub fn begins_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([
        ' ', '\u{a0}', '"', '\'', '“', '„', '«', '(', '*', '_', '¿', '¡',
    ]);
    before.is_empty() || before.ends_with(['.', '!', '?', ':', '\n', '…', '•', '-', '–', '>', '|'])
}
