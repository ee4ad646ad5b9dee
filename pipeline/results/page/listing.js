// Long tables: sorted by any column, searched as one types, a page of rows at a time, details under a row.
const FEW_ROWS = 15, MANY_ROWS = 50; // shown at once
const MOST_DROPPED = 12; // candidates that were kept out, named under a search
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
  const columns = source.columns.filter((column) => column.key in SHOWN[kind] && !(column.key === "npmi" && isOne("npmi")));
  columns.sort((a, b) => order(kind, a.key) - order(kind, b.key));
  const head = kind === "words" ? "word" : "term";
  const sentences = (row) => row[at.examples] ?? [];
  const heads = source.rows.map((row) => row[at[head]].toLowerCase());
  const haystack = source.rows.map((row, i) => [heads[i], ...sentences(row)].join("\n").toLowerCase());
  const state = { sort: "rank", down: false, first: 0, size: FEW_ROWS, wanted: "", open: new Set() };
  const orders = new Map(); // of all rows, by column and direction
  let found = source.rows.map((_, i) => i);

  const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false", id: `${kind}-search`, oninput: () => find(search.value) });
  const status = el("p", { class: "status", role: "status" });
  const previous = el("button", { type: "button", onclick: () => turn(-1) });
  const next = el("button", { type: "button", onclick: () => turn(1) });
  const header = el("tr");
  const body = el("tbody");
  const size = el("button", { type: "button", onclick: resize });
  const dropped = el("p", { class: "why dropped", lang: "zh" });
  const more = el("details", { class: "meanings" });
  const note = el("p", { class: "why" });
  place.append(
    el("div", { class: "bar-of-tools" }, search, status, el("div", { class: "pager" }, previous, next)),
    dropped,
    el("table", { class: `list ${kind}` }, el("thead", {}, header), body),
    el("div", { class: "bar-of-tools below" }, size, takingButtons(`wajue-${kind}`, () => [source.columns.map((c) => c.key), ...found.map((i) => source.rows[i])])),
    more,
    note,
  );

  /** Does the column say 1 to two digits throughout? Then it says nothing. */
  function isOne(key) {
    return source.rows.every((row) => row[at[key]] === null || row[at[key]] > 0.995);
  }

  function resize() {
    state.size = state.size === FEW_ROWS ? MANY_ROWS : FEW_ROWS;
    state.first -= state.first % state.size;
    draw();
  }

  function find(text) {
    state.wanted = text.trim().toLowerCase();
    state.first = 0;
    refresh();
  }

  function refresh() {
    found = ordered().filter((i) => haystack[i].includes(state.wanted));
    if (state.wanted && state.sort === "rank" && !state.down) found.sort((a, b) => closeness(a) - closeness(b)); // keeps the rest in order
    nameDropped();
    draw();
  }

  /** All rows by the chosen column, sorted once: typing only leaves some out. */
  function ordered() {
    const key = `${state.sort} ${state.down}`;
    if (!orders.has(key)) {
      const column = at[state.sort];
      const sign = state.down ? -1 : 1;
      orders.set(key, source.rows.map((_, i) => i).sort((a, b) => {
        const [x, y] = [source.rows[a][column], source.rows[b][column]];
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (typeof x === "string" ? collator.compare(x, y) : x - y) || a - b;
      }));
    }
    return orders.get(key);
  }

  /** Of a row that is found: 0 if it is the word itself, then what begins with it, what holds it, and what an example holds. */
  function closeness(i) {
    if (heads[i] === state.wanted) return 0;
    if (heads[i].startsWith(state.wanted)) return 1;
    return heads[i].includes(state.wanted) ? 2 : 3;
  }

  /** Candidates that a rule kept out and that are searched for, the same string first. */
  function nameDropped() {
    const { wanted } = state;
    const all = wanted ? (source.dropped ?? []).filter(([name]) => name.toLowerCase().includes(wanted)) : [];
    all.sort((a, b) => (b[0].toLowerCase() === wanted) - (a[0].toLowerCase() === wanted));
    dropped.replaceChildren(...(all.length === 0 ? [] : [
      t("table.dropped"), " ",
      all.slice(0, MOST_DROPPED).map(([name, rule]) => [el("s", {}, name), ` ${pick(source.rules[rule])}; `]),
      all.length > MOST_DROPPED ? t("table.dropped_more", { n: number(all.length - MOST_DROPPED) }) : "",
    ].flat(3)));
  }

  function sortBy(key) {
    state.down = state.sort === key ? !state.down : !ASCENDING.has(key);
    state.sort = key;
    state.first = 0;
    refresh();
    header.querySelector(`[data-key="${key}"]`).focus();
  }

  function turn(pages) {
    state.first += pages * state.size;
    draw();
    place.scrollIntoView({ block: "start" });
  }

  function draw() {
    header.replaceChildren(...columns.map(headerCell));
    const shown = found.slice(state.first, state.first + state.size);
    body.replaceChildren(...shown.flatMap((i) => (state.open.has(i) ? [rowOf(i), detailOf(i)] : [rowOf(i)])));
    status.textContent = found.length
      ? t("table.showing", { from: number(state.first + 1), to: number(state.first + shown.length), n: number(found.length) })
      : t("table.none");
    previous.textContent = t("table.previous");
    next.textContent = t("table.next");
    previous.disabled = state.first === 0;
    next.disabled = state.first + state.size >= found.length;
    size.textContent = t("table.rows", { n: state.size === FEW_ROWS ? MANY_ROWS : FEW_ROWS });
    size.hidden = found.length <= FEW_ROWS;
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
      const { wanted } = state;
      const hit = wanted && !heads[i].includes(wanted) ? sentences(row).find((s) => s.toLowerCase().includes(wanted)) : undefined;
      if (hit) return el("td", { class: "text example hit", lang: "zh", title: t("table.hit") }, marked(...about(hit, hit.substr(hit.toLowerCase().indexOf(wanted), wanted.length))));
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
    if (!state.open.delete(i)) {
      state.open.add(i);
      setAddress(kind, source.rows[i][at[head]]);
    }
    draw();
    body.querySelectorAll("button.word")[found.indexOf(i) - state.first].focus();
  }

  function detailOf(i) {
    return el("tr", { class: "detail" }, el("td", { colspan: columns.length }, contentsOf(i)));
  }

  /** Sentences, relations, neighbours and figures of a row. */
  function contentsOf(i) {
    const row = source.rows[i];
    const facts = source.columns.filter((c) => c.why && row[at[c.key]] !== null && row[at[c.key]] !== false);
    const list = el("dl", {}, facts.map((c) => fact(pick(c.name), row[at[c.key]], pick(c.why), c.key)));
    const shown = sentences(row);
    const quoted = el("ul", { class: "sentences", lang: "zh" }, shown.map((s) => el("li", {}, marked(s, row[at[head]]))));
    const near = neighboursOf(row[at[head]]);
    const told = relationsOf(row[at[head]]);
    const address = el("a", { class: "link why", href: addressOf(kind, row[at[head]]) }, t("table.link"));
    return [shown.length > 0 ? [el("h4", {}, t("table.examples"), " ", address), quoted] : el("p", {}, address), told, near, list];
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

  const index = new Map(source.rows.map((row, i) => [row[at[head]], i]));
  onLanguage.push(speak, nameDropped);
  refresh();
  return {
    /** Show one row alone, opened. */
    show(word) {
      search.value = word;
      state.sort = "rank";
      state.down = false;
      if (index.has(word)) state.open.add(index.get(word));
      find(word);
      place.scrollIntoView({ block: "start" });
    },
    row: (word) => source.rows[index.get(word)],
    contents: (word) => contentsOf(index.get(word)),
    sentences: (word) => (index.has(word) ? sentences(source.rows[index.get(word)]) : []),
    at,
  };
}

function order(kind, key) {
  return Object.keys(SHOWN[kind]).indexOf(key);
}
