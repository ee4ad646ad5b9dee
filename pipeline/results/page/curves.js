// Training curves: one small drawing each, its loss over the epochs, read off by pointing or by the arrow keys.
const WIDTH = 480, HEIGHT = 190, LEFT = 40, RIGHT = 8, TOP = 20, BOTTOM = 26;

function makeCurve(figure, run) {
  const { losses } = run;
  if (losses.length < 2) return;
  const epochs = run.epochs ?? 1;
  const top = niceCeiling(Math.max(...losses));
  const x = (i) => LEFT + ((WIDTH - LEFT - RIGHT) * i) / (losses.length - 1);
  const y = (loss) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * loss) / top;
  const path = losses.map((loss, i) => `${i ? "L" : "M"}${x(i).toFixed(1)},${y(loss).toFixed(1)}`).join("");
  const dot = el("circle", { r: 3.5, class: "dot" });
  const said = el("text", { class: "said", "text-anchor": "end", x: WIDTH - RIGHT, y: TOP - 6 });
  const axis = el("text", { class: "tick", "text-anchor": "end", x: WIDTH - RIGHT, y: HEIGHT - BOTTOM + 16 });
  const svg = el("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "curve", tabindex: 0, role: "img" },
    [0, top / 2, top].map((v) => [
      el("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(v), y2: y(v) }),
      el("text", { class: "tick", "text-anchor": "end", x: LEFT - 6, y: y(v) + 4 }, String(Number(v.toPrecision(3)))),
    ]),
    el("text", { class: "tick", x: LEFT, y: HEIGHT - BOTTOM + 16 }, "0"),
    el("path", { class: "line", d: path }), dot, said, axis);
  let chosen = losses.length - 1;

  function choose(i) {
    chosen = Math.max(0, Math.min(losses.length - 1, i));
    dot.setAttribute("cx", x(chosen));
    dot.setAttribute("cy", y(losses[chosen]));
    const epoch = ((epochs * chosen) / (losses.length - 1)).toFixed(1);
    said.textContent = t("training.point", { epoch, loss: losses[chosen].toFixed(4) });
  }

  function speak() {
    const key = `training.loss_${run.name}`;
    caption.textContent = key.slice(9) in data.texts.training ? t(key) : "";
    axis.textContent = t("training.axis", { n: epochs });
    choose(chosen);
    svg.setAttribute("aria-label", `${caption.textContent}: ${losses[0]} → ${losses[losses.length - 1]}`);
  }

  const caption = el("p", { class: "why" });
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * WIDTH;
    choose(Math.round(((across - LEFT) / (WIDTH - LEFT - RIGHT)) * (losses.length - 1)));
  });
  svg.addEventListener("pointerleave", () => choose(losses.length - 1));
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    }
  });
  figure.append(svg, caption);
  onLanguage.push(speak);
}

/** The least of 1, 2, 2.5, 5, 10 times a power of ten that is not below a value. */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 2.5, 5, 10].find((n) => n * power >= value);
}
