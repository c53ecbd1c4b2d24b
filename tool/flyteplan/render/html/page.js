"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");
  const cards = all("details.change");

  // What the filters look at, read from the page once, when it is first needed.
  let known;
  const read = () => (known ??= cards.map((card) => ({
    card,
    action: card.dataset.action,
    alerted: card.querySelector(":scope > .alert") !== null,
    places: all(":scope > .head small", card).map((place) => place.textContent),
    members: membersOf(card),
    rows: all(":scope > .fields > tbody > tr", card).map(fieldOf),
  })));
  const membersOf = (card) => {
    const rows = all(":scope > .members > tbody > tr", card);
    if (rows.length === 0) return [{ row: null, name: card.querySelector("h3").textContent.toLowerCase() }];
    return rows.map((row) => ({ row, name: row.cells[0].textContent.toLowerCase() }));
  };
  const fieldOf = (row) => {
    const head = row.firstElementChild;
    const tags = [...head.children].filter((tag) => tag.className === "tag effect");
    return {
      row,
      path: head.firstChild.textContent.trimEnd().toLowerCase(),
      collateral: row.className === "collateral",
      effects: tags.map((tag) => `effect ${tag.textContent}`),
      place: row.lastElementChild.firstChild?.textContent.trimEnd() ?? "",
    };
  };
  // Once the page is shown, so that nobody has to wait for it at the first letter.
  globalThis.requestIdleCallback?.(() => read());

  const wanted = () => ({
    words: byId("by-task").value.toLowerCase().split(/\s+/).filter(Boolean),
    field: byId("by-field").value.trim().toLowerCase(),
    effect: byId("by-effect").value,
    layer: byId("by-layer").value,
    action: byId("by-action").value,
  });
  const inLayer = (place, layer) =>
    layer === "." ? /^[^/]+:[0-9]+$/.test(place) : place.startsWith(`${layer}/`);
  const hasEffect = (row, effect) =>
    effect === "attention" || effect === "collateral" ? row.collateral : row.effects.includes(effect);
  const rowFits = (row, want) =>
    (!want.field || row.path.includes(want.field)) &&
    (!want.effect || hasEffect(row, want.effect)) &&
    (!want.layer || inLayer(row.place, want.layer));

  // A change without a field that fits may fit as a whole: by its alerts, or, where it has no fields, by its manifests.
  const fitsAsWhole = (one, want) =>
    !want.field &&
    (!want.effect || (want.effect === "attention" && one.alerted)) &&
    (!want.layer || (one.rows.length === 0 && one.places.some((place) => inLayer(place, want.layer))));

  const apply = () => {
    const want = wanted();
    const byRow = Boolean(want.field || want.effect || want.layer);
    const count = { tasks: 0, allTasks: 0, fields: 0, allFields: 0 };
    for (const one of read()) {
      const fitting = one.rows.filter((row) => rowFits(row, want));
      const names = one.members.filter((member) => want.words.every((word) => member.name.includes(word)));
      const shows =
        names.length > 0 &&
        (!want.action || one.action === want.action) &&
        (!byRow || fitting.length > 0 || fitsAsWhole(one, want));
      const rows = byRow && fitting.length ? new Set(fitting) : new Set(one.rows);
      one.card.hidden = !shows;
      for (const row of one.rows) row.row.hidden = shows && !rows.has(row);
      for (const member of one.members) if (member.row) member.row.hidden = shows && !names.includes(member);
      count.allTasks += one.members.length;
      count.allFields += one.rows.length * one.members.length;
      count.tasks += shows ? names.length : 0;
      count.fields += shows ? rows.size * names.length : 0;
    }
    for (const section of all(".changes > section")) {
      const within = all("details.change", section);
      section.hidden = within.length > 0 && within.every((card) => card.hidden);
    }
    byId("none").hidden = count.tasks > 0 || count.allTasks === 0;
    const number = (value) => value.toLocaleString("en");
    byId("count").textContent =
      `${number(count.tasks)} of ${number(count.allTasks)} tasks, ${number(count.fields)} of ${number(count.allFields)} fields`;
  };

  // The change that the address names is opened, shown whatever the filter says, and given the focus.
  const reveal = () => {
    const target = byId(location.hash.slice(1));
    const card = target?.closest("details.change");
    if (!card) return;
    if (card.hidden || target.hidden) {
      form.reset();
      apply();
    }
    card.open = true;
    target.scrollIntoView();
    (target === card ? card.querySelector("summary") : target.querySelector("a")).focus({ preventScroll: true });
  };

  const stored = {
    get: () => { try { return localStorage.getItem("flyteplan-theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("flyteplan-theme", theme); } catch { /* it holds for this page */ } },
  };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const showTheme = () => byId("theme").setAttribute("aria-pressed", String(isDark()));

  const theme = stored.get();
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  showTheme();
  system.addEventListener("change", showTheme);
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    stored.set(document.documentElement.dataset.theme);
    showTheme();
  });

  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  };
  form.addEventListener("input", soon);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());

  // The addresses of manifests, of which there may be tens of thousands: completed as a change is opened.
  const { root, mark } = document.body.dataset;
  const addressOf = (place) => root + place.replace(/:(?=[^:]*$)/, () => mark);
  const complete = (card) => {
    for (const link of all("a:not([href])", card)) link.href = link.dataset.at ?? addressOf(link.textContent);
  };
  document.addEventListener("toggle", (event) => { if (event.target.open) complete(event.target); }, true);
  for (const open of all(".policy, .warned, details.change[open]")) complete(open);

  const toggleAll = (open) => { for (const card of cards) if (!card.hidden) card.open = open; };
  byId("expand").addEventListener("click", () => toggleAll(true));
  byId("collapse").addEventListener("click", () => toggleAll(false));

  if (navigator.clipboard && byId("copy")) {
    byId("copy").hidden = false;
    byId("copy").addEventListener("click", async () => {
      await navigator.clipboard.writeText(byId("digest").textContent);
      byId("copy").textContent = "Copied";
    });
  }

  // The same address twice is no change of it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && link.getAttribute("href") === location.hash) reveal();
  });
  addEventListener("hashchange", reveal);
  byId("theme").hidden = false;
  form.hidden = false;
  reveal();
  // The browser goes to the address of a page itself once it is loaded, and takes the focus away.
  addEventListener("load", () => requestAnimationFrame(reveal));
})();
