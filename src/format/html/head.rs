//! The head of a page: its policy, style sheet and icon; and the application.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::escape::Escaped;

/// The style sheet of the application.
const STYLE: &str = include_str!("page/page.css");

/// The markup of the application. The rest of it is made by the script.
const BODY: &str = include_str!("page/page.html");

/// The script, in several files that are read in this order.
const SCRIPT: &str = concat!(
    include_str!("page/text.js"),
    include_str!("page/store.js"),
    include_str!("page/state.js"),
    include_str!("page/search.js"),
    include_str!("page/list.js"),
    include_str!("page/markdown.js"),
    include_str!("page/reader.js"),
    include_str!("page/overview.js"),
    include_str!("page/main.js"),
);

/// A speech bubble.
const ICON: &str = "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
    %3Cpath fill='%232456b8' d='M3 1h10a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H8l-4 3v-3H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z'/%3E%3C/svg%3E\">";

/// The style sheet and the script as they are written.
static COMPACT: LazyLock<(String, String)> =
    LazyLock::new(|| (compact(STYLE, OF_STYLES), compact(SCRIPT, OF_SCRIPTS)));

/// Spaces that say nothing. No text in style sheets and scripts has them.
const OF_STYLES: &[(&str, &str)] = &[
    (" { ", "{"),
    (" {", "{"),
    ("; }", "}"),
    ("; ", ";"),
    (": ", ":"),
    (", ", ","),
];
const OF_SCRIPTS: &[(&str, &str)] = &[
    (" => ", "=>"),
    (" = ", "="),
    (" === ", "==="),
    (" && ", "&&"),
    (" ?? ", "??"),
    ("{ ", "{"),
    (" }", "}"),
];

/// The text without indentation, comments and such spaces. It has line feeds, since a browser hashes it with them, but a
/// checkout may have other line ends.
fn compact(text: &str, spaces: &[(&str, &str)]) -> String {
    let is_comment = |line: &&str| line.starts_with("//") || line.starts_with("/*");
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !is_comment(line));
    let text = lines.collect::<Vec<_>>().join("\n");
    let shorter = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    spaces.iter().fold(text, shorter)
}

/// Which pictures, sounds and videos a page may show.
#[derive(Clone, Copy, Debug)]
pub struct Media {
    /// Pictures from the network, each when its reader asks for it.
    pub remote: bool,
    /// Files that lie beside the page.
    pub local: bool,
}

/// The beginning of a page with the application, up to its data.
pub fn application(media: Media) -> String {
    let (style, script) = &*COMPACT;
    let policy = format!("'sha256-{}'", sha256(script));
    let remote = if media.remote { " data-remote" } else { "" };
    format!(
        "{}<body>\n{}<div id=\"data\" hidden{remote}>\n<script>{script}</script>\n",
        head("Conversations", style, &policy, &sources(media)),
        compact(BODY, &[])
    )
}

/// What pictures, and sounds and videos, may be loaded from. A page that is opened from a disk is at `file:`, and the
/// same page on a server at `'self'`.
fn sources(media: Media) -> String {
    let mut sources = "data:".to_owned();
    if media.remote {
        sources.push_str(" https:");
    }
    if media.local {
        sources.push_str(" 'self' file:; media-src 'self' file:");
    }
    sources
}

/// The head of a page without a script.
pub fn plain(title: &str, style: &str) -> String {
    head(title, &compact(style, OF_STYLES), "'none'", "data:")
}

/// The policy in the head allows only the page's own style sheet, script and icon.
fn head(title: &str, style: &str, scripts: &str, images: &str) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src {scripts}; img-src {images}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        sha256(style)
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"generator\" content=\"convexport {}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{ICON}\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n",
        env!("CARGO_PKG_VERSION"),
        Escaped(title)
    )
}

fn sha256(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}
