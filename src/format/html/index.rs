//! The page that leads to the others, when an export is too large for one.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::escape::{Escaped, encoded};
use super::{Tally, counted, head};

/// Writes it, of the pages in their order, with their names. One that is not `complete` says so.
pub fn write(
    tallies: &[Tally],
    names: &[String],
    complete: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = tallies.iter().fold(Tally::default(), Tally::plus);
    let mut pages = String::new();
    for (number, (tally, name)) in (1..).zip(tallies.iter().zip(names)) {
        let _ = writeln!(
            pages,
            "<li><a href=\"{}\"><strong>Page {number}</strong> <span>{}</span> <span class=\"glimpse\">{}, {}</span> \
             <span class=\"count\">{}</span></a></li>",
            encoded(name),
            tally.range(),
            counted(tally.conversations, "conversation"),
            counted(tally.messages, "message"),
            Escaped(name)
        );
    }
    let warning = if complete {
        ""
    } else {
        "<p class=\"warning\">This export is incomplete: conversations are missing.</p>\n"
    };
    write!(
        out,
        "{}<body class=\"index\">\n<header><h1>Conversations</h1>\n{warning}{}</header>\n\
         <main><ol class=\"list\">\n{pages}</ol></main>\n</body>\n</html>\n",
        head("'none'"),
        all.about()
    )
}

impl Tally {
    fn plus(mut self, other: &Self) -> Self {
        self.conversations += other.conversations;
        self.messages += other.messages;
        for (day, count) in &other.days {
            *self.days.entry(*day).or_default() += count;
        }
        self
    }

    /// From which day to which.
    fn range(&self) -> String {
        match (self.days.first_key_value(), self.days.last_key_value()) {
            (Some((first, _)), Some((last, _))) if first != last => format!("{first} to {last}"),
            (Some((day, _)), _) => day.to_string(),
            _ => String::new(),
        }
    }
}
