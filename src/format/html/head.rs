//! The head of a page, and the script at its end.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// The head of a page with the script.
pub fn with_script() -> String {
    head(&format!("'sha256-{}'", sha256(&script())))
}

/// The head of a page without any script.
pub fn without_script() -> String {
    head("'none'")
}

/// The policy in the head allows only the page's own style sheet and script.
fn head(scripts: &str) -> String {
    let style = with_line_feeds(include_str!("page.css"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src {scripts}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        sha256(&style)
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"generator\" content=\"convexport {}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Conversations</title>\n<style>{style}</style>\n</head>\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The page's script.
pub fn script() -> Cow<'static, str> {
    with_line_feeds(include_str!("page.js"))
}

/// Replaces line ends by line feeds. A browser hashes text with line feeds, but a checkout may have other line ends.
fn with_line_feeds(text: &'static str) -> Cow<'static, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn sha256(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}
