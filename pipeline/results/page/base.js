// Elements, texts in two languages, and the two switches. Text of a corpus only ever goes through textContent.
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const root = document.documentElement;
const onLanguage = [];
const onTheme = [];
let language = "en";

/** An element: attributes, `on…` listeners, then children (strings become text). */
function el(tag, attributes = {}, ...children) {
  const made = /^(svg|g|path|line|circle|rect|text)$/.test(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined));
  return made;
}

const pick = (pair) => pair[language === "zh" ? 1 : 0];

/** A text of texts.toml in the chosen language, its {places} filled. */
function t(key, values = {}) {
  const [section, name] = key.split(".");
  return pick(data.texts[section][name]).replace(/\{(\w+)\}/g, (whole, place) => (place in values ? values[place] : whole));
}

/** A number with separators: whole, or with a fixed number of digits after the point. */
function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The three digits of a share or rate that matter. */
const rounded = (value) => (value >= 100 ? number(Math.round(value)) : String(Number(value.toPrecision(3))));

/** Text with every occurrence of a word marked. */
function marked(text, word) {
  const pieces = word ? text.split(word) : [text];
  return pieces.flatMap((piece, i) => (i ? [el("mark", {}, word), piece] : [piece]));
}

function remembered(name) {
  try {
    return localStorage.getItem(`wajue.${name}`);
  } catch {
    return null; // a browser may forbid it to files
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`wajue.${name}`, value);
  } catch {
    // then the choice lasts as long as the page
  }
}

function setLanguage(chosen) {
  language = chosen;
  root.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = t("page.title", { name: data.name });
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t, JSON.parse(node.dataset.values || "{}"));
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of document.querySelectorAll("[data-zh]")) node.textContent = language === "zh" ? node.dataset.zh : node.dataset.en;
  const button = document.getElementById("language");
  button.textContent = t("page.language");
  button.lang = chosen === "zh" ? "en" : "zh-CN";
  for (const listener of onLanguage) listener();
}

const systemTheme = matchMedia("(prefers-color-scheme: dark)");
const onPaper = matchMedia("print"); // drawings are made again in its colours
const dark = () => !onPaper.matches && (root.dataset.theme ? root.dataset.theme === "dark" : systemTheme.matches);
const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

function setTheme(chosen) {
  if (chosen) root.dataset.theme = chosen;
  const label = document.querySelector("#theme [data-t]");
  label.dataset.t = dark() ? "page.light" : "page.dark";
  label.textContent = t(label.dataset.t);
  for (const listener of onTheme) listener();
}

/** Bring the two switches to life, in the language and theme that were chosen last. */
function startSwitches() {
  document.getElementById("language").addEventListener("click", () => {
    setLanguage(language === "zh" ? "en" : "zh");
    remember("language", language);
  });
  document.getElementById("theme").addEventListener("click", () => {
    setTheme(dark() ? "light" : "dark");
    remember("theme", root.dataset.theme);
  });
  for (const query of [systemTheme, onPaper]) query.addEventListener("change", () => setTheme(root.dataset.theme));
  setLanguage(remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
  setTheme(remembered("theme"));
}
