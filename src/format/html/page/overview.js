// The numbers of what is selected. They are those of `convexport stats`.

/// With more conversations than this, the page takes hundreds of megabytes of memory.
const MANY = 50_000;

/// A percentile, interpolated between two times as spreadsheets do it, in whole milliseconds.
const percentile = (sorted, percent) => {
  if (!sorted.length) return null;
  const place = (sorted.length - 1) * percent;
  const before = Math.floor(place / 100), rest = place % 100;
  const low = sorted[before], high = sorted[Math.min(before + 1, sorted.length - 1)];
  return low + Math.floor((high - low) * rest / 100);
};

const tally = (values, key) => {
  const counts = new Map();
  for (const value of values) {
    const name = key(value);
    if (name !== null && name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
};

const byCount = counts => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

const share = (count, all) => all ? `${(count / all * 100).toFixed(1)} %` : "";

const numbersOf = found => {
  const sorted = name => found.map(talk => talk[name]).filter(time => time !== undefined).sort((a, b) => a - b);
  const answered = sorted("answered"), byAgent = sorted("by_agent");
  return {
    conversations: found.length,
    messages: found.reduce((sum, talk) => sum + talk.count, 0),
    withAgent: found.filter(talk => talk.counts[2] > 0).length,
    unanswered: found.filter(talk => talk.unanswered).length,
    answered: [answered.length, percentile(answered, 50), percentile(answered, 90)],
    byAgent: [byAgent.length, percentile(byAgent, 50), percentile(byAgent, 90)],
    days: tally(found, talk => talk.day),
    hours: tally(found, talk => talk.hour),
    weekdays: tally(found, talk => talk.day === null ? null : weekdayOf(talk.day)),
    channels: byCount(tally(found, talk => talk.channel ?? "(none)")),
    bots: byCount(tally(found, talk => talk.account ?? talk.source)),
    firsts: byCount(tally(found, talk => talk.first)).slice(0, 8),
    roles: LETTERS.map((letter, at) => [letter, found.filter(talk => talk.counts[at] > 0).length]),
  };
};

/// Days, or weeks or months when there are many: their first and last day, and how many conversations began then.
const periods = days => {
  if (!days.size) return [];
  const all = [...days.keys()];
  const first = Math.min(...all), last = Math.max(...all);
  const long = last - first;
  const startOf = day => {
    if (long < 93) return day;
    if (long < 731) return day - weekdayOf(day);
    return dayOfIso(isoOfDay(day).slice(0, 8) + "01");
  };
  const after = start => long < 93 ? start + 1 : long < 731 ? start + 7 : startOf(start + 31);
  const counts = new Map();
  for (const [day, count] of days) counts.set(startOf(day), (counts.get(startOf(day)) ?? 0) + count);
  const found = [];
  // A wrong time can be centuries away: then only periods with conversations are shown.
  if (long > 40 * 366) return [...counts].sort((a, b) => a[0] - b[0]).map(([start, count]) => ({ start, end: after(start) - 1, count }));
  for (let start = startOf(first); start <= last; start = after(start)) found.push({ start, end: after(start) - 1, count: counts.get(start) ?? 0 });
  return found;
};

const bars = (label, values) => {
  const most = Math.max(1, ...values.map(value => value.count));
  return el("ul.bars", { "aria-label": label }, ...values.map(({ name, title, count, href }) => {
    const bar = el("span.fill");
    bar.style.height = `${count ? Math.max(2, count / most * 100) : 0}%`;
    const inside = [el("span.hidden", title), bar, name !== undefined && el("span.name", { "aria-hidden": "true" }, name)];
    return el("li", { title }, count ? el("a", { href }, ...inside) : el("span", ...inside));
  }));
};

const figure = (value, words, href, detail) => el("li", {},
  el("a", { href }, el("strong", value), el("span", words), detail && el("small", detail)));

const ranking = (title, entries, all, hrefOf) => entries.length > 0 && el("section", {},
  el("h2", title),
  el("ol.ranking", ...entries.map(([name, count]) => {
    const fill = el("span.fill");
    fill.style.width = `${count / all * 100}%`;
    return el("li", el("a", { href: hrefOf(name) }, fill, el("span.name", { dir: "auto" }, name), el("span.value", count.toLocaleString("en"))));
  })));

const overview = found => {
  const numbers = numbersOf(found);
  const all = numbers.conversations;
  const to = changes => addressWith({ view: "list", c: "", a: "", ...changes });
  const number = count => count.toLocaleString("en");
  const time = millis => millis === null ? "–" : span(millis);
  const days = periods(numbers.days);
  const title = ({ start, end, count }) => `${start === end ? asDay(start * DAY, 0) : `${isoOfDay(start)} to ${isoOfDay(end)}`}: ${counted(count, "conversation")}`;
  const range = days.length ? `${isoOfDay(days[0].start)} to ${isoOfDay(Math.max(...numbers.days.keys()))}` : "";
  return el("div.overview", {},
    el("div.bar", el("a.back", { href: to({}) }, "List"), el("h1", "Overview")),
    el("p.soft", found.length === talks.length ? range : `${number(all)} of ${counted(talks.length, "conversation")} · ${range}`),
    talks.length > MANY && el("p.soft", "So many conversations take much memory here. An archive takes little: ", el("code", "convexport search bot.db WORDS")),
    el("ul.figures", {},
      figure(number(all), "conversations", to({}), counted(numbers.messages, "message")),
      figure(number(numbers.withAgent), "with a human agent", to({ agent: "yes" }), share(numbers.withAgent, all)),
      figure(number(numbers.unanswered), "unanswered", to({ unanswered: "1" }), share(numbers.unanswered, all)),
      figure(time(numbers.answered[1]), "first answer, median", to({ sort: "slowest", wait: String(numbers.answered[1] ?? "") }), `of ${number(numbers.answered[0])} answered`),
      figure(time(numbers.answered[2]), "first answer, 90th percentile", to({ sort: "slowest", wait: String(numbers.answered[2] ?? "") })),
      numbers.byAgent[0] > 0 && figure(time(numbers.byAgent[1]), "first agent’s answer, median", to({ agent: "yes", sort: "slowest" }), `90th percentile ${time(numbers.byAgent[2])}`)),
    days.length > 0 && el("section", el("h2", days[0].start === days[0].end ? "Per day" : "Over time"),
      bars("Conversations over time", days.map(day => ({ ...day, title: title(day), href: to({ from: isoOfDay(day.start), to: isoOfDay(day.end) }) }))),
      el("p.axis", el("span", isoOfDay(days[0].start)), el("span", isoOfDay(days.at(-1).start)))),
    el("div.columns", {},
      el("section", el("h2", "By hour"), bars("Conversations by hour", Array.from({ length: 24 }, (_, hour) => {
        const count = numbers.hours.get(hour) ?? 0;
        return { name: hour % 6 ? undefined : String(hour), title: `${hour}:00 to ${hour}:59: ${counted(count, "conversation")}`, count, href: to({ hour: String(hour) }) };
      }))),
      el("section", el("h2", "By weekday"), bars("Conversations by weekday", WEEKDAYS.map((name, day) => {
        const count = numbers.weekdays.get(day) ?? 0;
        return { name: name.slice(0, 2), title: `${name}: ${counted(count, "conversation")}`, count, href: to({ weekday: String(day) }) };
      }))),
      ranking("Channels", numbers.channels.slice(0, 8), all, channel => to({ channel })),
      numbers.bots.length > 1 && ranking("Bots and sites", numbers.bots.slice(0, 8), all, bot => to({ bot })),
      ranking("Who wrote", numbers.roles.filter(([, count]) => count).map(([letter, count]) => [ROLES[letter], count]), all,
        name => to({ role: LETTERS[Object.values(ROLES).indexOf(name)] })),
      ranking("Most frequent first messages", numbers.firsts, all, first => to({ first }))),
    colophon());
};

/// What this page is, from when, and what is missing in it.
const colophon = () => {
  if (!ending) return isLoaded && el("p.warning", { role: "alert" }, "This file was cut off: conversations are missing at its end.");
  const zone = ending.timezone === "local" ? "the time zone of the machine that made it" : ending.timezone;
  const missing = [[ending.failed, "could not be exported"], [ending.gone, "were deleted meanwhile"], [ending.left_out, "were left out on purpose"]]
    .filter(([count]) => count).map(([count, words]) => `${count.toLocaleString("en")} ${words}`);
  return el("footer", {},
    !ending.complete && el("p.warning", { role: "alert" }, "This export is incomplete: conversations are missing."),
    el("p", `Made by convexport ${ending.version}${ending.generated ? ` on ${new Date(ending.generated).toISOString().slice(0, 16).replace("T", " ")} UTC` : ""}. Times in ${zone}.`),
    el("p", `Asked for: ${askedFor()}.`),
    el("p", missing.length ? `Not in it: ${missing.join(", ")}.` : "Nothing was left out."));
};

const askedFor = () => ending.asked.map(([name, value]) => name === "source" ? value : `${name.replaceAll("_", " ")} ${[value].flat(2).join(", ")}`).join("; ") || "everything";
