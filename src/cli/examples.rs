//! The examples in the help of each command, the most useful first.

use super::help::Example;

/// Of `convexport`.
pub const PROGRAM: &[Example] = &[
    (
        "Every conversation of a Botpress bot, to read",
        "convexport botpress --bot-id ID > all.txt",
    ),
    (
        "The last month of a boost.ai site, for Excel or LibreOffice",
        "convexport boost --site NAME --since 30d -o month.xlsx",
    ),
    ("What a command can do", "convexport render --help"),
];

/// Of `convexport botpress`.
pub const BOTPRESS: &[Example] = &[
    (
        "Every conversation of a bot, to read",
        "convexport botpress --bot-id ID > all.txt",
    ),
    (
        "The last week, for Excel or LibreOffice",
        "convexport botpress --bot-id ID --active-since 7d -o week.xlsx",
    ),
    (
        "Every night, into an archive that keeps what the vendor deletes",
        "convexport botpress --bot-id ID --archive bot.db",
    ),
    (
        "One file per conversation, only those from WhatsApp",
        "convexport botpress --bot-id ID --integration whatsapp -d transcripts",
    ),
    (
        "Two conversations by their ids, with the names of who wrote",
        "convexport botpress --bot-id ID --conversation A --conversation B \\\n  --with-users",
    ),
    (
        "The list alone, and later what it names",
        "convexport botpress --bot-id ID --list -o list.jsonl\n\
         convexport botpress --bot-id ID --conversation @list.jsonl -o all.jsonl",
    ),
];

/// Of `convexport boost`.
pub const BOOST: &[Example] = &[
    (
        "The last month of a site, to read",
        "convexport boost --site NAME --since 30d > month.txt",
    ),
    (
        "The same for Excel or LibreOffice",
        "convexport boost --site NAME --since 30d -o month.xlsx",
    ),
    (
        "Every night, into an archive that keeps what the site deletes",
        "convexport boost --site NAME --since 2024-01-01 --archive site.db",
    ),
    (
        "A filter of the Admin Panel that has no flag here",
        "convexport boost --site NAME --since 7d --filter 'labels=[\"Perfect Match\"]'",
    ),
    (
        "A saved answer, without network or account",
        "convexport boost --input export.json.gz",
    ),
];

/// Of `convexport render`.
pub const RENDER: &[Example] = &[
    (
        "Read an export as transcripts",
        "convexport render week.jsonl",
    ),
    (
        "The last week of an archive, for Excel or LibreOffice",
        "convexport render bot.db --active-since 7d -o week.xlsx",
    ),
    (
        "A page to read and search in a browser",
        "convexport render bot.db -o bot.html",
    ),
    (
        "One file per conversation, by month",
        "convexport render bot.db -d months --name '{year}/{month}/{date}_{id}'",
    ),
    (
        "With a template of your own",
        "convexport render week.jsonl --template chat.jinja > chats.txt",
    ),
    (
        "What a run added to an archive or changed in it",
        "convexport render bot.db --changed-since 24h -f jsonl",
    ),
    (
        "Bring earlier exports into an archive",
        "convexport render 2024.jsonl.gz 2025.jsonl --archive bot.db",
    ),
    (
        "In a pipe",
        "convexport botpress -f jsonl | tee all.jsonl | convexport render -",
    ),
];

/// Of `convexport search`.
pub const SEARCH: &[Example] = &[
    (
        "Messages with both words, the newest first",
        "convexport search bot.db refund parcel",
    ),
    (
        "A phrase, in what users wrote in the last month",
        "convexport search bot.db '\"where is my parcel\"' --role user --since 30d",
    ),
    (
        "The whole conversations that have it, to read",
        "convexport search bot.db refund -f html -o refund.html",
    ),
    (
        "How many messages have it",
        "convexport search bot.db refund | wc -l",
    ),
];

