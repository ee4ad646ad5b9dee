// Long tables: sorted by any column, searched as one types, a page of rows at a time, details under a row.
const PAGE_ROWS = 50;
const BEFORE = 12; // characters of a sentence shown before the word
const collator = new Intl.Collator("zh-CN");

/** What a listing shows of a column: digits after the point, and whether a narrow screen leaves it out. */
const SHOWN = {
  words: { rank: 0, word: null, score: 1, domain_count: 0, general_count: 0, log_ratio: 1, count: 0, word_score: 1, gain: 1, examples: null },
  terms: { rank: 0, term: null, score: 2, domain_count: 0, general_count: 0, log_ratio: 1, keyness: 0, npmi: 2, examples: null },
};
const NARROW = new Set(["rank", "word", "term", "score", "count", "domain_count", "examples"]);
const ASCENDING = new Set(["rank", "word", "term"]); // columns of which the least comes first
const PRECISION = { score: 3, keyness: 0, gain: 2, pmi: 2, log_ratio: 2, log_odds: 2 };

function makeListing(place, kind, source) {
  const at = Object.fromEntries(source.columns.map((column, i) => [column.key, i]));
  const columns = source.columns.filter((column) => column.key in SHOWN[kind]);
  columns.sort((a, b) => order(kind, a.key) - order(kind, b.key));
  const head = kind === "words" ? "word" : "term";
  const sentences = (row) => row[at.examples] ?? [];
  const haystack = source.rows.map((row) => [row[at[head]], ...sentences(row)].join("\n").toLowerCase());
  const state = { sort: "rank", down: false, first: 0, wanted: "", open: new Set() };
  let found = source.rows.map((_, i) => i);

  const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false", id: `${kind}-search`, oninput: () => find(search.value) });
  const status = el("p", { class: "status", role: "status" });
  const previous = el("button", { type: "button", onclick: () => turn(-1) });
  const next = el("button", { type: "button", onclick: () => turn(1) });
  const header = el("tr");
  const body = el("tbody");
  const more = el("details", { class: "meanings" });
  const note = el("p", { class: "why" });
  place.append(
    el("div", { class: "bar-of-tools" }, search, status, el("div", { class: "pager" }, previous, next)),
    el("table", { class: `list ${kind}` }, el("thead", {}, header), body),
    more,
    note,
  );

  function find(text) {
    state.wanted = text.trim().toLowerCase();
    state.first = 0;
    refresh();
  }

  function refresh() {
    found = haystack.flatMap((text, i) => (text.includes(state.wanted) ? [i] : []));
    const column = at[state.sort];
    const sign = state.down ? -1 : 1;
    found.sort((a, b) => {
      const [x, y] = [source.rows[a][column], source.rows[b][column]];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === "string" ? collator.compare(x, y) : x - y) || a - b;
    });
    draw();
  }

  function sortBy(key) {
    state.down = state.sort === key ? !state.down : !ASCENDING.has(key);
    state.sort = key;
    state.first = 0;
    refresh();
    header.querySelector(`[data-key="${key}"]`).focus();
  }

  function turn(pages) {
    state.first += pages * PAGE_ROWS;
    draw();
    place.scrollIntoView({ block: "start" });
  }

  function draw() {
    header.replaceChildren(...columns.map(headerCell));
    const shown = found.slice(state.first, state.first + PAGE_ROWS);
    body.replaceChildren(...shown.flatMap((i) => (state.open.has(i) ? [rowOf(i), detailOf(i)] : [rowOf(i)])));
    status.textContent = found.length
      ? t("table.showing", { from: number(state.first + 1), to: number(state.first + shown.length), n: number(found.length) })
      : t("table.none");
    previous.textContent = t("table.previous");
    next.textContent = t("table.next");
    previous.disabled = state.first === 0;
    next.disabled = state.first + PAGE_ROWS >= found.length;
    search.placeholder = t(`table.search_${kind}`);
    search.setAttribute("aria-label", search.placeholder);
  }

  function headerCell(column) {
    const text = source.rows.length && typeof sample(column) !== "number";
    const sorted = state.sort === column.key ? (state.down ? "descending" : "ascending") : undefined;
    const classes = [text ? "text" : "number", NARROW.has(column.key) ? "" : "wide", column.key].join(" ");
    if (column.key === "examples") return el("th", { scope: "col", class: classes }, pick(column.name));
    const why = column.why ? pick(column.why) : undefined;
    const button = el("button", { type: "button", "data-key": column.key, title: why, onclick: () => sortBy(column.key) }, pick(column.name));
    return el("th", { scope: "col", class: classes, "aria-sort": sorted }, button);
  }

  const sample = (column) => source.rows.find((row) => row[at[column.key]] !== null)?.[at[column.key]];

  function rowOf(i) {
    const row = source.rows[i];
    return el("tr", {}, columns.map((column) => cell(row, column.key, i)));
  }

  function cell(row, key, i) {
    const value = row[at[key]];
    const wide = NARROW.has(key) ? "" : " wide";
    if (key === head) {
      const open = state.open.has(i);
      const button = el("button", { type: "button", class: "word", lang: "zh", "aria-expanded": String(open), onclick: () => toggle(i) }, pieces(row));
      return el("td", { class: "text name" }, button);
    }
    if (key === "examples") {
      const [first] = sentences(row);
      return el("td", { class: "text example", lang: "zh" }, first ? marked(...about(first, row[at[head]])) : "");
    }
    return el("td", { class: `number ${key}${wide}` }, number(value, SHOWN[kind][key]));
  }

  /** A sentence from a little before the word, which must not be cut off, and the word. */
  function about(sentence, word) {
    const start = sentence.indexOf(word) - BEFORE;
    return [start > 0 ? `…${sentence.slice(start)}` : sentence, word];
  }

  /** A term as its words; a word as it is. */
  function pieces(row) {
    const parts = row[at.parts] ?? [row[at[head]]];
    return parts.length > 1 ? parts.map((part) => el("span", { class: "part" }, part)) : parts;
  }

  function toggle(i) {
    if (!state.open.delete(i)) state.open.add(i);
    draw();
    body.querySelectorAll("button.word")[found.indexOf(i) - state.first].focus();
  }

  function detailOf(i) {
    const row = source.rows[i];
    const facts = source.columns.filter((c) => c.why && row[at[c.key]] !== null && row[at[c.key]] !== false);
    const list = el("dl", {}, facts.map((c) => fact(pick(c.name), row[at[c.key]], pick(c.why), c.key)));
    const shown = sentences(row);
    const quoted = el("ul", { class: "sentences", lang: "zh" }, shown.map((s) => el("li", {}, marked(s, row[at[head]]))));
    const near = neighboursOf(row[at[head]]);
    const told = relationsOf(row[at[head]]);
    return el("tr", { class: "detail" }, el("td", { colspan: columns.length },
      shown.length > 0 ? [el("h4", {}, t("table.examples")), quoted] : null, told, near, list));
  }

  function fact(name, value, why, key) {
    const digits = Number.isInteger(value) ? 0 : PRECISION[key] ?? 2;
    const shown = typeof value === "number" ? number(value, digits) : String(value);
    return el("div", {}, el("dt", {}, name), el("dd", { class: "number" }, shown), el("dd", { class: "why" }, why));
  }

  function speak() {
    const told = columns.filter((column) => column.why);
    more.replaceChildren(
      el("summary", {}, t("table.figures")),
      el("dl", {}, told.map((c) => el("div", {}, el("dt", {}, pick(c.name)), el("dd", { class: "why" }, pick(c.why))))),
    );
    const table = kind === "words" ? "lexicon" : "terms";
    const command = `wajue query ${data.place} "SELECT * FROM ${table}" --format csv`;
    const many = source.total > source.rows.length;
    note.replaceChildren(many ? t("table.cut", { n: number(source.rows.length), total: number(source.total), command: "" }) : t("table.export"), " ", el("code", {}, command));
    draw();
  }

  onLanguage.push(speak);
  refresh();
  return {
    /** Show one row alone, opened. */
    show(word) {
      search.value = word;
      state.sort = "rank";
      state.down = false;
      const i = source.rows.findIndex((row) => row[at[head]] === word);
      if (i >= 0) state.open.add(i);
      find(word);
      place.scrollIntoView({ block: "start" });
    },
    row: (word) => source.rows.find((row) => row[at[head]] === word),
    at,
  };
}

function order(kind, key) {
  return Object.keys(SHOWN[kind]).indexOf(key);
}
