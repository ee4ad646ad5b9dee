// Puts the parts of the page together.
const listings = {};
for (const kind of ["words", "terms"]) {
  const place = document.getElementById(`${kind}-table`);
  if (place) listings[kind] = makeListing(place, kind, data[kind]);
}

const onMap = new Map();
if (data.map) data.map.points.forEach(([name, x, y, cluster], i) => onMap.set(name, { name, cluster, i, x: (x + 1) / 2, y: (y + 1) / 2 }));

let goOnMap = null;

/** A paragraph of a word's neighbours, each of them a button where the map has it. */
function neighboursOf(name) {
  const point = onMap.get(name);
  if (!point) return null;
  const near = data.map.neighbours[point.i].map(([word, cosine]) => neighbour(word, cosine));
  const go = el("button", { type: "button", class: "link", onclick: () => goOnMap(name, true) }, t("table.on_map"));
  return [el("h4", {}, t("table.neighbours"), " ", go), el("ol", { class: "near", lang: "zh" }, near)];
}

/** What the text says of a word: other names, definitions, broader and narrower terms; each a button where the page lists it. */
function relationsOf(name) {
  const told = data.relations[name] ?? [];
  const kinds = [...new Set(told.map(([kind]) => kind))];
  return kinds.length === 0 ? null : [el("h4", {}, t("relations.title")), el("dl", { class: "told" }, kinds.map((kind) => {
    const others = told.filter(([k]) => k === kind);
    return el("div", {}, el("dt", {}, t(`relations.${kind}`)), others.map(([, other, sentence]) =>
      el("dd", { lang: "zh" }, listedName(other), sentence && kind !== "definition" ? el("q", { class: "why" }, marked(sentence, other)) : null)));
  }))];
}

function listedName(name) {
  const listing = Object.values(listings).find((l) => l.row(name));
  return listing ? el("button", { type: "button", class: "link", onclick: () => listing.show(name) }, name) : name;
}

function neighbour(word, cosine) {
  const named = onMap.has(word) ? el("button", { type: "button", class: "link", onclick: () => goOnMap(word, true) }, word) : word;
  return el("li", {}, named, el("span", { class: "number" }, cosine.toFixed(2)));
}

/** The first sentences of a word that the page lists. */
function sentencesOf(name) {
  const shown = Object.values(listings).map((l) => l.sentences(name)).find((s) => s.length > 0) ?? [];
  return shown.length === 0 ? null : el("ul", { class: "sentences corpus", lang: "zh" }, shown.slice(0, 2).map((s) => el("li", {}, marked(s, name))));
}

function drawMap(figure) {
  const panel = el("div", { class: "chosen", role: "status" });
  const points = [...onMap.values()].map((p) => Object.assign(p, { size: p.i < 100 ? 4 : 3, colour: () => colour(`c${p.cluster}`) }));
  const names = data.map.clusters.map((members) => members.map((k) => data.map.points[k][0]));
  let chosen = null;

  function show(p) {
    chosen = p;
    if (!p) return panel.replaceChildren(el("p", { class: "why" }, t("map.nothing_chosen")));
    const near = data.map.neighbours[p.i].map(([word, cosine]) => neighbour(word, cosine));
    const listing = listings[data.map.of];
    const open = listing?.row(p.name) && el("button", { type: "button", class: "link", onclick: () => listing.show(p.name) }, t("table.more", { word: p.name }));
    return panel.replaceChildren(
      el("h3", { lang: "zh" }, el("span", { class: `swatch c${p.cluster}` }), p.name),
      sentencesOf(p.name) ?? "",
      el("p", { class: "why" }, t("map.neighbours")),
      el("ol", { class: "near", lang: "zh" }, near),
      open ?? "",
    );
  }

  const plane = makePlane(figure, points, {
    title: "page.map",
    find: "map.find",
    describe: (p) => `${t("map.cluster", { n: p.cluster + 1 })} · ${names[p.cluster].slice(0, 3).join(" ")}`,
    choose: show,
  });
  plane.frame.append(panel);
  plane.frame.classList.add("with-panel");
  goOnMap = (name, scroll) => {
    plane.go(onMap.get(name));
    if (scroll) figure.scrollIntoView({ block: "start" });
  };
  const list = document.getElementById("clusters");
  onLanguage.push(() => {
    plane.choose(chosen ?? points[0]);
    const sizes = data.map.clusters.map((_, c) => points.filter((p) => p.cluster === c).length);
    list.replaceChildren(...names.map((members, c) => el("li", {},
      el("p", {}, el("span", { class: `swatch c${c}` }), el("b", { lang: "zh" }, members.slice(0, 3).join(" · ")), el("span", { class: "why" }, t("map.size", { n: number(sizes[c]) }))),
      el("p", { class: "members", lang: "zh" }, members.flatMap((name) => [el("button", { type: "button", class: "link", onclick: () => goOnMap(name, true) }, name), " "])))));
  });
}

