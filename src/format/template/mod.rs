//! Transcripts from the user's own template. It is rendered once per conversation, so that memory use does not grow.
//!
//! A misspelt name is an error, and rendering samples finds it before the first request. A template can read only its
//! conversation: no other file, no environment, no network.

mod sample;
mod values;

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};

use sha2::{Digest, Sha256};

use super::formatter::{Formatted, Formatter};
use crate::io::hex;
use crate::model::Conversation;
use crate::time::TimeStyle;
use crate::usage::usage;

/// How many steps the template may take per conversation. They take a few seconds.
const FUEL: u64 = 50_000_000;

/// A template that was tried on samples. Clones share it.
#[derive(Clone, Debug)]
pub struct Template {
    engine: Arc<Environment<'static>>,
    /// The name of its file, for errors.
    name: Arc<str>,
    times: TimeStyle,
    sha256: Arc<str>,
}

impl Template {
    /// Compiles the text of a file and tries it on samples.
    ///
    /// # Errors
    /// A usage error with the file and line when it is not a template, or uses a name that does not exist.
    pub fn new(name: String, text: String, times: TimeStyle) -> Result<Self> {
        let sha256 = hex(&Sha256::digest(&text));
        let mut engine = engine().context("the template engine broke down")?;
        engine
            .add_template_owned(name.clone(), text)
            .map_err(|error| usage!("the template {}", in_words(&error)))?;
        let template = Self {
            engine: Arc::new(engine),
            name: name.into(),
            times,
            sha256: sha256.into(),
        };
        for conversation in sample::conversations() {
            match template.render(&conversation) {
                // Whether an operation works may depend on the value, and these values are made up.
                Err(error) if error.kind() != ErrorKind::InvalidOperation => bail!(usage!(
                    "the template {} (tried on a made-up conversation)",
                    in_words(&error)
                )),
                _ => {}
            }
        }
        Ok(template)
    }

    /// The SHA-256 of its text, in hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    fn render(&self, conversation: &Conversation) -> Result<String, Error> {
        let conversation = values::conversation(conversation, &self.times);
        self.engine
            .get_template(&self.name)?
            .render(minijinja::context! { conversation })
    }
}

impl Formatter for Template {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let page = self.render(conversation).map_err(|error| {
            let (id, why) = (&conversation.id, in_words(&error));
            anyhow!("could not write conversation {id} by the template {why}")
        })?;
        out.extend_from_slice(page.as_bytes());
        Ok(Formatted::Written)
    }
}

/// An engine for plain text: nothing is escaped, a block leaves no blank line behind, and null is shown as nothing.
fn engine() -> Result<Environment<'static>, Error> {
    let mut engine = Environment::new();
    engine.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_formatter(|out, state, value| {
        if value.is_none() {
            Ok(())
        } else {
            escape_formatter(out, state, value)
        }
    });
    engine.set_fuel(Some(FUEL));
    // A template must not include another one, and so not itself.
    engine.set_path_join_callback(|_, _| "".into());
    // Errors can then show the code that they are about.
    engine.set_debug(true);
    Ok(engine)
}

/// `FILE, line N: what is wrong: what it is about`.
fn in_words(error: &Error) -> String {
    let line = error.line().map(|line| format!(", line {line}"));
    let detail = error.detail().map(|detail| format!(": {detail}"));
    let about = error.range().zip(error.template_source());
    let about = about.and_then(|(range, source)| source.get(range));
    let about = about
        .filter(|code| !code.contains('\n'))
        .map(|code| format!(": `{}`", code.trim()));
    let parts = [line, Some(format!(": {}", error.kind())), detail, about];
    let words: String = parts.into_iter().flatten().collect();
    format!("{}{words}", error.name().unwrap_or_default())
}
