// A small Markdown for what bots write: emphasis, code, lists, headings, quotations and links. It has no raw HTML and no
// pictures, and everything that it does not know stays as it is written.

const HAS_MARKS = /[*_`#>~[]|^\s*(?:[-+]|\d+[.)])\s/m;

/// A bot's text at Botpress may be Markdown. People write none, and boost.ai has plain text.
const isMarkdown = (talk, message) => message.role === "b" && talk.source === "botpress" && HAS_MARKS.test(message.text);

const INLINE = /(`+)(?!`)([^]{0,2000}?[^`])\1(?!`)|\*\*(?=\S)([^]{0,2000}?\S)\*\*(?!\*)|__(?=\S)([^]{0,2000}?\S)__(?!_)|~~(?=\S)([^]{0,2000}?\S)~~|\*(?=[^\s*])([^*]{0,2000}?[^\s*])\*(?!\*)|(?<![\p{L}\p{N}_])_(?=[^\s_])([^_]{0,2000}?[^\s_])_(?![\p{L}\p{N}_])|!?\[([^\]\n]{1,500})\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\)){1,2000})>?(?:\s+"[^"\n]*")?\s*\)|<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>|\\([\\`*_{}[\]()#+.!~>|-])|(https?:\/\/[^\s<>]+)/gu;

const ADDRESS = /(?:https?:\/\/|mailto:)[^\s<>"]*[^\s<>"'.,;:!?)\]}]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w-])/gi;

/// Text whose addresses are links, as nodes.
const linked = text => {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const words = found[0];
    const href = address(/^(https?:|mailto:)/i.test(words) ? words : "mailto:" + words);
    if (!href) continue;
    nodes.push(text.slice(done, found.index), link(href, words));
    done = found.index + words.length;
  }
  nodes.push(text.slice(done));
  return nodes;
};

/// What is inside a line or paragraph. `make` makes an element of a name with children, and `plain` takes other text.
const inline = (text, make, plain, depth = 0) => {
  if (depth > 5) return [plain(text)].flat();
  const inner = words => inline(words, make, plain, depth + 1);
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, , code, strong, strong2, gone, soft, soft2, words, target, bare, escaped, url] = found;
    nodes.push(plain(text.slice(done, found.index)));
    done = found.index + whole.length;
    if (code !== undefined) nodes.push(make("code", [code.trim()]));
    else if (strong ?? strong2) nodes.push(make("strong", inner(strong ?? strong2)));
    else if (gone) nodes.push(make("s", inner(gone)));
    else if (soft ?? soft2) nodes.push(make("em", inner(soft ?? soft2)));
    else if (words) nodes.push(make("a", [words], target));
    else if (bare) nodes.push(make("a", [bare], bare));
    else nodes.push(escaped ?? plain(url));
  }
  nodes.push(plain(text.slice(done)));
  return nodes.flat();
};

/// The blocks of a text: `make` as above.
const blocks = (text, make, plain) => {
  const nodes = [];
  const words = line => inline(line, make, plain);
  const lines = text.split("\n");
  let list = null;
  const add = node => {
    list = null;
    nodes.push(node);
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const fence = /^\s*(```+|~~~+)/.exec(line);
    const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/.exec(line);
    const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line);
    const quoted = /^\s{0,3}>\s?(.*)$/.exec(line);
    if (fence) {
      const code = [];
      for (at++; at < lines.length && !lines[at].trim().startsWith(fence[1]); at++) code.push(lines[at]);
      add(make("pre", [code.join("\n")]));
    } else if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) add(make("hr", []));
    else if (item) {
      const kind = /\d/.test(item[2]) ? "ol" : "ul";
      if (!list || list.kind !== kind) {
        list = { kind, items: [], start: parseInt(item[2], 10) };
        const { items, start } = list;
        nodes.push(() => make(kind, items.map(one => make("li", one)), null, start));
      }
      list.items.push(words(item[3]));
    } else if (heading) add(make("strong", words(heading[1]), null, "heading"));
    else if (quoted) add(make("blockquote", words(quoted[1])));
    else if (!line.trim()) list = null;
    else if (list && /^\s{2,}/.test(line)) list.items.at(-1).push("\n", ...words(line.trim()));
    else {
      const paragraph = [line];
      const starts = /^\s*(```|~~~|[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>)/;
      while (at + 1 < lines.length && lines[at + 1].trim() && !starts.test(lines[at + 1])) paragraph.push(lines[++at]);
      add(make("p", words(paragraph.join("\n"))));
    }
  }
  return nodes.map(node => typeof node === "function" ? node() : node);
};

const markdown = text => blocks(text, (name, children, target, extra) => {
  if (name === "a") return link(address(target), ...children);
  const props = name === "ol" && extra > 1 ? { start: extra } : extra === "heading" ? { class: "heading" } : {};
  return el(name, props, ...children);
}, linked);

/// The words of Markdown, as they are read.
const plainMarkdown = text => blocks(text, (name, children) => children.join(""), words => words).join("");