/// Of `convexport stats`.
pub const STATS: &[Example] = &[
    (
        "Last week on the terminal",
        "convexport stats bot.db --since 7d",
    ),
    (
        "This year by month, for a spreadsheet",
        "convexport stats bot.db --since 2026-01-01 --by month -o 2026.csv",
    ),
    (
        "One number for a program",
        "convexport stats bot.db -f json | jq .first_response.median_seconds",
    ),
];

/// Of `convexport check`.
pub const CHECK: &[Example] = &[
    (
        "Token, bot and network, with one request",
        "convexport check botpress --bot-id ID",
    ),
    (
        "Whether anything at the vendor is missing in an archive",
        "convexport check botpress --bot-id ID --archive bot.db",
    ),
    (
        "For monitoring: exit code 3 when no run was complete for 26 hours",
        "convexport check --archive bot.db --max-age 26h",
    ),
];

/// Of `convexport check botpress`.
pub const CHECK_BOTPRESS: &[Example] = &[
    (
        "Token, bot and network, with one request",
        "convexport check botpress --bot-id ID",
    ),
    (
        "Whether anything at the vendor is missing in an archive",
        "convexport check botpress --bot-id ID --archive bot.db",
    ),
    (
        "With the token in a file",
        "convexport check botpress --bot-id ID --token-file token.txt",
    ),
];

/// Of `convexport check boost`.
pub const CHECK_BOOST: &[Example] = &[
    (
        "Token, site and network",
        "convexport check boost --site NAME",
    ),
    (
        "Whether anything at the site is missing in an archive",
        "convexport check boost --site NAME --archive site.db",
    ),
    (
        "With a client instead of a token",
        "convexport check boost --site NAME --client-id ID --client-secret-file FILE",
    ),
];

/// Of `convexport verify`.
pub const VERIFY: &[Example] = &[
    ("An archive", "convexport verify bot.db"),
    (
        "A file, with the summary that its export wrote",
        "convexport verify week.jsonl --summary week.json",
    ),
    (
        "A folder",
        "convexport verify transcripts --summary transcripts.json",
    ),
];

/// Of `convexport forget`.
pub const FORGET: &[Example] = &[
    (
        "What would go, if a user asks to be forgotten",
        "convexport forget bot.db --user ID --dry-run",
    ),
    (
        "Erase it, after a question",
        "convexport forget bot.db --user ID",
    ),
    (
        "Every conversation with an address in it, in a script",
        "convexport forget bot.db --match '\"ana@example.com\"' --yes",
    ),
    (
        "Conversation 17 of one of several sites",
        "convexport forget all.db --conversation 17 --site NAME",
    ),
];

/// Of `convexport tap`.
pub const TAP: &[Example] = &[
    (
        "Load conversations into a database",
        "convexport tap -c config.json | target-postgres --config target.json",
    ),
    (
        "Go on where the last run ended",
        "convexport tap -c config.json -s state.json | target-jsonl >> states.jsonl\n\
         tail -n 1 states.jsonl > state.json",
    ),
    (
        "See which streams there are",
        "convexport tap --discover > catalog.json",
    ),
];

/// Of `convexport schema`.
pub const SCHEMA: &[Example] = &[
    (
        "The schema of a line of jsonl",
        "convexport schema > conversation.schema.json",
    ),
    ("What is in a summary", "convexport schema summary"),
    (
        "The tables and views of an archive",
        "convexport schema archive",
    ),
];

/// Of `convexport completions`.
pub const COMPLETIONS: &[Example] = &[
    (
        "In every bash",
        "echo 'source <(convexport completions bash)' >> ~/.bashrc",
    ),
    (
        "In every zsh",
        "convexport completions zsh > \"${fpath[1]}/_convexport\"",
    ),
    (
        "In every fish",
        "convexport completions fish > ~/.config/fish/completions/convexport.fish",
    ),
];

/// Of `convexport man`.
pub const MAN: &[Example] = &[
    ("Read the page of the program", "convexport man | man -l -"),
    (
        "Read the page of a command",
        "convexport man pages && man pages/convexport-render.1",
    ),
    (
        "Install them for yourself",
        "convexport man ~/.local/share/man/man1",
    ),
];
