"use strict";
// Elements, numbers, times, and text as a search sees it.

const $ = id => document.getElementById(id);

/// Makes an element: `el("a.back", { href }, "words")`. Text from conversations reaches the page only here, as text.
const el = (name, ...parts) => {
  const [kind, ...classes] = name.split(".");
  const one = document.createElement(kind);
  if (classes.length) one.className = classes.join(" ");
  const first = parts[0];
  if (first && typeof first === "object" && !(first instanceof Node) && !Array.isArray(first)) {
    for (const [key, value] of Object.entries(parts.shift())) {
      if (typeof value === "function") one.addEventListener(key, value);
      else if (value !== null && value !== undefined && value !== false) one.setAttribute(key, value === true ? "" : value);
    }
  }
  one.append(...parts.flat().filter(part => part !== null && part !== undefined && part !== false));
  return one;
};

/// The address as a browser understands it, if all it can do is open a page or a letter.
const address = text => {
  if (!/^(https?:|mailto:)/i.test(text)) return null;
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
};

const link = (href, ...words) => href
  ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...words)
  : el("span", ...words);

const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

// Times are shown by the clock of the export's time zone: as UTC, moved by the zone's offset.
const format = options => {
  const formatter = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...options });
  return (at, offset) => {
    const date = new Date(at + offset * 1000);
    return isNaN(date) ? "at an unknown time" : formatter.format(date);
  };
};
const asClock = format({ hour: "2-digit", minute: "2-digit" });
const asTime = format({ dateStyle: "medium", timeStyle: "short" });
const asExact = format({ dateStyle: "full", timeStyle: "medium" });
const asDay = format({ dateStyle: "full" });
const asShortDay = format({ day: "numeric", month: "short" });
const asDate = format({ dateStyle: "medium" });
const asWeekday = format({ weekday: "long" });

const DAY = 86400000;
/// The day of a time, as the number of days since 1970.
const dayOf = (at, offset) => Math.floor((at + offset * 1000) / DAY);
const isoOfDay = day => new Date(day * DAY).toISOString().slice(0, 10);
const dayOfIso = text => {
  const at = Date.parse(text + "T00:00:00Z");
  return isNaN(at) ? null : at / DAY;
};

/// The day as people name it: today, yesterday, the weekday, or the date.
const relativeDay = (at, offset) => {
  const ago = dayOf(Date.now(), offset) - dayOf(at, offset);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return asWeekday(at, offset);
  const sameYear = new Date(at).getUTCFullYear() === new Date().getUTCFullYear();
  return (sameYear ? asShortDay : asDate)(at, offset);
};

/// A span of time in words.
const span = millis => {
  const seconds = millis / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days ${Math.floor(minutes / 60) % 24} h`;
};

// A search ignores case, accents, vowel points and the forms of letters. Vowel signs of Indian scripts are letters.
const ASCII = /^[\x00-\x7f]*$/;
const IGNORED = /[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]/g;
const SAME = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ς": "σ" };
const DIFFERENT = /[ßæœøłđðþıς]/g;

const fold = text => {
  let folded = text.toLowerCase();
  if (!ASCII.test(folded)) {
    folded = folded.normalize("NFKD").replace(IGNORED, "").replace(DIFFERENT, letter => SAME[letter]);
  }
  return folded.replace(/\s+/g, " ");
};

/// The folded text, and for each of its characters where it comes from.
const foldWithPlaces = text => {
  let folded = "";
  const from = [], to = [];
  let at = 0;
  for (const letter of text) {
    let part = fold(letter);
    if (part === " " && folded.endsWith(" ")) part = "";
    for (let index = 0; index < part.length; index++) {
      from.push(at);
      to.push(at + letter.length);
    }
    // What is ignored belongs to the letter before it.
    if (!part && to.length && part !== " ") to[to.length - 1] = at + letter.length;
    folded += part;
    at += letter.length;
  }
  return { folded, from, to };
};

/// The places of all terms in a folded text, in their order. Of two that overlap, the first counts.
const placesOf = (folded, terms) => {
  const places = [];
  for (const term of terms) {
    for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) {
      places.push([at, at + term.length]);
    }
  }
  if (terms.length < 2) return places;
  places.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let end = -1;
  return places.filter(place => place[0] >= end && (end = place[1], true));
};

/// Gives the browser time to draw.
const turns = new MessageChannel();
const waiting = [];
turns.port1.onmessage = () => waiting.shift()();
const pause = () => new Promise(done => {
  waiting.push(done);
  turns.port2.postMessage(0);
});
