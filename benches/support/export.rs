//! Makes an answer of boost.ai's export API of any size, with the same bytes each time. It has the shape of the
//! vendor's sample, without white space. The texts have markup, escapes, and letters and emoji beyond ASCII, both plain
//! and as `\u`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The sizes of an export that was written.
pub struct Export {
    /// The size of the JSON in bytes.
    pub size: u64,
    /// The size of the compressed file in bytes.
    pub packed: u64,
    pub conversations: u64,
}

/// Writes a gzipped answer of about `size` bytes of JSON to a file. Keeps only one conversation in memory.
pub fn write(path: &Path, size: u64) -> io::Result<Export> {
    let file = BufWriter::new(File::create(path)?);
    let mut gzip = GzEncoder::new(file, Compression::default());
    let conversations = count(size);
    let mut text = Text::new();
    let mut size = 0;
    let mut write = |json: &str| {
        size += json.len() as u64;
        gzip.write_all(json.as_bytes())
    };
    write(&query_info(conversations))?;
    for _ in 0..conversations {
        write(",")?;
        write(text.conversation())?;
    }
    write(&post_query_info(conversations))?;
    let file = gzip.finish()?.into_inner()?;
    let packed = file.metadata()?.len();
    Ok(Export {
        size,
        packed,
        conversations,
    })
}

/// How many conversations have `size` bytes together. The number is needed first because the answer begins with it.
fn count(size: u64) -> u64 {
    let mut text = Text::new();
    let (mut conversations, mut written) = (0, 0);
    while written < size {
        written += text.conversation().len() as u64;
        conversations += 1;
    }
    conversations
}

fn query_info(conversations: u64) -> String {
    format!(
        r#"[{{"type":"query_info","interpreted_query_range":["2020-01-01T00:00:00+01:00","2022-01-01T00:00:00+01:00"],"current_time":"2022-01-28T17:38:09.512966+01:00","query_seconds":0.0008645057678222656,"query":{{"environment":"live","from":"2020-01-01","only_masked":false,"to":"2022-01-01"}},"conversations":{conversations}}}"#
    )
}

fn post_query_info(conversations: u64) -> String {
    format!(
        r#",{{"type":"post_query_info","query_seconds":0.015825357791115234,"total_seconds":0.86910080909729,"serialization_seconds":0.8691000938415527,"secs/conversation":0.8691000938415527,"conversations/sec":1.1582535779166045,"conversations":{conversations}}}]"#
    )
}

/// Writes conversations, and keeps track of ids and the time.
pub struct Text {
    json: String,
    rng: Rng,
    id: u64,
    /// The time of day in microseconds.
    clock: u64,
}

/// Appends to the text. Writing to a `String` cannot fail.
macro_rules! add {
    ($text:expr, $($arg:tt)*) => { write!($text.json, $($arg)*).expect("a string takes all") };
}

impl Text {
    pub fn new() -> Self {
        Self {
            json: String::new(),
            rng: Rng::with_seed(7),
            id: 1_000_000,
            clock: 0,
        }
    }

    /// Writes the next conversation: a welcome, then questions and clicks with their answers, some of them by a human.
    pub fn conversation(&mut self) -> &str {
        self.json.clear();
        self.id += 1;
        self.clock = self.rng.u64(0..80_000_000_000);
        let reference = self.rng.u128(..);
        let (id, created) = (self.id, self.time());
        add!(
            self,
            r#"{{"type":"conversation","id":{id},"reference":"{reference:032x}","environment":"live","time":{{"created":"{created}","last_message_created":"{created}"}},"reviewed":false,"messages":["#
        );
        self.answer(&Turn::Welcome);
        let human = self.rng.u8(0..10) == 0;
        for turn in 0..self.rng.u8(2..8) {
            self.raw(",");
            let answer = match self.rng.u8(0..3) {
                0 => Turn::Click,
                _ if human && turn > 1 => Turn::Human,
                _ => Turn::Bot,
            };
            if !matches!(answer, Turn::Click) {
                self.question();
                self.raw(",");
            }
            self.answer(&answer);
        }
        self.raw("]}");
        &self.json
    }

    fn message(&mut self, kind: &str, human: bool) {
        self.id += 1;
        let (id, time) = (self.id, self.time());
        add!(
            self,
            r#"{{"id":{id},"time":"{time}","is_human_chat":{human},"type":"{kind}""#
        );
    }