/** A number within 0..1 that looks drawn at random, the same one each time. */
function chance(i, draw) {
  const x = Math.sin(12.9898 * i + 78.233 * draw) * 43758.5453;
  return x - Math.floor(x);
}

/** Domain against general frequency, per million words; a general count of 0 has a strip of its own at the left. */
function drawFrequency(figure) {
  const { totals, others } = data.frequency;
  const { rows, at } = { rows: data.terms.rows, at: listings.terms.at };
  const perMillion = (count, role) => (1e6 * count) / (totals[role] || 1);
  const least = { x: perMillion(0.65, "general"), y: perMillion(0.65, "domain") };
  const all = [...rows.map((r) => [r[at.term], r[at.domain_count], r[at.general_count], true]), ...others.map((r) => [...r, false])];
  const most = Math.max(...all.flatMap(([, d, g]) => [perMillion(d, "domain"), perMillion(g, "general")])) * 1.3;
  const NEVER = { x: 0.2, y: 0.08 }; // of the width and the height: what general text, or the domain, never uses
  const low = { x: Math.log10(least.x), y: Math.log10(least.y) };
  const high = Math.log10(most);
  const fx = (f) => (f > 0 ? NEVER.x + ((1 - NEVER.x) * (Math.log10(f) - low.x)) / (high - low.x) : 0);
  const fy = (f) => (f > 0 ? NEVER.y + ((1 - NEVER.y) * (Math.log10(f) - low.y)) / (high - low.y) : 0);
  const points = all.map(([name, d, g, term], i) => {
    const [domain, general] = [perMillion(d, "domain"), perMillion(g, "general")];
    const x = g > 0 ? fx(perMillion(strewn(g, i, 1), "general")) : null;
    const y = d > 0 ? fy(perMillion(strewn(d, i, 2), "domain")) : NEVER.y * (0.1 + 0.7 * chance(i, 2));
    const size = term ? (i < 200 ? 3.5 : 2) : 2;
    return { name, x, y, domain, general, size, alpha: term && i < 200 ? 0.9 : 0.45, colour: () => colour(term ? "accent" : "faint") };
  });

  const strip = layStrip(points.filter((p) => p.x === null), NEVER.x);

  /** Points of one count would hide each other: a place near it, the same each time. */
  function strewn(count, i, axis) {
    return count < 40 ? count + 0.7 * (chance(i, axis) - 0.5) : count;
  }

  function axes(context, view, { px, py }) {
    context.textBaseline = "middle";
    context.lineWidth = 1;
    const floor = view.height - view.bottom;
    for (let power = -3; power < 7; power++) {
      const f = 10 ** power;
      const label = f >= 1 ? number(f) : String(f);
      const [x, y] = [px({ x: fx(f) }), py({ y: fy(f) })];
      context.strokeStyle = colour("line");
      context.fillStyle = colour("muted");
      if (x >= view.left && x < view.width - 10 && f >= least.x * 0.99) {
        stroke(context, x, 8, x, floor);
        context.textAlign = "center";
        context.fillText(label, x, floor + 12);
      }
      if (y > 8 && y < floor && f >= least.y * 0.99) {
        stroke(context, view.left, y, view.width - 12, y);
        context.textAlign = "right";
        context.fillText(label, view.left - 6, y);
      }
    }
    const [acrossNever, upNever] = [px({ x: NEVER.x / 2 }), py({ y: NEVER.y / 2 })];
    context.textAlign = "center";
    if (acrossNever >= view.left) context.fillText(t("terms.never"), acrossNever, floor + 12);
    context.textAlign = "right";
    if (upNever < floor) context.fillText(t("terms.never"), view.left - 6, upNever);
    for (const { y, length, count, first } of strip) {
      const [left, across] = [px({ x: 0 }), px({ x: NEVER.x * BAR * length }) - px({ x: 0 })];
      const [top, bottom] = [py({ y: y + 0.4 / STRIPES }), py({ y: y - 0.4 / STRIPES })];
      if (top < 4 || bottom > floor || left < view.left - 6) continue;
      context.fillStyle = colour("wash");
      context.fillRect(left, top, Math.max(across, 2), bottom - top);
      context.fillStyle = colour("muted");
      context.textAlign = "left";
      if (bottom - top > 9) context.fillText(`${number(count)} ${first}`, left + across + 5, (top + bottom) / 2);
    }
    context.setLineDash([4, 4]);
    context.strokeStyle = colour("muted");
    const [a, b] = [Math.max(least.x, least.y), most];
    stroke(context, px({ x: fx(a) }), py({ y: fy(a) }), px({ x: fx(b) }), py({ y: fy(b) }));
    context.setLineDash([]);
    context.fillStyle = colour("muted");
    context.textAlign = "right";
    context.fillText(`${t("terms.axis_general")} →`, view.width - 12, floor + 28);
    context.textAlign = "left";
    context.fillText(`↑ ${t("terms.axis_domain")}`, 4, 6);
  }

  const tell = (p) => `${t("overview.domain")} ${t("terms.per_million", { n: rounded(p.domain) })} · ${t("overview.general")} ${t("terms.per_million", { n: rounded(p.general) })}`;
  const key = el("p", { class: "key" });
  const said = el("p", { class: "chosen-line", role: "status" });
  const plane = makePlane(figure, points, {
    title: "terms.frequency", find: "map.find_frequency", left: 52, bottom: 40, axes,
    describe: tell,
    choose: (p) => said.replaceChildren(...(p ? [el("b", { lang: "zh" }, listedName(p.name)), " ", tell(p), sentencesOf(p.name) ?? ""] : [])),
  });
  plane.frame.after(el("div", { class: "under" }, key, said));
  onLanguage.push(() => key.replaceChildren(el("span", { class: "swatch term" }), t("terms.is_term"), " ", el("span", { class: "swatch other" }), t("terms.is_other")));
}

