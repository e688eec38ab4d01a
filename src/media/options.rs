//! What is downloaded, and how much of it.

/// What is downloaded, and how much of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The kinds of files.
    pub kinds: Vec<Kind>,
    /// The largest size of a file, in bytes.
    pub max_size: u64,
    /// How many bytes a run downloads at most.
    pub max_total: u64,
    /// How many files are downloaded at once.
    pub concurrency: u16,
}

/// What a message says that a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture, also that of a card.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// Any other file.
    File,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Image, Self::Audio, Self::Video, Self::File];

    /// The type of its attachments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::File => "file",
        }
    }
}

impl Options {
    /// Whether attachments of this type are wanted.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.iter().any(|wanted| wanted.name() == kind)
    }
}
