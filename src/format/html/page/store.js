// The conversations. They come in compressed blocks, each an element after this script, while the file still loads.

const talks = [];
const byId = new Map();
/// How the export ended; null until it is known.
let ending = null;
let isLoaded = false;

const data = $("data");
const mayLoadMedia = data.hasAttribute("data-remote");
data.querySelector("script").remove();

const ROLES = { u: "User", b: "Bot", a: "Agent", s: "System" };
const LETTERS = ["u", "b", "a", "s"];

const inflate = async base64 => {
  const bytes = Uint8Array.fromBase64
    ? Uint8Array.fromBase64(base64)
    : Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  const stream = new DecompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  // Errors come out of the other end.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return new Response(stream.readable).text();
};

/// Takes the next block, or null after the last one.
const nextBlock = async () => {
  for (;;) {
    const block = data.firstElementChild;
    // A block is complete when something follows it.
    if (block && (block.nextElementSibling || document.readyState !== "loading")) {
      const text = block.textContent;
      block.remove();
      return text;
    }
    if (!block && document.readyState !== "loading") return null;
    await new Promise(done => setTimeout(done, 10));
  }
};

const addTalk = (about, messages) => {
  const talk = {
    ...about,
    messages,
    number: talks.length,
    day: about.at === undefined ? null : dayOf(about.at, about.offset),
    hour: about.at === undefined ? null : Math.floor((about.at + about.offset * 1000) / 3600000) - 24 * dayOf(about.at, about.offset),
    count: about.counts.reduce((sum, count) => sum + count, 0),
    tags: about.tags ?? [],
    words: about.first ?? about.glimpse ?? "",
    folded: null,
  };
  talk.label = talk.name ?? (talk.user ? `User ${talk.user.slice(-4)}` : `Visitor ${talk.id.slice(-5)}`);
  talks.push(talk);
  const same = byId.get(talk.id);
  if (same) same.push(talk);
  else byId.set(talk.id, [talk]);
};

const addBlock = text => {
  const lines = text.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const about = JSON.parse(lines[at]);
    if (about.version) ending = about;
    else addTalk(about, lines[at + 1]);
  }
};

/// Reads all blocks. `progress` is called now and then.
const load = async progress => {
  let due = 0;
  for (;;) {
    const block = await nextBlock();
    if (block === null) break;
    try {
      addBlock(await inflate(block));
    } catch {
      // It was cut off, so nothing follows, and nothing says how the export ended.
      break;
    }
    if (performance.now() < due) continue;
    progress();
    await pause();
    due = performance.now() + Math.min(400, 100 + talks.length / 50);
  }
  isLoaded = true;
  progress();
};

/// The messages of a conversation.
const messagesOf = talk => {
  let at = 0;
  return JSON.parse(talk.messages).map(([role, since, id, text, more = {}]) => {
    if (since !== null) at += since;
    return { role, id, text, at: since === null ? null : at, offset: more.offset ?? talk.offset, by: null, options: [], files: [], cards: [], ...more };
  });
};

/// What is shown of a message and can be found, part by part, without the marks of Markdown.
const partsOf = (talk, message) => {
  const parts = [];
  if (message.text) parts.push(isMarkdown(talk, message) ? plainMarkdown(message.text) : message.text);
  for (const [label] of message.options) parts.push(label);
  for (const [, url, title] of message.files) parts.push(title || url);
  for (const [title, subtitle, , actions] of message.cards) {
    parts.push(title ?? "", subtitle ?? "", ...actions.map(([label, value]) => label ?? value ?? ""));
  }
  return parts;
};

const headOf = talk => [talk.label, talk.title ?? "", talk.channel ?? "", talk.id, talk.user ?? "", ...talk.tags.map(([key, value]) => `${key}: ${value}`)];

/// The folded text of a conversation: a line about it, and a line for each message. Parts of a line are kept apart, so
/// that a phrase is found only within one.
const foldedOf = talk => {
  if (talk.folded === null) {
    const lines = [headOf(talk), ...messagesOf(talk).map(message => partsOf(talk, message))];
    talk.folded = lines.map(parts => parts.map(fold).join("\t")).join("\n");
  }
  return talk.folded;
};

const messageLink = (talk, message) => {
  const params = { c: talk.id, m: message?.id };
  if (byId.get(talk.id).length > 1) params.a = talk.account ?? talk.source;
  return params;
};

/// The conversation that an address names.
const findTalk = (id, account) => {
  const same = byId.get(id) ?? [];
  return same.find(talk => (talk.account ?? talk.source) === account) ?? same[0] ?? null;
};
