// Brings it together: the address leads, the page follows.

const setStatus = isDone => {
  const words = terms.length ? `${counted(hits, "hit")} in ${counted(shown.length, "conversation")}`
    : shown.length === talks.length ? counted(talks.length, "conversation") : `${shown.length.toLocaleString("en")} of ${counted(talks.length, "conversation")}`;
  const text = (!isLoaded ? "Loading… " : isDone ? "" : "Searching… ") + words;
  if ($("status").textContent !== text) $("status").textContent = text;
};

/// Selects, searches and draws what the address asks for.
const refresh = async (keepsPlace = false) => {
  const found = selected();
  const draw = (result, isDone) => {
    listed(result.found, result.hits);
    if (!keepsPlace) $("list").scrollTop = 0;
    drawList(true);
    setStatus(isDone);
  };
  const result = terms.length ? await search(found, terms, first => draw(first, false)) : (searchNumber++, { found, hits: 0 });
  if (!result) return;
  draw(result, true);
  searchDone = searchNumber;
  clearTimeout(counting);
  // The numbers take a moment, and somebody may be typing, or more may be coming.
  if (opened || state.c || !drawnOverview || (isLoaded && !terms.length)) showView();
  else if (isLoaded) counting = setTimeout(showView, 200);
};
let counting = 0;

let drawnOverview = null;

/// Shows what is open: a conversation, or the overview.
const showView = () => {
  const talk = state.c ? findTalk(state.c, state.a) : null;
  const isOpen = Boolean(talk) || state.view === "overview" || (Boolean(state.c) && isLoaded);
  document.body.classList.toggle("open", isOpen);
  if (talk) {
    drawnOverview = null;
    const isNew = opened !== talk;
    openTalk(talk);
    if (isNew) for (const [key, item] of drawn) item.querySelector("a")?.toggleAttribute("aria-current", key === `t${talk.number}`);
    document.title = `${talk.label}, ${talk.at === undefined ? talk.id : asTime(talk.at, talk.offset)} – Conversations`;
    return;
  }
  if (opened) for (const item of drawn.values()) item.querySelector("a")?.removeAttribute("aria-current");
  opened = null;
  document.title = talks.length ? `${counted(talks.length, "conversation")}, ${[...new Set(talks.slice(0, 1000).map(one => one.account ?? one.source))].slice(0, 3).join(", ")}` : "Conversations";
  const key = shown.length + location.hash + isLoaded;
  if (drawnOverview === key) return;
  drawnOverview = key;
  if (state.c && isLoaded) $("view").replaceChildren(el("p.hint", "This file has no conversation ", el("code", state.c), "."));
  else $("view").replaceChildren(overview(shown));
};

// Filters

const choice = (name, label, options) => {
  const select = el("select", { name, change: event => amend({ [name]: event.target.value }) }, el("option", { value: "" }, "any"),
    ...options.map(([value, words]) => el("option", { value }, words ?? value)));
  if (state[name] && !options.some(([value]) => value === state[name])) select.append(el("option", { value: state[name] }, state[name]));
  select.value = state[name];
  return el("label", label, select);
};
const dateField = (name, label) => {
  const input = el("input", { type: "date", name, change: event => amend({ [name]: event.target.value }) });
  input.value = state[name];
  return el("label", label, input);
};
const check = (name, label) => {
  const input = el("input", { type: "checkbox", name, change: event => amend({ [name]: event.target.checked ? "1" : "" }) });
  input.checked = Boolean(state[name]);
  return el("label.check", input, label);
};

const MOST_TAGS = 300;

const drawFilters = () => {
  const names = counts => byCount(counts).map(([name, count]) => [name, `${name} (${count.toLocaleString("en")})`]);
  const tags = tally(talks.flatMap(talk => talk.tags.map(([key, value]) => `${key}: ${value}`)), tag => tag);
  const bots = tally(talks, talk => talk.account ?? talk.source);
  const focused = document.activeElement?.form === $("filters") ? document.activeElement.name : null;
  $("filters").replaceChildren(
    choice("channel", "Channel", names(tally(talks, talk => talk.channel ?? "(none)"))),
    dateField("from", "From"), dateField("to", "To"),
    tags.size > 0 && choice("tag", "Tag", names(tags).slice(0, MOST_TAGS)),
    choice("role", "Written by", LETTERS.map(letter => [letter, ROLES[letter]])),
    choice("agent", "Human agent", [["yes", "with"], ["no", "without"]]),
    ...(bots.size > 1 ? [choice("bot", "Bot or site", names(bots))] : []),
    check("unanswered", "Unanswered"), check("media", "Has media"));
  if (focused) $("filters").elements[focused]?.focus();
};

const drawChips = () => {
  const set = FILTERS.filter(name => state[name]);
  $("chips").replaceChildren(...set.map(name => el("a", { href: addressWith({ [name]: "" }), title: "Remove this filter", dir: "auto" }, CALLED[name](state[name]), el("span", { "aria-hidden": "true" }, " ×"), el("span.hidden", ", remove this filter"))),
    ...(set.length > 1 ? [el("a", { href: addressWith(Object.fromEntries(set.map(name => [name, ""]))) }, "Remove all")] : []));
  $("toggle").textContent = set.length ? `Filters (${set.length})` : "Filters";
};

