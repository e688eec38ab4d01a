//! Transcripts by a template of the user's own: rendered once a conversation, so that memory does not grow.
//!
//! A misspelt name is an error, and found by rendering samples before anything is asked for. A template can reach
//! nothing but its conversation: no other file, no environment, no network.

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

/// How many steps the template may take for one conversation: a few seconds' worth.
const FUEL: u64 = 50_000_000;

/// A template that has been tried; clones share it.
#[derive(Clone, Debug)]
pub struct Template {
    engine: Arc<Environment<'static>>,
    /// The file, which errors name.
    name: Arc<str>,
    times: TimeStyle,
    sha256: Arc<str>,
}

impl Template {
    /// Compiles the text of a file and tries it on samples. Errors name the file.
    ///
    /// # Errors
    /// A usage error with the line when it is no template, or uses what there is not.
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
                // What can be done with a value may depend on the value, and these are made up.
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

/// Plain text: nothing is escaped, a block leaves no blank line behind, and null shows as nothing.
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
    // None is to be reached from another, and so none from itself.
    engine.set_path_join_callback(|_, _| "".into());
    // So that errors can show what they are about.
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
