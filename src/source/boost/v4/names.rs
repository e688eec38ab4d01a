//! The lists that give ids their names: goals, persons and the like. Each is fetched when the first of its ids comes.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use anyhow::Result;
use serde_json::Value;

use crate::console::Console;

/// A list of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// What the bot understood.
    Intents,
    /// Which part of the content was in use.
    Filters,
    /// Which skill answered.
    Skills,
    /// What was reached.
    Goals,
    /// Human agents.
    Persons,
    /// What the system did by itself.
    Triggers,
}

impl List {
    /// All of them, in the order of their declaration.
    const ALL: [Self; 6] = [
        Self::Intents,
        Self::Filters,
        Self::Skills,
        Self::Goals,
        Self::Persons,
        Self::Triggers,
    ];

    /// Its name in the address.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Intents => "intents",
            Self::Filters => "filters",
            Self::Skills => "skills",
            Self::Goals => "goals",
            Self::Persons => "persons",
            Self::Triggers => "system-action-triggers",
        }
    }

    /// The field that has the name.
    fn field(self) -> &'static str {
        match self {
            Self::Intents | Self::Filters | Self::Triggers => "title",
            Self::Skills | Self::Goals | Self::Persons => "name",
        }
    }
}

/// The names of a list by their ids.
pub type Lookup = HashMap<String, String>;

/// Fetches a list, which is an object keyed by id.
type Fetch = dyn Fn(List) -> Result<HashMap<String, Value>> + Send + Sync;

/// The names that a site has. A list that cannot be fetched costs its names and a warning.
pub struct Names {
    fetch: Box<Fetch>,
    console: Console,
    lists: [OnceLock<Option<Lookup>>; List::ALL.len()],
}

impl Names {
    /// Makes names of which none is known yet. `fetch` may block.
    pub fn new(
        fetch: impl Fn(List) -> Result<HashMap<String, Value>> + Send + Sync + 'static,
        console: Console,
    ) -> Self {
        Self {
            fetch: Box::new(fetch),
            console,
            lists: Default::default(),
        }
    }

    /// The names of a list. `None` when it cannot be fetched.
    pub fn of(&self, list: List) -> Option<&Lookup> {
        let known = &self.lists[list as usize];
        known
            .get_or_init(|| match (self.fetch)(list) {
                Ok(entries) => Some(lookup(list, entries)),
                Err(error) => {
                    let what = list.path();
                    self.console.warn(&format!(
                        "the names of {what} are missing, and their ids stand instead: {error:#}"
                    ));
                    None
                }
            })
            .as_ref()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

/// Reads the names of a list. An entry without one is left out.
fn lookup(list: List, entries: HashMap<String, Value>) -> Lookup {
    let named = entries.into_iter().filter_map(|(id, entry)| {
        let name = entry.get(list.field())?.as_str()?;
        (!name.is_empty()).then(|| (id, name.to_owned()))
    });
    named.collect()
}
