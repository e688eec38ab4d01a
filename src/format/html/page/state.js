// What the address says: the search, the filters, the order, and what is open. The rest of the page follows it.

const NAMES = ["q", "channel", "from", "to", "tag", "role", "agent", "unanswered", "media", "bot", "first", "hour", "weekday", "wait", "sort", "c", "a", "m", "view"];
const FILTERS = NAMES.slice(1, 14);

const readAddress = () => {
  const params = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map(name => [name, params.get(name) ?? ""]));
};

let state = readAddress();

/// The address of the current state with these changes.
const addressWith = changes => {
  const params = new URLSearchParams();
  const next = { ...state, m: "", ...changes };
  for (const name of NAMES) if (next[name]) params.set(name, next[name]);
  return "#" + params;
};

/// A new step in the history of the browser.
const go = changes => {
  location.hash = addressWith(changes);
};

/// The same step, with another address.
const amend = changes => {
  location.replace(addressWith(changes));
};

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const weekdayOf = day => (day + 3) % 7 < 0 ? (day + 3) % 7 + 7 : (day + 3) % 7;

/// For each filter, whether a conversation passes it.
const PASSES = {
  channel: (talk, value) => (talk.channel ?? "(none)") === value,
  from: (talk, value) => talk.day !== null && talk.day >= dayOfIso(value),
  to: (talk, value) => talk.day !== null && talk.day <= dayOfIso(value),
  tag: (talk, value) => talk.tags.some(([key, words]) => `${key}: ${words}` === value),
  role: (talk, value) => talk.counts[LETTERS.indexOf(value)] > 0,
  agent: (talk, value) => (talk.counts[2] > 0) === (value === "yes"),
  unanswered: talk => talk.unanswered === true,
  media: talk => talk.media === true,
  bot: (talk, value) => (talk.account ?? talk.source) === value,
  first: (talk, value) => talk.first === value,
  hour: (talk, value) => talk.hour === Number(value),
  weekday: (talk, value) => talk.day !== null && weekdayOf(talk.day) === Number(value),
  wait: (talk, value) => talk.answered >= Number(value),
};

/// For each filter that is set, what it is called.
const CALLED = {
  channel: value => value,
  from: value => `from ${value}`,
  to: value => `to ${value}`,
  tag: value => value,
  role: value => `${ROLES[value] ?? value} wrote`,
  agent: value => value === "yes" ? "with an agent" : "without an agent",
  unanswered: () => "unanswered",
  media: () => "with media",
  bot: value => value,
  first: value => `begins “${value}”`,
  hour: value => `${value}:00 to ${value}:59`,
  weekday: value => WEEKDAYS[value] ?? value,
  wait: value => `first answer after ${span(Number(value))} or more`,
};

const ORDERS = {
  "": (a, b) => (b.at ?? -Infinity) - (a.at ?? -Infinity) || a.number - b.number,
  oldest: (a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || a.number - b.number,
  longest: (a, b) => b.count - a.count || a.number - b.number,
  slowest: (a, b) => (b.answered ?? -1) - (a.answered ?? -1) || a.number - b.number,
};

/// The filters and the order, and how many conversations there are: what is selected depends on nothing else.
const selectionKey = () => [state.sort, ...FILTERS.map(name => state[name]), talks.length].join("\n");
let selection = { key: null, talks: [] };

/// The conversations that pass all filters, in the order that is set.
const selected = () => {
  const key = selectionKey();
  if (selection.key === key) return selection.talks;
  const filters = FILTERS.filter(name => state[name]).map(name => [PASSES[name], state[name]]);
  const passed = talks.filter(talk => filters.every(([passes, value]) => passes(talk, value)));
  passed.sort(ORDERS[state.sort] ?? ORDERS[""]);
  selection = { key, talks: passed };
  return passed;
};
