// The search. It reads the conversations in pieces, so that the page never stands still.

/// The terms of a search, folded: words, and "phrases".
const termsOf = text => {
  const terms = [];
  for (const [, phrase, word] of text.matchAll(/"([^"]*)"?|([^\s"]+)/g)) {
    const term = fold(phrase ?? word).trim();
    if (term && !terms.includes(term)) terms.push(term);
  }
  return terms;
};

let terms = [];
let searchNumber = 0;
/// The last search whose result is shown.
let searchDone = 0;
/// What the last finished search found, to search only there when the next one asks for more.
let last = null;

const SLICE = 25;

/// How many conversations at the beginning of the list are shown before the search has come to its end.
const FIRST = 20;

const count = (text, term) => {
  let hits = 0;
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) hits++;
  return hits;
};

/// Whether a place of one term may reach into a place of another one.
const mayOverlap = wanted => wanted.some(one => wanted.some(other => one !== other
  && (other.includes(one) || Array.from(one, (_, at) => at).some(at => at && other.startsWith(one.slice(at))))));

/// Searches in these conversations. Returns those with all terms and their hits, or null when another search began.
/// `progress` gets the first ones as soon as they are found.
const search = async (among, wanted, progress) => {
  const number = ++searchNumber;
  const key = selectionKey();
  let from = among;
  const isMore = last && last.key === key && last.terms.every(term => wanted.some(longer => longer.includes(term)));
  if (isMore) from = last.found;
  const found = [];
  let hits = 0;
  let due = performance.now() + SLICE;
  const apart = !mayOverlap(wanted);
  for (let at = 0; at < from.length; at++) {
    const text = foldedOf(from[at]);
    if (wanted.every(term => text.includes(term))) {
      found.push(from[at]);
      hits += apart ? wanted.reduce((sum, term) => sum + count(text, term), 0) : placesOf(text, wanted).length;
      if (found.length === FIRST) progress({ found: found.slice(), hits });
    }
    if ((at & 15) === 0 && performance.now() > due) {
      await pause();
      if (number !== searchNumber) return null;
      due = performance.now() + SLICE;
    }
  }
  last = { key, terms: wanted, found };
  return { found, hits };
};

/// Folds all text in the background, so that the first search finds it folded.
const foldAll = async () => {
  let due = performance.now() + 8;
  for (const talk of talks) {
    foldedOf(talk);
    if (performance.now() < due) continue;
    await new Promise(done => setTimeout(done));
    due = performance.now() + 8;
  }
};

/// The hit that a list shows: the words around the first one in a message. Null when only the heading has hits.
const snippet = talk => {
  if (!terms.length) return null;
  const text = foldedOf(talk);
  const body = text.indexOf("\n");
  const starts = terms.map(term => text.indexOf(term, body)).filter(at => at > body);
  if (body < 0 || !starts.length) return null;
  const at = Math.min(...starts);
  let line = -1;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line++;
  const message = messagesOf(talk)[line];
  const part = message && partsOf(talk, message).find(part => terms.some(term => fold(part).includes(term)));
  if (!part) return null;
  const { folded, from, to } = foldWithPlaces(part.slice(0, 20000));
  const places = placesOf(folded, terms);
  if (!places.length) return null;
  const begin = Math.max(0, from[places[0][0]] - 24);
  const start = begin ? part.indexOf(" ", begin) + 1 || begin : 0;
  const pieces = [ROLES[message.role], ": ", start ? "…" : ""];
  let done = Math.min(start, from[places[0][0]]);
  for (const [first, after] of places) {
    if (from[first] > done + 160) break;
    pieces.push(part.slice(done, from[first]), el("mark", part.slice(from[first], to[after - 1])));
    done = to[after - 1];
  }
  pieces.push(part.slice(done, done + 160));
  return pieces;
};

// Hits in what is open.
let marks = [];
let current = -1;

/// Marks the terms in all elements that can be found.
const mark = () => {
  marks = [];
  current = -1;
  CSS.highlights?.clear();
  if (!terms.length) return;
  for (const part of $("view").querySelectorAll(".f")) {
    const nodes = [];
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    const text = nodes.map(node => node.data).join("");
    if (!terms.some(term => fold(text).includes(term))) continue;
    const { folded, from, to } = foldWithPlaces(text);
    for (const [first, after] of placesOf(folded, terms)) marks.push(rangeIn(nodes, from[first], to[after - 1]));
  }
  CSS.highlights?.set("found", new Highlight(...marks));
};

/// The range between two places in the text of these nodes.
const rangeIn = (nodes, from, to) => {
  const range = new Range();
  let before = 0;
  let begun = false;
  for (const node of nodes) {
    const after = before + node.length;
    if (!begun && from < after) {
      range.setStart(node, from - before);
      begun = true;
    }
    if (to <= after) {
      range.setEnd(node, to - before);
      break;
    }
    before = after;
  }
  return range;
};

/// Goes to a hit in what is open. Returns whether there is one.
const showHit = index => {
  if (!marks[index]) return false;
  current = index;
  CSS.highlights?.set("current", new Highlight(marks[index]));
  const place = marks[index].startContainer.parentElement;
  place.scrollIntoView({ block: "center" });
  const where = $("hits");
  if (where) where.textContent = `${(index + 1).toLocaleString("en")} of ${counted(marks.length, "hit")}`;
  return true;
};

/// Goes to the next or previous hit, in the next or previous conversation if need be.
const stepHit = step => {
  if (!terms.length) return;
  if (opened && showHit(current < 0 ? (step > 0 ? 0 : marks.length - 1) : current + step)) return;
  const index = opened ? shown.indexOf(opened) + step : step > 0 ? 0 : shown.length - 1;
  const next = shown[index];
  if (!next) return;
  wantedHit = step > 0 ? 0 : -1;
  go({ ...messageLink(next), view: "" });
};
let wantedHit = null;
