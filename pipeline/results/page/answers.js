// Where answers go: to the server of wajue review, or, on a page without one, to the browser until they are saved as a file.

/** Ask the server; its refusals become errors that the page shows. */
async function asked(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "omit", cache: "no-store", ...options });
  } catch {
    throw new Error(t("review.gone"));
  }
  if (response.headers.get("content-type")?.startsWith("application/json") !== true) throw new Error(await response.text());
  const said = await response.json();
  if (said.error) throw new Error(said.error);
  return said;
}

const post = (path, content) => asked(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });

const served = {
  shown: (filters) => asked(`rows?${new URLSearchParams(filters)}`),
  answer: (words, verdict, variantOf, filters) => post("answer", { words, verdict, variant_of: variantOf, filters }),
  undo: (filters) => post("undo", { filters }),
  find: async (word) => (await asked(`word?${new URLSearchParams({ word })}`)).row,
};

/** The same without a server: rows of the page, answers in the browser's storage, where it has one. */
function unserved(rows) {
  const key = `review.${data.name}.${data.kind}`;
  const rowOf = new Map(rows.map((row) => [row.word, row]));
  const journal = JSON.parse(remembered(key) ?? "[]");
  const undoable = [];
  const SHOWN = 50;
  for (const line of journal) stand(line);

  function stand(line) {
    const row = rowOf.get(line.word);
    if (!row) return;
    row.verdict = line.verdict === "withdrawn" ? "open" : line.verdict;
    row.variant_of = line.variant_of;
  }

  function write(words, verdict, variantOf) {
    const time = new Date().toISOString();
    for (const word of words) {
      const line = { word, kind: data.kind, verdict, variant_of: variantOf ?? "", reviewer: data.reviewer, time, note: "" };
      journal.push(line);
      stand(line);
    }
    remember(key, JSON.stringify(journal));
  }

  function shown(filters) {
    const number = (text, otherwise) => (text === "" || text === undefined ? otherwise : Number(text));
    const [least, most] = [number(filters.least, -Infinity), number(filters.most, Infinity)];
    const greatest = (row) => Object.entries(row.why).sort((a, b) => b[1] - a[1])[0]?.[0];
    const all = rows.filter((row) => (filters.state === "all" || row.verdict === filters.state)
      && row.score >= least && row.score <= most
      && (!filters.why || row.doubts.includes(filters.why) || greatest(row) === filters.why)
      && row.word.includes(filters.text ?? ""));
    const counts = Object.fromEntries(["accept", "reject", "variant", "later", "open"].map((s) => [s, rows.filter((r) => r.verdict === s).length]));
    const first = Number(filters.first ?? 0);
    return { rows: all.slice(first, first + SHOWN), total: all.length, first, counts, undoable: undoable.length, learned: [] };
  }

  return {
    shown: async (filters) => shown(filters),
    async answer(words, verdict, variantOf, filters) {
      if (variantOf && !rowOf.has(variantOf)) throw new Error(t("review.unknown", { word: variantOf }));
      undoable.push(words.map((word) => [word, rowOf.get(word).verdict, rowOf.get(word).variant_of]));
      write(words, verdict, variantOf);
      return shown(filters);
    },
    async undo(filters) {
      const before = undoable.pop() ?? [];
      for (const [word, verdict, variantOf] of before) write([word], verdict === "open" ? "withdrawn" : verdict, variantOf);
      return { ...shown(filters), undone: before.map(([word]) => word) };
    },
    async find(word) {
      if (!rowOf.has(word)) throw new Error(t("review.unknown", { word }));
      return rowOf.get(word);
    },
    /** The file of verdicts, as CSV that spreadsheets know for UTF-8. */
    file() {
      const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const lines = [data.columns, ...journal.map((line) => data.columns.map((name) => line[name]))];
      return `\ufeff${lines.map((cells) => cells.map(quoted).join(",")).join("\n")}\n`;
    },
    unsaved: () => journal.length,
    keeps: () => remembered(key) !== null,
  };
}
