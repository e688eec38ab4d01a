// The list. Only the rows that can be seen are in the page.

const ROW = 84;
const HEADING = 34;

/// The conversations that are listed, and the rows: conversations, and days as numbers.
let shown = [];
let rows = [];
let tops = new Float64Array(1);
let hits = 0;

const listed = (found, count) => {
  shown = found;
  hits = count;
  rows = [];
  const byDay = !state.sort || state.sort === "oldest";
  let heading = null;
  for (const talk of found) {
    if (byDay && (!heading || heading.day !== talk.day)) rows.push(heading = { day: talk.day, count: 0 });
    if (heading) heading.count++;
    rows.push(talk);
  }
  tops = new Float64Array(rows.length + 1);
  rows.forEach((row, at) => tops[at + 1] = tops[at] + (row.messages ? ROW : HEADING));
  $("rows").style.height = `${tops[rows.length]}px`;
};

/// The first row that ends below a height.
const rowAt = height => {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tops[middle + 1] <= height) low = middle + 1;
    else high = middle;
  }
  return low;
};

const drawn = new Map();

/// Draws the rows in view. `anew` draws those that are there again.
const drawList = anew => {
  const box = $("list");
  const first = Math.max(0, rowAt(box.scrollTop) - 4);
  const after = Math.min(rows.length, rowAt(box.scrollTop + box.clientHeight) + 5);
  const focused = document.activeElement?.closest("#rows > li")?.dataset.key;
  const keep = new Set();
  let before = null;
  for (let at = first; at < after; at++) {
    const row = rows[at];
    const key = row.messages ? `t${row.number}` : `d${row.day}`;
    keep.add(key);
    let item = drawn.get(key);
    if (!item || anew) {
      const made = row.messages ? entry(row) : dayHeading(row);
      item?.replaceWith(made);
      item = made;
      item.dataset.key = key;
      drawn.set(key, item);
    }
    item.style.top = `${tops[at]}px`;
    // The order in the page is that of the list, for those who do not see it.
    const place = before ? before.nextSibling : $("rows").firstChild;
    if (item !== place) $("rows").insertBefore(item, place);
    before = item;
  }
  for (const [key, item] of drawn) {
    if (keep.has(key)) continue;
    item.remove();
    drawn.delete(key);
  }
  if (focused && document.activeElement === document.body) drawn.get(focused)?.querySelector("a").focus({ preventScroll: true });
};

const dayHeading = ({ day, count }) => {
  const iso = day === null ? "" : isoOfDay(day);
  const words = day === null ? "At an unknown time" : asDay(day * DAY, 0);
  const href = addressWith({ from: iso, to: iso });
  return el("li.day", day === null ? words : el("a", { href, title: "Only this day" }, words), el("span", count.toLocaleString("en")));
};

const entry = talk => {
  const found = snippet(talk);
  const words = found ?? [talk.title ?? talk.words];
  const isOpen = opened === talk;
  return el("li", {},
    el("a", { href: addressWith({ ...messageLink(talk), view: "" }), "aria-current": isOpen ? "true" : null },
      el("span.top", {},
        el("strong", { dir: "auto" }, talk.label),
        el("span.when", talk.at === undefined ? "" : state.sort === "slowest" && talk.answered !== undefined
          ? `answer after ${span(talk.answered)}` : relativeDay(talk.at, talk.offset) + " " + asClock(talk.at, talk.offset))),
      el("span.words", { dir: "auto" }, ...words),
      el("span.facts", {},
        talk.counts[2] > 0 && el("span.badge.agent", "Agent"),
        talk.unanswered && el("span.badge.open", "Unanswered"),
        talk.channel && el("span.channel", talk.channel),
        ...talk.tags.slice(0, 2).map(([key, value]) => el("span.tag", `${key.split("#").pop()}: ${value}`.slice(0, 40))),
        el("span.count", counted(talk.count, "message")))));
};

const scrollToTalk = talk => {
  const at = rows.indexOf(talk);
  if (at < 0) return;
  const box = $("list");
  if (tops[at] < box.scrollTop) box.scrollTop = tops[at] - HEADING;
  else if (tops[at + 1] > box.scrollTop + box.clientHeight) box.scrollTop = tops[at + 1] - box.clientHeight + HEADING;
  drawList();
};

/// Moves the focus to the entry before or after the one that has it.
const moveInList = step => {
  const item = document.activeElement.closest("#rows > li");
  const key = item?.dataset.key;
  let at = key ? rows.findIndex(row => key === (row.messages ? `t${row.number}` : `d${row.day}`)) : opened ? rows.indexOf(opened) : step > 0 ? -1 : 0;
  do at += step; while (rows[at] && !rows[at].messages);
  if (!rows[at]) {
    if (step < 0) $("search").focus();
    return;
  }
  scrollToTalk(rows[at]);
  drawn.get(`t${rows[at].number}`)?.querySelector("a").focus();
};

/// The next or previous conversation of the list.
const step = by => {
  const next = opened ? shown[shown.indexOf(opened) + by] : by > 0 ? shown[0] : null;
  if (next) go({ ...messageLink(next), view: "" });
};
