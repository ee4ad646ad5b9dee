// What is taken away from a page: tables as CSV or on the clipboard, the address of a word.
const FORMULA = /^[=+\-@\t\r]/; // at which spreadsheets begin to compute

/** The address of a word's row, in this page. */
const addressOf = (kind, word) => `#${kind}/${encodeURIComponent(word)}`;

function setAddress(kind, word) {
  try {
    history.replaceState(null, "", addressOf(kind, word));
  } catch {
    // a page within another may not
  }
}

function csvCell(value) {
  let text = value === null || value === undefined ? "" : Array.isArray(value) ? value.join(" ") : String(value);
  if (typeof value !== "number" && FORMULA.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Buttons that copy and download a table; rowsOf() -> rows of cells, the head first. */
function takingButtons(name, rowsOf) {
  const copy = el("button", { type: "button", onclick: () => copyText(rowsOf().map((row) => row.map((v) => String(v ?? "").replace(/\s+/g, " ")).join("\t")).join("\n"), copy) });
  const save = el("button", { type: "button", onclick: () => saveText(`${name}.csv`, `\ufeff${rowsOf().map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`) }, "CSV");
  onLanguage.push(() => {
    copy.textContent = t("table.copy");
    save.setAttribute("aria-label", t("table.csv"));
    save.title = t("table.csv");
  });
  return el("span", { class: "taking" }, copy, " ", save);
}

async function copyText(text, button) {
  let isDone = false;
  try {
    await navigator.clipboard.writeText(text);
    isDone = true;
  } catch {
    const area = el("textarea", { readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    isDone = document.execCommand("copy"); // where the clipboard is not given to scripts
    area.remove();
  }
  button.textContent = t(isDone ? "table.copied" : "table.not_copied");
  setTimeout(() => { button.textContent = t("table.copy"); }, 1500);
}

function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** The same buttons under a table of the page's own. */
function addTaking(table, name) {
  const text = (cell) => cell.textContent.trim();
  const rowsOf = () => [...table.rows].map((row) => [...row.cells].filter((cell) => !cell.classList.contains("drawn")).map(text));
  table.after(el("div", { class: "bar-of-tools below" }, takingButtons(name, rowsOf)));
}
