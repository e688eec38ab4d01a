-- The archive of convexport, format 1. Times are UTC, RFC 3339 with six digits and Z. JSON is text.
-- docs/archive.md says how to read it.

-- A Botpress bot or a boost.ai site.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,            -- botpress or boost
    account TEXT NOT NULL,           -- the bot's id or the site's host; empty for a saved answer, which names no site
    api TEXT,                        -- the version of boost.ai's API that the last run used: v3 or v4
    UNIQUE (source, account)
);

-- What runs ask for: the filters, and how far the archive is complete with them.
CREATE TABLE selections (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    filters TEXT NOT NULL,           -- JSON; {} selects everything
    begins_at TEXT,                  -- --since of the first run; null: everything that the vendor had
    complete_until TEXT,             -- the vendor's time when the last run began that saw everything
    swept_at TEXT,                   -- the same for the last sweep
    UNIQUE (account, filters)
);

-- A run that wrote here. A run without ended_at was killed, or is at work.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    selection INTEGER REFERENCES selections (id),  -- null: not a run for everything that filters select
    kind TEXT NOT NULL,              -- new, sweep, part, import or forget
    started_at TEXT NOT NULL,        -- the vendor's time
    ended_at TEXT,                   -- this machine's time, after its output was written
    saw_all INTEGER NOT NULL,        -- 1 when it saw all that it asked for, even if some could not be fetched
    complete INTEGER NOT NULL,       -- 1 when nothing is missing in the archive either
    added INTEGER NOT NULL,          -- conversations
    changed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    conversations INTEGER NOT NULL,  -- how many the archive has had after its last commit
    messages INTEGER NOT NULL
);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id),
    conversation_id TEXT NOT NULL,   -- the vendor's
    created_at TEXT,
    updated_at TEXT,
    channel TEXT,
    title TEXT,
    tags TEXT NOT NULL,              -- JSON object
    handover TEXT,                   -- JSON object; null when no human agent took over
    users TEXT,                      -- JSON array; null unless users were asked for
    states TEXT,                     -- JSON object; null unless states were asked for
    raw TEXT,                        -- the vendor's record without its messages, verbatim
    messages INTEGER NOT NULL,       -- how many messages the archive has of it
    reported_messages INTEGER,       -- how many the vendor last said that it has
    first_run INTEGER NOT NULL,      -- the run that brought it
    changed_run INTEGER NOT NULL,    -- the last run that changed it
    seen_run INTEGER NOT NULL,       -- the last run that fetched it
    whole_run INTEGER,               -- the last run that fetched it with all of its messages
    gone_run INTEGER,                -- the run that found it deleted at the vendor
    sha256 BLOB NOT NULL,            -- of its line in a jsonl export
    received BLOB,                   -- the beginning of the SHA-256 of its line as it last came, if it came whole
    message_check BLOB NOT NULL,     -- the beginning of the SHA-256 of its messages' runs
    row_check BLOB NOT NULL,         -- the same of this row's numbers and checksums
    UNIQUE (account, conversation_id)
);
CREATE INDEX conversations_by_time ON conversations (account, created_at);
CREATE INDEX conversations_by_change ON conversations (changed_run);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    seq INTEGER NOT NULL,            -- its place in the conversation, from 1
    message_id TEXT NOT NULL,        -- the vendor's
    created_at TEXT,
    role TEXT NOT NULL,              -- user, bot, agent or system
    user_id TEXT,
    author TEXT,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    options TEXT NOT NULL,           -- JSON array
    attachments TEXT NOT NULL,       -- JSON array
    raw TEXT,                        -- the vendor's record, verbatim
    first_run INTEGER NOT NULL,      -- the run that brought it
    last_run INTEGER                 -- null while the vendor returns it; else the last run that is known to have got it
);
CREATE INDEX messages_in_order ON messages (conversation, seq);
-- The person of a conversation is in the first of these. boost.ai names none, and each of its messages would be looked at.
CREATE INDEX messages_of_people ON messages (conversation, seq) WHERE role = 'user' AND user_id IS NOT NULL;

-- Conversations that could not be fetched. The next run tries them first.
CREATE TABLE failures (
    account INTEGER NOT NULL REFERENCES accounts (id),
    conversation_id TEXT NOT NULL,
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_run INTEGER NOT NULL,
    last_run INTEGER NOT NULL,
    PRIMARY KEY (account, conversation_id)
);

-- The conversations that a selection with filters has. A selection without filters has all of its account.
CREATE TABLE selected (
    selection INTEGER NOT NULL REFERENCES selections (id),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    row_check BLOB NOT NULL,         -- the beginning of the SHA-256 of this row's other columns
    PRIMARY KEY (selection, conversation)
) WITHOUT ROWID;

-- Folders that runs keep as mirrors.
CREATE TABLE mirrors (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL            -- JSON; how the files are named and written
);