    fn question(&mut self) {
        self.message("question", false);
        self.raw(r#","question":{"type":"question_analysis","input":""#);
        self.sentence();
        let (language, label) = (self.pick(LANGUAGES), self.pick(LABELS));
        add!(
            self,
            r#"","predicted_language":"{language}","sentiment":"neutral","labels":["{label}"],"analysis":["#
        );
        for candidate in 0..self.rng.u8(1..4) {
            let (comma, winner) = (if candidate == 0 { "" } else { "," }, candidate == 0);
            add!(self, r#"{comma}{{"processed":""#);
            self.sentence();
            self.raw(r#"","translated":null,"#);
            add!(self, r#""winner":{winner},"intent":"#);
            self.intent();
            self.raw("}");
        }
        let (one, other) = (self.pick(WORDS), self.pick(WORDS));
        add!(
            self,
            r#"],"important_words":["{one}","{other}"]}},"source_url":"https://www.example.com/support?page={}","device":"desktop","intents":{{"predicted":"#,
            self.rng.u8(..)
        );
        self.intent();
        self.raw("}}");
    }

    fn answer(&mut self, turn: &Turn) {
        self.message("answer", matches!(turn, Turn::Human));
        match turn {
            Turn::Welcome => self.raw(r#","system_action_trigger":"welcome_action""#),
            Turn::Human => self.raw(r#","human_agent":{"id":17,"name":"Kari Nordmann"}"#),
            Turn::Click => {
                self.raw(r#","button_clicked":"#);
                self.button();
            }
            Turn::Bot => {}
        }
        let action = self.rng.u16(3000..3400);
        add!(
            self,
            r#","actions":{{"displayed":{{"type":"action","action_type":"content","id":{action},"language":"en-US","transfer_to_human":false}}}},"intents":{{"came_from":"#
        );
        self.intent();
        self.raw(r#"},"content":["#);
        for part in 0..self.rng.u8(1..4) {
            self.raw(if part > 0 { "," } else { "" });
            self.part();
        }
        self.raw("]}");
    }

    fn part(&mut self) {
        let (time, number) = (self.time(), self.rng.u16(..));
        match self.rng.u8(0..20) {
            0..14 => {
                self.raw(r#"{"type":"text","text":"<p>"#);
                for _ in 0..self.rng.u8(1..4) {
                    self.sentence();
                }
                if self.rng.bool() {
                    self.raw(r#"</p>\n<p><a href=\"https://www.example.com/help\">"#);
                    self.sentence();
                    self.raw("</a>");
                }
                add!(self, r#"</p>","time":"{time}"}}"#);
            }
            14..18 => {
                add!(self, r#"{{"type":"link","time":"{time}","buttons":["#);
                for button in 0..self.rng.u8(1..5) {
                    self.raw(if button > 0 { "," } else { "" });
                    self.button();
                }
                self.raw("]}");
            }
            18 => add!(
                self,
                r#"{{"type":"image","url":"https://cdn.example.com/i/{number}.png","time":"{time}"}}"#
            ),
            _ => add!(
                self,
                r#"{{"type":"json","time":"{time}","json":{{"some":"json","n":[{number},1.5e3,null]}}}}"#
            ),
        }
    }

    fn button(&mut self) {
        let (id, label) = (self.rng.u8(..), self.pick(INTENTS));
        let (kind, more) = match self.rng.u8(0..4) {
            0 => ("url", r#","url":"https://www.example.com/products""#),
            1 => ("action", r#","hidden":true"#),
            _ => ("action", ""),
        };
        add!(
            self,
            r#"{{"type":"button","id":{id},"button_type":"{kind}","text":"{label}"{more}}}"#
        );
    }

    fn intent(&mut self) {
        let index = self.rng.usize(..INTENTS.len());
        add!(
            self,
            r#"{{"type":"intent","id":{},"title":"{}","inherit_skill":true}}"#,
            1000 + index,
            INTENTS[index]
        );
    }

    fn sentence(&mut self) {
        for _ in 0..self.rng.u8(3..12) {
            // The first words are frequent, and the last ones are rare.
            let word = self.rng.usize(..WORDS.len()) * self.rng.usize(..WORDS.len()) / WORDS.len();
            self.raw(WORDS[word]);
            self.raw(" ");
        }
        let end = self.pick(ENDS);
        self.raw(end);
    }

    fn raw(&mut self, json: &str) {
        self.json.push_str(json);
    }

    /// A time a little later than the last one.
    fn time(&mut self) -> String {
        self.clock += self.rng.u64(1000..9_000_000);
        let (seconds, micros) = (self.clock / 1_000_000, self.clock % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("2021-01-28T{hour:02}:{minute:02}:{second:02}.{micros:06}+01:00")
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.rng.usize(..of.len())]
    }
}

/// What an answer replies to.
enum Turn {
    Welcome,
    Bot,
    Click,
    Human,
}

// The texts below are written as in a JSON string.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "the", "my", "is", "to", "and", "a", "of", "you", "for", "order", "parcel", "where", "card", "invoice", "address",
    "account", "change", "please", "password", "I", "delivery", "Tuesday", "not", "can", "how", "subscription", "with",
    "payment", "refund", "branch", "in", "opening hours", "customer", "number", "received", "yesterday", "help", "it",
    "wrong", "insurance", "mobile", "kjøp", "grüße", "fødselsnummer", r"\u00e5pent", r"caf\u00e9", r#"\"express\""#,
];
#[rustfmt::skip]
const INTENTS: &[&str] = &[
    "Where is my order", "Change address", "Lost card", "Opening hours", "Cancel contract", "Refund", "All content",
    "Talk to a human", "Password reset", "Invoice copy", "Mortgage – rates", "Smalltalk: thanks",
];
const LANGUAGES: &[&str] = &["en-US", "nb-NO", "sv-SE", "de-DE"];
const LABELS: &[&str] = &["Perfect Match", "Low Confidence", "Spell Corrected"];
#[rustfmt::skip]
const ENDS: &[&str] = &[". ", "? ", "! ", ". ", ". ", "? ", " &amp; more. ", " 😀 ", r".\n", r" \ud83d\udce6 "];
