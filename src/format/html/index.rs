//! The index page, which links to the other pages when an export is too large for one.

use std::fmt::Write as _;

use super::escape::{Escaped, encoded};
use super::head;
use super::number::counted;
use super::stats::PageStats;

/// The index of these pages, in their order, with their names. It shows a warning if the export is not `complete`.
pub fn index(pages: &[PageStats], names: &[String], complete: bool) -> String {
    let all = pages.iter().fold(PageStats::default(), PageStats::plus);
    let mut list = String::new();
    for (number, (stats, name)) in (1..).zip(pages.iter().zip(names)) {
        let _ = writeln!(
            list,
            "<li><a href=\"{}\"><strong>Page {number}</strong> <span>{}</span> <span class=\"glimpse\">{}, {}</span> \
             <span class=\"count\">{}</span></a></li>",
            encoded(name),
            stats.range(),
            counted(stats.conversations, "conversation"),
            counted(stats.messages, "message"),
            Escaped(name)
        );
    }
    let warning = if complete {
        ""
    } else {
        "<p class=\"warning\">This export is incomplete: conversations are missing.</p>\n"
    };
    format!(
        "{}<body class=\"index\">\n<header><h1>Conversations</h1>\n{warning}{}</header>\n\
         <main><ol class=\"list\">\n{list}</ol></main>\n</body>\n</html>\n",
        head::without_script(),
        all.about()
    )
}