/// Takes a new address.
const follow = () => {
  const before = state;
  state = readAddress();
  const isSelection = ["q", "sort", ...FILTERS].some(name => state[name] !== before[name]);
  if ($("search").value !== state.q && document.activeElement !== $("search")) $("search").value = state.q;
  $("sort").value = state.sort in ORDERS ? state.sort : "";
  $("home").href = addressWith({ c: "", a: "", view: matchMedia("(max-width: 47rem)").matches ? "overview" : "" });
  const wanted = termsOf(state.q);
  if (wanted.join("\t") !== terms.join("\t")) {
    terms = wanted;
    mark();
  }
  if (isSelection) {
    drawChips();
    if (!$("filters").hidden) drawFilters();
    refresh();
  } else {
    const was = opened;
    showView();
    if (opened && opened !== was) {
      scrollToTalk(opened);
      if (!$("search").matches(":focus")) $("view").focus({ preventScroll: true });
    }
    drawList(!opened || was !== opened);
  }
};

// Keys and print

const KEYS = [["/", "search"], ["Enter, Shift+Enter", "next, previous hit"], ["j, k", "next, previous conversation"], ["↑, ↓", "move in the list"], ["Esc", "close, clear the search"], ["o", "overview"], ["f", "filters"], ["c", "copy the link"], ["?", "this help"]];

const ask = (title, ...content) => {
  const dialog = $("dialog");
  dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), ...content);
  dialog.showModal();
};
const closing = (words, act) => el("button", { type: "button", click: () => { $("dialog").close(); act?.(); } }, words);

const showKeys = () => ask("Keys", el("dl.keys", ...KEYS.map(([key, words]) => el("div", el("dt", el("kbd", key)), el("dd", words)))), closing("Close"));

const MOST_PRINTED = 500;

const askToPrint = () => {
  if (shown.length > MOST_PRINTED) {
    return ask("Print", el("p", `The list has ${counted(shown.length, "conversation")}. Open one to print it, or search and filter until there are at most ${MOST_PRINTED}.`), closing("Close"));
  }
  ask("Print", el("p", `Print all ${counted(shown.length, "conversation")} of the list?`), closing("Print", printAll), " ", closing("Cancel"));
};
const printAll = () => {
  $("print").replaceChildren(...shown.map(article));
  document.body.classList.add("printing");
  print();
};
addEventListener("afterprint", () => {
  document.body.classList.remove("printing");
  $("print").replaceChildren();
});

const leave = () => {
  if (state.c || state.view) go({ c: "", a: "", view: "" });
  else if (state.q) $("search").value = "", typed();
};

document.addEventListener("keydown", event => {
  if (event.isComposing || $("dialog").open) return;
  const { key } = event;
  if ((event.ctrlKey || event.metaKey) && key === "p" && !opened) return event.preventDefault(), askToPrint();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target === $("search");
  if (event.target.closest("input, select, textarea") && !typing) return;
  const inView = event.target.closest("#view");
  if (typing) {
    if (key === "Enter") typed(), stepHit(event.shiftKey ? -1 : 1);
    else if (key === "Escape" && $("search").value) $("search").value = "", typed();
    else if (key === "Escape") leave(), $("view").focus();
    else if (key === "ArrowDown") moveInList(1);
    else return;
  } else if (key === "/") $("search").focus(), $("search").select();
  else if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (key === "?") showKeys();
  else if (key === "o") go({ c: "", a: "", view: "overview" });
  else if (key === "f") $("toggle").click();
  else if (key === "c" && opened) [...$("view").querySelectorAll(".tools button")].pop().click();
  else if (key === "Escape") leave();
  else if (key === "Enter" && terms.length && (event.target === $("view") || event.target === document.body)) stepHit(event.shiftKey ? -1 : 1);
  else if (key === "ArrowDown" && !inView) moveInList(1);
  else if (key === "ArrowUp" && !inView) moveInList(-1);
  else return;
  event.preventDefault();
});

// Begin

/// Takes what was typed at once, and puts it into the address when the typing rests.
let resting = 0;
const typed = () => {
  const q = $("search").value;
  if (q === state.q) return;
  state = { ...state, q };
  terms = termsOf(q);
  mark();
  refresh();
  clearTimeout(resting);
  resting = setTimeout(() => amend({ m: state.m }), 400);
};
$("search").addEventListener("input", typed);
$("sort").addEventListener("change", () => amend({ sort: $("sort").value }));
$("filters").addEventListener("submit", event => event.preventDefault());
$("help").addEventListener("click", showKeys);
$("toggle").addEventListener("click", () => {
  const hidden = !$("filters").hidden;
  $("filters").hidden = hidden;
  $("toggle").setAttribute("aria-expanded", String(!hidden));
  if (!hidden) drawFilters();
});
let drawing = false;
$("list").addEventListener("scroll", () => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    drawList();
  });
}, { passive: true });
addEventListener("resize", () => drawList());
addEventListener("hashchange", follow);

$("app").hidden = false;
$("search").value = state.q;
terms = termsOf(state.q);
drawChips();
follow();
load(() => refresh(true)).then(() => {
  scrollToTalk(opened);
  foldAll();
});