-- The files of the mirrors.
CREATE TABLE mirror_files (
    mirror INTEGER NOT NULL REFERENCES mirrors (id),
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    changed_run INTEGER NOT NULL,    -- the version of the conversation that it has
    name TEXT NOT NULL,              -- empty when the format has no place for the conversation
    bytes INTEGER NOT NULL,
    sha256 TEXT,
    row_check BLOB NOT NULL,         -- the beginning of the SHA-256 of this row's other columns
    PRIMARY KEY (mirror, conversation)
) WITHOUT ROWID;

CREATE UNIQUE INDEX mirror_files_by_name ON mirror_files (mirror, name) WHERE name != '';

-- The conversations that were forgotten on request, so that no run brings them back. There is no row for their ids.
CREATE TABLE forgotten (
    marker BLOB PRIMARY KEY          -- HMAC-SHA-256 of source, account and id, with the key of this archive
) WITHOUT ROWID;

-- How conversations are forgotten. It is empty until one is.
CREATE TABLE forgetting (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL,               -- random
    unfinished INTEGER NOT NULL      -- 1 while the file or its log may still have bytes of what was deleted
);

-- The files that messages point to. They lie in a folder beside the archive: FILE.media for FILE.db.
CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    address_key BLOB NOT NULL UNIQUE, -- the first 16 bytes of the SHA-256 of the address
    address TEXT NOT NULL,           -- of a data: address whose file is there, only the beginning
    type TEXT NOT NULL,              -- image, audio, video, file: as the first message says
    expires_at TEXT,                 -- when the address stops to work, as far as it is known
    file TEXT,                       -- the path in the folder; null while there is no file
    sha256 TEXT,                     -- of the file
    bytes INTEGER,                   -- its size; of one that is too large: the limit
    media_type TEXT,                 -- what it is, by its content
    missing TEXT,                    -- why there is no file; null while no run has asked for it
    tries INTEGER NOT NULL,          -- how many runs have asked for it
    tried_run INTEGER,               -- the last of them
    row_check BLOB NOT NULL          -- the beginning of the SHA-256 of this row's other columns
);
CREATE INDEX media_wanted ON media (expires_at) WHERE file IS NULL;

-- Which conversations point to which media.
CREATE TABLE media_uses (
    conversation INTEGER NOT NULL REFERENCES conversations (id),
    media INTEGER NOT NULL REFERENCES media (id),
    row_check BLOB NOT NULL,         -- the beginning of the SHA-256 of this row's other columns
    PRIMARY KEY (conversation, media)
) WITHOUT ROWID;
CREATE INDEX media_uses_by_media ON media_uses (media);

-- The SHA-256 of accounts, selections, runs, failures, mirrors and of what was forgotten.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sha256 BLOB NOT NULL,
    index_sha256 BLOB                -- of the upper level of the index of words; null after a run that was killed
);

