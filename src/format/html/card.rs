//! The cards of a message, as the vendor's record has them (vendors/botpress.md, Shapes). The message's own text only
//! lists them.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use super::local::Local;
use super::safe::visible;
use crate::model::Message;

/// A card.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Card {
    title: Option<String>,
    subtitle: Option<String>,
    image_url: Option<String>,
    /// What is known of the picture's file.
    #[serde(skip)]
    local: Option<Local>,
    actions: Vec<Action>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Action {
    label: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
struct Record<T> {
    payload: T,
}

#[derive(Deserialize)]
struct Carousel {
    items: Vec<Card>,
}

impl Card {
    /// The cards of a message. Empty for a message that has none, and for a record of another shape.
    pub fn of(message: &Message) -> Vec<Self> {
        let Some(raw) = &message.raw else {
            return Vec::new();
        };
        let mut cards: Vec<Self> = match &*message.kind {
            "card" => payload(raw.get()).into_iter().collect(),
            "carousel" => payload(raw.get()).map_or_else(Vec::new, |Carousel { items }| items),
            _ => Vec::new(),
        };
        for card in &mut cards {
            let mut links = message.attachments.iter();
            let own = links.find(|link| Some(&link.url) == card.image_url.as_ref());
            card.local = own.and_then(Local::of);
        }
        cards
    }
}

fn payload<T: DeserializeOwned>(record: &str) -> Option<T> {
    let record: Record<T> = serde_json::from_str(record).ok()?;
    Some(record.payload)
}

impl Serialize for Card {
    /// As the page's data has it: title, subtitle, picture, and the labels and values of its buttons.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let safe = |text: &'_ Option<String>| text.as_deref().map(visible).map(Cow::into_owned);
        let action = |action: &'_ Action| (safe(&action.label), safe(&action.value));
        let actions: Vec<_> = self.actions.iter().map(action).collect();
        let parts = (
            safe(&self.title),
            safe(&self.subtitle),
            safe(&self.image_url),
            actions,
        );
        match &self.local {
            None => parts.serialize(serializer),
            Some(local) => {
                let (title, subtitle, image, actions) = parts;
                (title, subtitle, image, actions, local).serialize(serializer)
            }
        }
    }
}
