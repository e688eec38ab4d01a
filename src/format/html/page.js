"use strict";
(() => {
  const list = document.querySelector(".list");
  const items = [...list.children];
  const search = document.querySelector("search");
  const input = search.querySelector("input");
  const status = search.querySelector("output");
  const lone = items.length === 1;
  const narrow = matchMedia("(max-width: 47rem)");

  if (lone) {
    for (const one of document.querySelectorAll(".side > header, .about, .list > li > a, .hint")) one.hidden = true;
  }
  search.hidden = false;
  document.querySelector(".keys").hidden = false;

  // Times: in the reader's zone; on hover as the export shows them, and exactly.
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
  const localise = (time, format) => {
    const date = new Date(time.dateTime);
    if (time.title || isNaN(date)) return null;
    time.title = `${time.textContent} (${time.dateTime})`;
    time.textContent = format.format(date);
    return date;
  };
  const localiseAll = article => {
    article.querySelectorAll("h2 > time").forEach(time => localise(time, full));
    let before = "";
    for (const time of article.querySelectorAll("ol > li > time")) {
      const date = localise(time, clock);
      if (!date) continue;
      const today = day.format(date);
      if (today !== before) time.parentElement.dataset.day = today;
      before = today;
    }
  };
  for (const item of items) {
    const time = item.querySelector("a > time");
    if (time) localise(time, full);
  }

  // Search: every word must occur, whatever its case and accents. The text is read in pieces, so that nothing stutters.
  const fold = text => text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase();
  const texts = [];
  const read = end => {
    for (; texts.length < Math.min(end, items.length);) {
      const parts = items[texts.length].querySelectorAll("p, dd, b > bdi, ul > li");
      texts.push(fold(Array.from(parts, part => part.textContent).join("\n")));
    }
  };
  const readOn = () => {
    read(texts.length + 100);
    if (texts.length < items.length) setTimeout(readOn);
  };
  const wanted = () => fold(input.value).split(/\s+/).filter(Boolean);
  const filter = () => {
    const words = wanted();
    read(words.length ? items.length : 0);
    let found = 0;
    items.forEach((item, index) => {
      const hit = words.every(word => texts[index].includes(word));
      found += hit;
      if (item.hidden === hit) item.hidden = !hit;
    });
    status.textContent = words.length ? `${found.toLocaleString()} of ${items.length.toLocaleString()}` : "";
    mark();
  };

  // The conversation that the address names.
  let current = null;
  const open = () => {
    const article = lone ? items[0].lastElementChild : document.getElementById(location.hash.slice(1));
    current?.removeAttribute("aria-current");
    current = article && article.previousElementSibling;
    current?.setAttribute("aria-current", "true");
    if (article) localiseAll(article);
    const place = mark()?.startContainer.parentElement;
    // After the browser has scrolled to the beginning.
    requestAnimationFrame(() => setTimeout(() => place?.scrollIntoView({ block: "center" })));
  };
  // Marks what was searched for; returns the first place.
  const mark = () => {
    if (!CSS.highlights) return null;
    const ranges = [];
    const words = current ? wanted() : [];
    const nodes = words.length && document.createTreeWalker(current.nextElementSibling, NodeFilter.SHOW_TEXT);
    while (nodes && nodes.nextNode()) {
      const node = nodes.currentNode;
      const text = fold(node.data);
      // Where folding moves letters, nothing is marked rather than the wrong ones.
      if (text.length !== node.length) continue;
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
    return ranges[0];
  };

  // Keys
  const shown = (item, step) => {
    while (item && item.hidden) item = step > 0 ? item.nextElementSibling : item.previousElementSibling;
    return item;
  };
  const move = step => {
    const entry = document.activeElement.closest(".list > li > a") ?? (document.activeElement === input ? null : current);
    const from = entry?.parentElement;
    const next = from && (step > 0 ? from.nextElementSibling : from.previousElementSibling);
    const item = shown(from ? next : step > 0 ? list.firstElementChild : null, step);
    if (item) item.firstElementChild.focus();
    else if (step < 0) input.focus();
  };
  const leave = () => {
    const entry = current;
    if (narrow.matches && entry) location.hash = "";
    (entry && !entry.parentElement.hidden ? entry : shown(list.firstElementChild, 1)?.firstElementChild)?.focus();
  };
  document.addEventListener("keydown", event => {
    if (lone || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target === input;
    const reading = event.target.closest("article");
    if (event.key === "/" && !typing) input.select(), input.focus();
    else if (event.key === "Escape" && typing && input.value) input.value = "", filter();
    else if (event.key === "Escape") leave();
    else if (event.key === "ArrowDown" && !reading) move(1);
    else if (event.key === "ArrowUp" && !reading) move(-1);
    else if (event.key === "Enter" && typing) shown(list.firstElementChild, 1)?.firstElementChild.click();
    else return;
    event.preventDefault();
  });

  input.addEventListener("input", filter);
  addEventListener("hashchange", open);
  list.addEventListener("click", event => {
    // The address does not change, but what is searched for may have.
    if (event.target.closest(".list > li > a") === current) open();
  });
  open();
  setTimeout(readOn);
})();
