// The map of documents: colours are topics, a click shows the document. A narrow screen has the bars of the topics alone.
function drawDocuments(figure) {
  const { points: drawn, labels, colours } = data.document_map;
  const named = new Set(); // topics, and what they are called
  const points = drawn.map(([x, y, topic, text, source]) => {
    const colourOf = colours[topic];
    const [first] = colourOf === undefined || named.has(topic) ? [""] : labels[topic].split(" / ");
    const label = named.has(first) ? "" : first;
    named.add(topic).add(first);
    const tint = () => colour(colourOf === undefined ? "faint" : `c${colourOf}`);
    return { name: text, label, topic, source, x: (x + 1) / 2, y: (y + 1) / 2, size: 3, alpha: colourOf === undefined ? 0.5 : 0.85, colour: tint };
  });
  const labelOf = (p) => labels[p.topic] ?? t("topics.none");
  const panel = el("div", { class: "chosen", role: "status" });
  let chosen = null;

  function show(p) {
    chosen = p;
    if (!p) return panel.replaceChildren(el("p", { class: "why" }, t("topics.nothing_chosen")));
    return panel.replaceChildren(
      el("h4", { lang: "zh" }, swatch(p.topic), labelOf(p)),
      el("p", { class: "corpus", lang: "zh" }, p.name),
      el("p", { class: "why" }, p.source),
    );
  }

  const swatch = (topic) => el("span", { class: `swatch ${topic in colours ? `c${colours[topic]}` : "other"}` });
  const plane = makePlane(figure, points, { title: "topics.map", find: "topics.find", describe: labelOf, choose: show });
  plane.frame.append(panel);
  plane.frame.classList.add("with-panel");
  onLanguage.push(() => show(chosen));
}
