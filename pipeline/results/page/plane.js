// Points in a plane on a canvas: zoom, move, hover, choose, find; names are written where there is room, the first ones first.
const FINGER = 14; // pixels around a point that count as it
const tip = document.getElementById("tip");

const SMALL = matchMedia("(max-width: 48rem)").matches ? 0.7 : 1; // points are smaller on a narrow screen

/**
 * points: [{name, x, y, size, colour: () => css, rank}] with x and y within 0..1, y upwards; the first are drawn last and named first.
 * options: {title, find, height, axes(context, view), describe(point) -> text, choose(point or null)}
 */
function makePlane(figure, points, options) {
  const canvas = el("canvas", { tabindex: 0, role: "application" });
  const context = canvas.getContext("2d");
  const status = el("span", { class: "status", role: "status" });
  const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false", oninput: find, onkeydown: take });
  const zooms = [["zoom_in", "+", () => zoom(1.6)], ["zoom_out", "−", () => zoom(1 / 1.6)], ["reset", "⤢", reset]];
  const buttons = zooms.map(([key, sign, act]) => Object.assign(el("button", { type: "button", onclick: act }, sign), { key }));
  const hint = el("p", { class: "why hint" });
  const frame = el("div", { class: "frame" }, canvas);
  const tools = el("div", { class: "bar-of-tools" }, search, status, el("div", { class: "zooms" }, buttons));
  figure.insertBefore(tools, figure.querySelector("figcaption.after"));
  tools.after(frame, hint);

  const view = { scale: 1, x: 0, y: 0, width: 0, height: 0, left: options.left ?? 12, bottom: options.bottom ?? 12 };
  const state = { hovered: null, chosen: null, found: null, pointers: new Map(), moved: false, planned: false };
  const px = (p) => view.left + (p.x * view.scale + view.x) * (view.width - view.left - 12);
  const py = (p) => view.height - view.bottom - (p.y * view.scale + view.y) * (view.height - view.bottom - 12);

  function measure() {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return;
    const ratio = devicePixelRatio || 1;
    view.width = box.width;
    view.height = box.height;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw();
  }

  function plan() {
    if (state.planned) return;
    state.planned = true;
    requestAnimationFrame(() => {
      state.planned = false;
      draw();
    });
  }

  function draw() {
    context.clearRect(0, 0, view.width, view.height);
    context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
    options.axes?.(context, view, { px, py });
    context.save();
    context.beginPath();
    context.rect(view.left - 6, 0, view.width - view.left + 6, view.height - view.bottom + 6);
    context.clip();
    const grow = SMALL * Math.min(2, Math.sqrt(view.scale));
    for (let i = points.length - 1; i >= 0; i--) {
      const p = points[i];
      const [x, y] = [px(p), py(p)];
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      context.globalAlpha = state.found && !state.found.has(p) ? 0.12 : p.alpha ?? 0.85;
      context.fillStyle = p.colour();
      context.beginPath();
      context.arc(x, y, p.size * grow, 0, 7);
      context.fill();
    }
    context.globalAlpha = 1;
    names(grow);
    for (const p of new Set([state.chosen, state.hovered])) if (p) ring(p, grow);
    context.restore();
  }

  /** Write the names of as many points as have room, those first in the list first. */
  function names(grow) {
    const taken = [];
    const ink = colour("ink"), paper = colour("paper");
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const wanted = state.found && state.found.size ? points.filter((p) => state.found.has(p)) : points;
    const most = Math.round((view.width * view.height) / 9000);
    for (const p of [state.chosen, ...wanted]) {
      if (taken.length >= most) break;
      if (!p || (p.quiet && p !== state.chosen && !state.found?.has(p))) continue;
      const [x, y] = [px(p), py(p)];
      if (x < view.left - 6 || y < 6 || x > view.width || y > view.height - view.bottom) continue;
      const name = p.label ?? p.name; // what a point is called may be shorter than what it says when pointed at
      if (!name) continue;
      const wide = context.measureText(name).width;
      const right = x + p.size * grow + 4 + wide < view.width;
      const left = right ? x + p.size * grow + 4 : x - p.size * grow - 4 - wide;
      const box = [left - 3, y - 8, left + wide + 3, y + 8];
      if (taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) continue;
      taken.push(box);
      context.lineWidth = 3;
      context.strokeStyle = paper;
      context.strokeText(name, left, y);
      context.fillStyle = ink;
      context.fillText(name, left, y);
    }
  }

  function ring(p, grow) {
    context.lineWidth = 2;
    context.strokeStyle = colour("ink");
    context.beginPath();
    context.arc(px(p), py(p), p.size * grow + 3, 0, 7);
    context.stroke();
  }

  function nearest(x, y, within = FINGER) {
    let best = null;
    let least = within * within;
    for (const p of points) {
      const away = (px(p) - x) ** 2 + (py(p) - y) ** 2;
      if (away < least) [best, least] = [p, away];
    }
    return best;
  }

  function zoom(factor, x = view.width / 2, y = view.height / 2) {
    const scale = Math.max(1, Math.min(60, view.scale * factor));
    const across = (x - view.left) / (view.width - view.left - 12);
    const up = (view.height - view.bottom - y) / (view.height - view.bottom - 12);
    view.x = across - ((across - view.x) * scale) / view.scale;
    view.y = up - ((up - view.y) * scale) / view.scale;
    view.scale = scale;
    settle();
  }

  /** Keep the drawing in sight. */
  function settle() {
    view.x = Math.min(0.5, Math.max(0.5 - view.scale, view.x));
    view.y = Math.min(0.5, Math.max(0.5 - view.scale, view.y));
    if (view.scale === 1) view.x = view.y = 0;
    hover(null);
    plan();
  }

  function move(dx, dy) {
    view.x += dx / (view.width - view.left - 12);
    view.y -= dy / (view.height - view.bottom - 12);
    view.x = Math.min(0.9, Math.max(0.1 - view.scale, view.x));
    view.y = Math.min(0.9, Math.max(0.1 - view.scale, view.y));
    plan();
  }

  function reset() {
    view.scale = 1;
    settle();
  }

  function centre(p, scale = Math.max(view.scale, 3)) {
    view.scale = scale;
    view.x = 0.5 - p.x * scale;
    view.y = 0.5 - p.y * scale;
    plan();
  }

  function hover(p, at) {
    state.hovered = p;
    tip.hidden = !p;
    canvas.classList.toggle("over", Boolean(p));
    if (!p) return plan();
    tip.replaceChildren(el("b", { lang: "zh" }, p.name), el("span", {}, options.describe(p)));
    const box = canvas.getBoundingClientRect();
    const x = (at?.x ?? px(p)) + box.left;
    const y = (at?.y ?? py(p)) + box.top;
    tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 12 : y + 18}px`;
    return plan();
  }

  function choose(p) {
    state.chosen = p;
    options.choose?.(p);
    plan();
  }

  function find() {
    const text = search.value.trim().toLowerCase();
    const matches = text ? points.filter((p) => p.name.toLowerCase().includes(text)) : null;
    state.found = matches && new Set(matches);
    status.textContent = matches ? t("map.found", { n: number(matches.length) }) : "";
    plan();
  }

  function take(event) {
    if (event.key === "Escape") {
      search.value = "";
      find();
    }
    if (event.key !== "Enter" || !state.found?.size) return;
    const text = search.value.trim().toLowerCase();
    const matches = [...state.found];
    go(matches.find((p) => p.name.toLowerCase() === text) ?? matches[0]);
  }

  function go(p) {
    if (!p) return;
    centre(p);
    choose(p);
  }

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    state.pointers.set(event.pointerId, spot(event));
    state.moved = state.pointers.size > 1;
    if (event.pointerType === "mouse") canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = spot(event);
    const before = state.pointers.get(event.pointerId);
    if (!before) return hover(nearest(now.x, now.y), now);
    if (event.pointerType === "touch" && state.pointers.size < 2) return undefined; // one finger scrolls the page
    const other = [...state.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const [was, is] = [before, now].map((p) => Math.hypot(p.x - other.x, p.y - other.y));
      zoom(is / Math.max(was, 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
      move((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else if (state.moved || Math.hypot(now.x - before.x, now.y - before.y) > 3) {
      state.moved = true;
      hover(null);
      move(now.x - before.x, now.y - before.y);
    } else return undefined;
    state.pointers.set(event.pointerId, now);
    return undefined;
  });
  canvas.addEventListener("pointerup", (event) => {
    const { x, y } = spot(event);
    if (!state.moved && state.pointers.has(event.pointerId)) {
      const p = nearest(x, y, event.pointerType === "touch" ? 24 : FINGER);
      choose(p);
      if (event.pointerType === "touch") hover(p, { x, y });
    }
    state.pointers.delete(event.pointerId);
    if (!state.pointers.size) state.moved = false;
  });
  canvas.addEventListener("pointercancel", (event) => state.pointers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => state.pointers.size || hover(null));
  canvas.addEventListener("dblclick", (event) => {
    const { x, y } = spot(event);
    zoom(2, x, y);
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
    event.preventDefault();
    const { x, y } = spot(event);
    zoom(Math.exp(-event.deltaY / 300), x, y);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) step(...way);
    else if (event.key === "+" || event.key === "=") zoom(1.6);
    else if (event.key === "-") zoom(1 / 1.6);
    else if (event.key === "0") reset();
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  });

  /** Choose the next point in a direction: near, and not too far to the side. */
  function step(dx, dy) {
    const from = state.chosen;
    if (!from) return choose(points[0]);
    let best = null;
    let least = Infinity;
    for (const p of points) {
      const [x, y] = [px(p) - px(from), py(p) - py(from)];
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (ahead > 0.5 && ahead + 2 * aside < least) [best, least] = [p, ahead + 2 * aside];
    }
    if (best) {
      const [x, y] = [px(best), py(best)];
      if (x < view.left || y < 0 || x > view.width || y > view.height - view.bottom) centre(best);
      choose(best);
    }
    return undefined;
  }

  onTheme.push(plan);
  onLanguage.push(() => {
    for (const button of buttons) {
      button.title = t(`map.${button.key}`);
      button.setAttribute("aria-label", button.title);
    }
    search.placeholder = t(options.find);
    search.setAttribute("aria-label", search.placeholder);
    hint.textContent = t("map.hint");
    canvas.setAttribute("aria-label", t("map.canvas", { title: t(options.title) }));
    find();
  });
  new ResizeObserver(measure).observe(canvas);
  return { go, choose, frame, view };
}
