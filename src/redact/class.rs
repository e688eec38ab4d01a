//! The classes of personal data, and how each is written.

use std::fmt;
use std::str::FromStr;

/// A class of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What the record knows of the conversation's own people: names, ids, and whatever else identifies them.
    People,
    /// Addresses with credentials or a signed query.
    Url,
    /// E-mail addresses.
    Email,
    /// International bank account numbers.
    Iban,
    /// Numbers of payment cards.
    Card,
    /// National numbers of people.
    NationalId,
    /// IP and MAC addresses.
    Ip,
    /// Coordinates of a place.
    Coordinates,
    /// Dates of birth.
    BirthDate,
    /// Telephone numbers.
    Phone,
}

impl Class {
    /// All classes. Of two findings of the same length the class that comes first here is taken.
    pub const ALL: [Self; 10] = [
        Self::People,
        Self::Url,
        Self::Email,
        Self::Iban,
        Self::Card,
        Self::NationalId,
        Self::Ip,
        Self::Coordinates,
        Self::BirthDate,
        Self::Phone,
    ];

    /// Its name on the command line and in the summary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Url => "url",
            Self::Email => "email",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::NationalId => "national-id",
            Self::Ip => "ip",
            Self::Coordinates => "coordinates",
            Self::BirthDate => "birth-date",
            Self::Phone => "phone",
        }
    }

    /// Its bit in a [`Classes`].
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|class| class.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("`{text}` is no class: the classes are {names}")
        })
    }
}

impl AsRef<str> for Class {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(u16);

impl Classes {
    /// Whether the class is in the set.
    #[must_use]
    pub fn has(self, class: Class) -> bool {
        self.0 & class.bit() != 0
    }

    /// Whether there is no class in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set without the classes of another one.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<Class> for Classes {
    fn from_iter<I: IntoIterator<Item = Class>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |all, class| all | class.bit()))
    }
}