-- The words of the messages, for the search. The program writes them with the messages: triggers would take twice as long.
CREATE VIRTUAL TABLE message_words USING fts5 (
    text, content = 'messages', content_rowid = 'id', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
-- The rows of `-f messages`.
CREATE VIEW message_rows AS
SELECT a.source, nullif(a.account, '') AS account, c.conversation_id, c.created_at AS conversation_created_at, c.channel,
    c.title, c.tags,
    (SELECT coalesce(p.author, (SELECT u.value ->> '$.name' FROM json_each(c.users) u
            WHERE (u.value ->> '$.id') = p.user_id AND (u.value ->> '$.role') = 'user'))
        FROM messages p WHERE p.conversation = c.id AND p.role = 'user' AND p.user_id IS NOT NULL
        ORDER BY p.seq LIMIT 1) AS user_name,
    m.seq, m.message_id, m.created_at, m.role, m.user_id, m.author, m.type, m.text, m.options, m.attachments, m.raw
FROM messages m JOIN conversations c ON c.id = m.conversation JOIN accounts a ON a.id = c.account;

-- The rows of `-f conversations`. Each column has a query of its own, so one that is not asked for costs nothing. DuckDB
-- hands these queries on in words of its own, and cannot do so with count(*).
CREATE VIEW conversation_rows AS
SELECT a.source, nullif(a.account, '') AS account, c.conversation_id, c.title, c.channel, c.created_at, c.updated_at,
    (SELECT min(m.created_at) FROM messages m WHERE m.conversation = c.id) AS first_message_at,
    (SELECT max(m.created_at) FROM messages m WHERE m.conversation = c.id) AS last_message_at,
    (SELECT ((unixepoch(substr(t.last, 1, 19)) - unixepoch(substr(t.first, 1, 19))) * 1000000
            + substr(t.last, 21, 6) - substr(t.first, 21, 6)) / 1e6
        FROM (SELECT min(m.created_at) AS first, max(m.created_at) AS last
            FROM messages m WHERE m.conversation = c.id) t) AS duration_seconds,
    c.messages,
    (SELECT count(m.id) FROM messages m WHERE m.conversation = c.id AND m.role = 'user') AS user_messages,
    (SELECT count(m.id) FROM messages m WHERE m.conversation = c.id AND m.role = 'bot') AS bot_messages,
    (SELECT count(m.id) FROM messages m WHERE m.conversation = c.id AND m.role = 'agent') AS agent_messages,
    -- Between two messages, here and below: the user's first one, and the first answer after it.
    (SELECT CASE WHEN q.created_at <= r.created_at THEN
            ((unixepoch(substr(r.created_at, 1, 19)) - unixepoch(substr(q.created_at, 1, 19))) * 1000000
                + substr(r.created_at, 21, 6) - substr(q.created_at, 21, 6)) / 1e6 END
        FROM messages q JOIN messages r ON r.conversation = q.conversation AND r.seq > q.seq AND r.role IN ('bot', 'agent')
        WHERE q.conversation = c.id
            AND q.seq = (SELECT min(m.seq) FROM messages m WHERE m.conversation = c.id AND m.role = 'user')
        ORDER BY r.seq LIMIT 1) AS first_response_seconds,
    (SELECT m.created_at FROM messages m WHERE m.conversation = c.id AND m.role = 'agent'
        ORDER BY m.seq LIMIT 1) AS first_agent_at,
    (SELECT CASE WHEN q.created_at <= r.created_at THEN
            ((unixepoch(substr(r.created_at, 1, 19)) - unixepoch(substr(q.created_at, 1, 19))) * 1000000
                + substr(r.created_at, 21, 6) - substr(q.created_at, 21, 6)) / 1e6 END
        FROM messages q JOIN messages r ON r.conversation = q.conversation AND r.seq > q.seq AND r.role = 'agent'
        WHERE q.conversation = c.id
            AND q.seq = (SELECT min(m.seq) FROM messages m WHERE m.conversation = c.id AND m.role = 'user')
        ORDER BY r.seq LIMIT 1) AS first_agent_seconds,
    EXISTS (SELECT 1 FROM messages m WHERE m.conversation = c.id AND m.role = 'agent') AS handed_over,
    (SELECT json_group_array(t.author) FROM (SELECT m.author FROM messages m
        WHERE m.conversation = c.id AND m.role = 'agent' AND m.author IS NOT NULL
        GROUP BY m.author ORDER BY min(m.seq)) t) AS agents,
    (SELECT m.role FROM messages m WHERE m.conversation = c.id AND m.role != 'system'
        ORDER BY m.seq DESC LIMIT 1) AS last_role,
    coalesce((SELECT m.role FROM messages m WHERE m.conversation = c.id AND m.role != 'system'
        ORDER BY m.seq DESC LIMIT 1) = 'user', 0) AS unanswered,
    CASE a.source WHEN 'boost' THEN (SELECT json_group_array(t.language) FROM (
            SELECT l.language FROM (
                SELECT m.seq, CASE WHEN NOT json_valid(m.raw) THEN NULL
                    WHEN json_type(m.raw, '$.question.predicted_language') = 'text'
                        THEN m.raw ->> '$.question.predicted_language'
                    WHEN json_type(m.raw, '$.predicted_language') = 'text' THEN m.raw ->> '$.predicted_language'
                    END AS language
                FROM messages m WHERE m.conversation = c.id AND m.role = 'user') l
            WHERE l.language IS NOT NULL
            GROUP BY l.language ORDER BY min(l.seq)) t) ELSE '[]' END AS languages,
    CASE WHEN a.source = 'boost' AND json_type(c.tags, '$.feedback') = 'text' THEN c.tags ->> '$.feedback' END AS feedback,
    CASE WHEN a.source = 'boost' AND json_type(c.tags, '$.goals') = 'array' THEN c.tags -> '$.goals' ELSE '[]' END AS goals,
    CASE WHEN a.source = 'boost' AND json_type(c.tags, '$.unknown_answers') = 'integer'
        THEN c.tags ->> '$.unknown_answers' END AS unknown_answers,
    CASE WHEN a.source = 'boost' AND json_type(c.tags, '$.transfer_to_human') IN ('true', 'false')
        THEN c.tags ->> '$.transfer_to_human' END AS transfer_to_human,
    c.tags,
    (SELECT p.user_id FROM messages p WHERE p.conversation = c.id AND p.role = 'user' AND p.user_id IS NOT NULL
        ORDER BY p.seq LIMIT 1) AS user_id,
    (SELECT coalesce(p.author, (SELECT u.value ->> '$.name' FROM json_each(c.users) u
            WHERE (u.value ->> '$.id') = p.user_id AND (u.value ->> '$.role') = 'user'))
        FROM messages p WHERE p.conversation = c.id AND p.role = 'user' AND p.user_id IS NOT NULL
        ORDER BY p.seq LIMIT 1) AS user_name
FROM conversations c JOIN accounts a ON a.id = c.account;

-- Who took part in a conversation, if users were asked for.
CREATE VIEW users AS
SELECT a.source, nullif(a.account, '') AS account, c.conversation_id, u.value ->> '$.id' AS user_id,
    u.value ->> '$.name' AS name, u.value ->> '$.role' AS role,
    u.value ->> '$.tags' AS tags
FROM conversations c JOIN accounts a ON a.id = c.account, json_each(c.users) u;