const BAR = 0.45; // of the strip's width, the longest bar; beside it stand its count and a name
const STRIPES = 30; // of the strip of words that general text never has, each a range of frequency in the domain

/**
 * Lay points without a place across in stripes, one after the other, the first at the left: a bar of a stripe is as long as it has points.
 * Gives [{y, length, count, first}], with y its middle, length within 0..1, and the name of its first point.
 */
function layStrip(points, width) {
  const stripes = new Map();
  for (const p of points) {
    const stripe = Math.floor(p.y * STRIPES);
    stripes.set(stripe, [...(stripes.get(stripe) ?? []), p]);
  }
  const most = Math.max(1, ...[...stripes.values()].map((of) => of.length));
  return [...stripes].map(([stripe, of]) => {
    const length = of.length / most;
    of.forEach((p, i) => {
      p.quiet = true;
      p.x = width * BAR * length * ((i + 0.5) / of.length);
      p.y = (stripe + 0.5 + 0.5 * (chance(i, 3) - 0.5)) / STRIPES;
      p.size = Math.min(p.size, 2);
      p.alpha = 0.5;
    });
    return { y: (stripe + 0.5) / STRIPES, length, count: of.length, first: of[0].name.slice(0, 6) };
  });
}

function stroke(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** The words of the first screen: buttons that open what is known of each, below them; the first of them is open. */
function openLeading() {
  const panel = document.getElementById("leading-panel");
  const links = [...document.querySelectorAll(".leading a")].filter((a) => listings[a.dataset.kind]?.row(a.dataset.word));
  let shown = links[0];

  function show(link) {
    shown = link;
    const { kind, word } = link.dataset;
    for (const other of links) other.setAttribute("aria-expanded", String(other === link));
    panel.replaceChildren(el("h3", { lang: "zh" }, word), el("div", { class: "detail" }, listings[kind].contents(word)));
  }

  for (const link of links) link.addEventListener("click", (event) => {
    event.preventDefault();
    show(link);
  });
  if (shown) onLanguage.push(() => show(shown));
}

/** Go to the word that the address names. */
function followAddress() {
  const named = /^#(words|terms)\/(.+)$/.exec(location.hash);
  if (named) listings[named[1]]?.show(decodeURIComponent(named[2]));
}

const figures = { frequency: drawFrequency, "terms-map": drawMap, "document-map": drawDocuments };
for (const [id, drawIt] of Object.entries(figures)) {
  const figure = document.getElementById(id);
  if (figure) drawIt(figure);
}
for (const run of data.training) makeCurve(document.querySelector(`[data-trainer="${run.name}"]`), run);

document.querySelectorAll("table.taken").forEach((table) => addTaking(table, `wajue-${table.dataset.name}`));
openLeading();
startSwitches();
followAddress();
addEventListener("hashchange", followAddress);
