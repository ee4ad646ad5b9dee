// The page of a review: rows, keys, filters, and what the answers taught.
const source = data.rows ? unserved(data.rows) : served;
const list = document.getElementById("list");
const form = document.getElementById("filters");
const message = document.getElementById("message");
const dialog = document.getElementById("variant");
const selected = new Set();
let rows = [];
let state = null;
let current = 0;
let waiting = Promise.resolve(); // answers are given one after the other, in the order of the keys

const filters = () => Object.fromEntries(new FormData(form));
const named = (name) => (data.names[name] ? pick(data.names[name]) : name);

function say(text) {
  message.textContent = text;
  message.hidden = !text;
}

/** Do one thing after all before it; what fails is said, and the next one goes on. */
function then(work) {
  waiting = waiting.then(work).catch((error) => say(error.message));
  return waiting;
}

function take(answer, { append = false } = {}) {
  state = answer;
  rows = append ? [...rows, ...answer.rows] : answer.rows;
  current = Math.max(0, Math.min(current, rows.length - 1));
  const there = new Set(rows.map((row) => row.word));
  for (const word of selected) if (!there.has(word)) selected.delete(word);
  draw();
}

const reload = () => then(async () => {
  take(await source.shown(filters()));
  say("");
});

/** The words that an answer is about: those selected, else the current one. */
const about = () => (selected.size ? [...selected] : rows[current] ? [rows[current].word] : []);

function answer(words, verdict, variantOf = "") {
  if (!words.length) return null;
  return then(async () => {
    const said = await source.answer(words, verdict, variantOf, filters());
    selected.clear();
    say("");
    take(said);
  });
}

const undo = () => then(async () => {
  const said = await source.undo(filters());
  take(said);
  say(said.undone.length ? t("review.undone", { words: said.undone.join(" ") }) : t("review.nothing_to_undo"));
});

function askVariant(words) {
  if (!words.length) return;
  const input = document.getElementById("variant-of");
  input.value = "";
  document.getElementById("words").replaceChildren(...rows.filter((row) => !words.includes(row.word)).map((row) => el("option", { value: row.word })));
  dialog.onclose = () => {
    const word = input.value.trim();
    if (dialog.returnValue === "take" && word) answer(words, "variant", word);
  };
  dialog.returnValue = "cancel";
  dialog.showModal();
}

function give(verdict, words = about()) {
  if (verdict === "variant") askVariant(words);
  else answer(words, verdict);
}

function shownRow(row, i) {
  const box = el("input", { type: "checkbox", "aria-label": row.word, onchange: () => { toggle(row.word); } });
  box.checked = selected.has(row.word);
  const figures = [t("review.rank", { n: number(row.rank) }), t("review.score", { n: row.score })];
  if (row.probability !== null) figures.push(t("review.probability", { n: Math.round(100 * row.probability) }));
  figures.push(t("review.counted", { domain: number(row.domain_count), general: number(row.general_count) }));
  if (row.doubts.length) figures.push(t("review.doubts", { names: row.doubts.join(", ") }));
  const why = Object.entries(row.why).map(([name, value]) => `${named(name.replace(/^by_/, ""))} ${value}`).join(" · ");
  const verdict = row.verdict === "open" ? "" : row.variant_of ? t("review.of", { word: row.variant_of }) : t(`review.state_${row.verdict}`);
  const buttons = ["accept", "reject", "variant", "later"].map((v) => el("button", { type: "button", "data-verdict": v, onclick: () => give(v, [row.word]) }, t(`review.${v}`)));
  return el("li", { class: i === current ? "current" : null, "aria-current": i === current ? "true" : null, "data-word": row.word, onclick: (event) => { if (!event.target.closest("button, input")) go(i); } },
    box,
    el("div", {}, el("div", { class: "word" }, row.word), el("div", { class: "verdict" }, verdict), el("div", { class: "figures", title: why }, figures.join(" · "))),
    el("div", { class: "sentences-of" }, el("ul", { class: "examples" }, row.examples.slice(0, 3).map((text) => el("li", { class: "corpus" }, marked(text, row.word))))),
    el("div", { class: "buttons" }, buttons));
}

function draw() {
  if (!state) return;
  list.replaceChildren(...(rows.length ? rows.map(shownRow) : [el("li", {}, "", t("review.nothing"))]));
  document.getElementById("counts").textContent = t("review.counts", state.counts);
  document.getElementById("undo").disabled = !state.undoable;
  document.getElementById("more").hidden = rows.length >= state.total;
  drawSelected();
  drawLearned();
  drawSave();
}

function drawSelected() {
  document.getElementById("selected").textContent = selected.size ? t("review.selected", { n: selected.size }) : "";
}

function drawLearned() {
  const learned = document.getElementById("learned");
  if (!learned) return;
  const told = state.learned.map(({ kind, name, weight }) => el("li", {},
    el("span", { class: "number" }, (weight > 0 ? "+" : "−") + Math.abs(weight).toFixed(2)),
    t(`learned.${kind}`, { name: kind === "figure" ? named(name.replace(/^by_/, "")) : name })));
  learned.replaceChildren(...(told.length ? told : [el("li", { class: "why" }, t("learned.none"))]));
}

let address = null;
function drawSave() {
  const save = document.getElementById("save");
  if (!save) return;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([source.file()], { type: "text/csv" }));
  save.href = address;
  if (source.unsaved() && !selected.size) document.getElementById("selected").textContent = source.keeps() ? t("review.unsaved", { n: source.unsaved() }) : t("review.no_storage");
}

function go(i) {
  if (i < 0 || i >= rows.length) return;
  current = i;
  [...list.children].forEach((item, k) => {
    item.classList.toggle("current", k === i);
    if (k === i) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
  list.children[i].scrollIntoView({ block: "nearest" });
}

function toggle(word) {
  if (!selected.delete(word)) selected.add(word);
  draw();
}

function selectAll() {
  for (const row of rows) selected.add(row.word);
  draw();
}

const keys = {
  y: () => give("accept"), n: () => give("reject"), v: () => give("variant"), l: () => give("later"), u: undo,
  j: () => go(current + 1), k: () => go(current - 1), ArrowDown: () => go(current + 1), ArrowUp: () => go(current - 1),
  x: () => rows[current] && toggle(rows[current].word), a: selectAll, Escape: () => { selected.clear(); draw(); },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (event.target.matches("select, input:not([type=checkbox])")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const word = form.elements.text.value.trim();
  if (!rows.length && word) then(async () => { await source.find(word); }); // says which spellings there are
});
form.addEventListener("input", reload);
document.getElementById("undo").addEventListener("click", undo);
document.getElementById("select-all").addEventListener("click", selectAll);
document.getElementById("more").addEventListener("click", () => then(async () => {
  take(await source.shown({ ...filters(), first: rows.length }), { append: true });
}));
onLanguage.push(draw);
startSwitches();
reload();
