// The conversation that is open.

let opened = null;

/// Messages of one speaker are a group, unless so much time passes between two.
const APART = 15 * 60000;

const speaker = message => `${message.role} ${message.by ?? ""}`;

const times = message => message.at === null ? "at an unknown time" : message.shown ?? asClock(message.at, message.offset);
const exact = message => message.at === null ? "at an unknown time"
  : `${message.shown ?? asExact(message.at, message.offset)} (${new Date(message.at).toISOString()})`;

const copyButton = (href, label) => el("button", {
  type: "button",
  click: async event => {
    const button = event.currentTarget;
    const url = location.href.replace(/#.*/, "") + href;
    try {
      await navigator.clipboard.writeText(url);
      button.textContent = "Copied";
    } catch {
      location.replace(href);
      button.textContent = "In the address bar";
    }
    setTimeout(() => button.textContent = label, 2000);
  },
}, label);

/// The address that leads to nothing but this conversation or message.
const permanent = (talk, message) => "#" + new URLSearchParams(Object.entries(messageLink(talk, message)).filter(([, value]) => value));

const article = talk => {
  const messages = messagesOf(talk);
  const body = el("ol.turns");
  let group = null, before = null, day = null;
  messages.forEach((message, at) => {
    const today = message.at === null ? day : dayOf(message.at, message.offset);
    if (today !== day) {
      body.append(el("li.line.day", asDay(today * DAY, 0)));
      day = today;
      group = null;
    }
    if (message.line) {
      body.append(el("li.line.handover", { dir: "auto" }, message.line));
      group = null;
    }
    if (!group || speaker(before) !== speaker(message) || message.at - before.at > APART) {
      group = el("li", { class: `group ${ROLES[message.role].toLowerCase()}` },
        el("p.who", {},
          el("b", ROLES[message.role]), message.by && " ", message.by && el("bdi", message.by), " ",
          el("time", { datetime: message.at === null ? null : new Date(message.at).toISOString(), title: exact(message) }, times(message))));
      body.append(group);
    }
    group.append(turn(talk, message, chosenIn(messages, at)));
    before = message;
  });
  if (!messages.length) body.append(el("li.line", "No messages"));
  return el("article", { "aria-labelledby": `t${talk.number}` }, heading(talk), body);
};

const heading = talk => {
  const side = talk.handover;
  return el("header", {},
    el("div.bar", {},
      el("a.back", { href: addressWith({ c: "", a: "", m: "" }) }, "Back"),
      el("h1", { id: `t${talk.number}`, class: "f", dir: "auto" }, talk.label),
      el("span.tools", {},
        el("span", { id: "hits", role: "status" }),
        el("button", { type: "button", title: "Previous conversation (k)", "aria-label": "Previous conversation", click: () => step(-1) }, "‹"),
        el("button", { type: "button", title: "Next conversation (j)", "aria-label": "Next conversation", click: () => step(1) }, "›"),
        copyButton(permanent(talk), "Copy link"))),
    talk.title && el("p.title.f", { dir: "auto" }, talk.title),
    el("p.facts", {},
      talk.at !== undefined && el("time", { datetime: new Date(talk.at).toISOString() }, talk.shown ?? asTime(talk.at, talk.offset)),
      talk.channel && el("span.f", talk.channel),
      el("span", counted(talk.count, "message")),
      talk.answered !== undefined && el("span", `first answer after ${span(talk.answered)}`),
      talk.unanswered && el("span.badge.open", "Unanswered"),
      el("code.f", talk.id),
      talk.user && talk.user !== talk.label && el("span", "user ", el("code.f", talk.user))),
    side && el("p", side[0] === "ticket" ? "Ticket of the customer’s conversation " : "The agent’s ticket: ", otherSide(side[1])),
    talk.tags.length > 0 && el("p.chips", ...talk.tags.map(([key, value]) => {
      const words = `${key}: ${value}`;
      return el("a.f", { dir: "auto", href: addressWith({ tag: words, c: "", a: "" }), title: "All with this tag" }, words);
    })));
};

const otherSide = id => {
  const other = id && findTalk(id, "");
  return other ? el("a", { href: addressWith({ ...messageLink(other) }) }, other.label === id ? id : `${other.label} (${id})`) : id ? el("code", id) : "not known";
};

/// The choice that the user's next message makes.
const chosenIn = (messages, at) => {
  const next = messages.slice(at + 1, at + 4).find(message => message.role !== "s");
  return next?.role === "u" ? next.text.trim() : null;
};

const turn = (talk, message, chosen) => {
  const here = permanent(talk, message);
  const parts = [];
  if (message.text) {
    parts.push(isMarkdown(talk, message)
      ? el("div.bubble.md.f", { dir: "auto" }, ...markdown(message.text))
      : el("div.bubble.f", { dir: "auto" }, ...linked(message.text)));
  }
  if (message.options.length) parts.push(pills(message.options, chosen));
  for (const [kind, url, title, local] of message.files) parts.push(file(kind, url, title, false, local));
  if (message.cards.length) {
    parts.push(el("div.cards", { role: "group", "aria-label": counted(message.cards.length, "card"), tabindex: message.cards.length > 1 ? 0 : null },
      ...message.cards.map(one => card(one, chosen))));
  }
  if (!parts.length) parts.push(el("p.bubble.nothing", "no text"));
  return el("div.turn", { id: `m${message.id}` }, ...parts,
    el("a.when", { href: here, title: `${exact(message)}: link to this message` }, times(message)));
};

const pills = (options, chosen) => el("ul.pills", { "aria-label": "Options" }, ...options.map(([label, value]) => {
  const isChosen = chosen !== null && chosen !== "" && (chosen === label.trim() || chosen === value?.trim());
  const href = value && address(value);
  return el("li", { class: isChosen ? "chosen" : null, dir: "auto" },
    isChosen && "✓ ", el("span.f", href ? link(href, label) : label), isChosen && el("span.hidden", " (chosen)"));
}));

const card = ([title, subtitle, image, actions, local], chosen) => el("section.card", {},
  image && file("image", image, null, true, local),
  title && el("b.f", { dir: "auto" }, title),
  subtitle && el("p.f", { dir: "auto" }, subtitle),
  actions.length > 0 && pills(actions.map(([label, value]) => [label ?? value ?? "", value]), chosen));

const PLAYERS = { image: "img", audio: "audio", video: "video" };

/// A link to a picture or a file. One that lies beside the page is shown or played. A picture of the network can be loaded
/// where the export allows it.
const file = (kind, url, title, isBare, local) => {
  const [src, type] = Array.isArray(local) ? local : [];
  // A browser would run html, xml with svg, and scripts.
  const download = /ml|script/.test(type);
  const player = !download && PLAYERS[type?.split("/")[0]];
  const href = src ?? address(url);
  const label = isBare ? "Picture" : title || src?.split("/").pop() || url;
  const words = src ? el("a", { href, download }, label) : link(href, label);
  const box = el("p.file", !isBare && el("span.kind", kind), " ", isBare ? words : el("span.f", { dir: "auto" }, words),
    local && !src && ` (${local})`, player && el(player, { src, alt: label, controls: true }));
  if (mayLoadMedia && kind === "image" && href?.startsWith("https:")) {
    box.append(" ", el("button", {
      type: "button",
      click: event => event.currentTarget.replaceWith(el("img", { src: href, alt: title || "picture", referrerpolicy: "no-referrer" })),
    }, "Load picture"));
  }
  return box;
};

/// Opens a conversation, at a message if one is named.
const openTalk = talk => {
  const isSame = opened === talk && $("view").querySelector("article");
  opened = talk;
  if (!isSame) {
    $("view").replaceChildren(article(talk));
    $("view").scrollTop = 0;
    mark();
  }
  const target = state.m && $(`m${state.m}`);
  for (const one of $("view").querySelectorAll(".target")) one.classList.remove("target");
  if (target) {
    target.classList.add("target");
    target.scrollIntoView({ block: "center" });
  } else if (terms.length && !isSame) {
    showHit(wantedHit === -1 ? marks.length - 1 : 0);
  }
  wantedHit = null;
};
