// Parallel coordinates: a line for each evaluation through its parameters and its value.

pysmac.parallel = (host, controls, said, changed) => {
  const stage = pysmac.stage(host, "Parallel coordinates: a line for each evaluation through its parameters");
  const margin = { left: 54, right: 64, top: 46, bottom: 34 };
  const height = 400;
  /** Where that stands which has no place on an axis. */
  const inactive = -0.12;
  let floor = 0;
  const shades = 24;
  /** By the name of an axis, the part of it that is kept. */
  const parts = new Map();
  let data, axes = [], kept = [], order = [], shade = [], seen = -1, drag = null;

  const gap = () => (axes.length > 1 ? (stage.width - margin.left - margin.right) / (axes.length - 1) : 0);
  const toX = (k) => margin.left + k * gap();
  const toY = (place) => margin.top + ((1 - place) / (1 - floor)) * (height - margin.top - margin.bottom);
  const toPlace = (top) => 1 - ((top - margin.top) / (height - margin.top - margin.bottom)) * (1 - floor);

  /** The axes: for each its name, its ticks, and for each evaluation a place; NaN where there is none. */
  const measure = () => {
    axes = data.parameters.filter((each) => each.axis).map((each) => {
      if (each.choices) {
        const n = each.choices.length;
        const places = each.values.map((v, i) => (v === null ? NaN : (v + 0.5 + 0.5 * ((data.index[i] * 0.6180339887498949) % 1) - 0.25) / n));
        const every = Math.ceil(n / 12);
        const ticks = each.choices.map((text, i) => [(i + 0.5) / n, pysmac.cut(text, 12)]).filter((_, i) => i % every === 0);
        return { name: each.name, places, ticks, choices: each.choices };
      }
      const scale = pysmac.scale(each.low, each.high, each.log);
      const ticks = scale.ticks.map((tick) => [scale.place(tick), pysmac.tick(tick)]);
      return { name: each.name, places: each.values.map((v) => (v === null ? NaN : scale.place(v))), ticks, scale, log: each.log, whole: each.whole };
    });
    const values = data.value.filter((value) => value !== null);
    let [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    if (!values.length) [low, high] = [0, 1];
    const scale = pysmac.scale(low, high, data.wide && low > 0);
    const places = data.value.map((value) => (value === null ? NaN : scale.place(value)));
    const ticks = scale.ticks.map((tick) => [scale.place(tick), pysmac.tick(tick)]);
    axes.push({ name: data.label.replace(/ \(.* is better\)/, ""), key: "", places, ticks, scale, log: data.wide && low > 0 });
    for (const axis of axes) axis.key ??= `parameter ${axis.name}`;
    floor = axes.some((axis) => axis.places.some(Number.isNaN)) ? inactive : 0;
    order = data.value.map((_, i) => i);
    const sign = data.maximize ? -1 : 1;
    const worth = (i) => (data.value[i] === null ? Infinity : sign * data.value[i]);
    order.sort((a, b) => (worth(a) === worth(b) ? a - b : worth(b) - worth(a))); // the best are drawn last
    const good = values.length;
    const steep = good < 100 ? 1.5 : good < 1000 ? 3 : 5; // of many only the best are strong
    shade = new Array(order.length);
    order.forEach((i, at) => { shade[i] = data.value[i] === null ? -1 : Math.floor(((at - (order.length - good)) / good) ** steep * shades); });
  };

  const keep = () => {
    const tests = axes.filter((axis) => parts.has(axis.key)).map((axis) => [axis.places, parts.get(axis.key)]);
    kept = data.value.map((_, i) => tests.every(([places, [low, high]]) => {
      const place = Number.isNaN(places[i]) ? inactive : places[i];
      return place >= low && place <= high;
    }));
  };

  const path = (context, i) => {
    axes.forEach((axis, k) => {
      const place = axis.places[i];
      const at = toY(Number.isNaN(place) ? inactive : place);
      if (axes.length === 1) context.moveTo(toX(k) - 20, at);
      context[k ? "lineTo" : "moveTo"](toX(k), at);
    });
  };

  const mix = (a, b, t) => {
    const [one, two] = [a, b].map((text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16)));
    return `rgb(${one.map((v, k) => Math.round(v + (two[k] - v) * t)).join(" ")})`;
  };

  const draw = () => {
    if (!data) return;
    stage.resize(Math.max(host.parentElement.clientWidth, 92 * axes.length + 60), height);
    const context = stage.below;
    stage.clear(context);
    const many = order.length > 800;
    context.lineWidth = 1;
    const stroke = (indices, colour, alpha, dash = []) => {
      context.strokeStyle = colour;
      context.globalAlpha = alpha;
      context.setLineDash(dash);
      context.beginPath();
      for (const i of indices) path(context, i);
      context.stroke();
    };
    const inside = order.filter((i) => kept[i]);
    stroke(order.filter((i) => !kept[i]), pysmac.colour("faint"), 1);
    stroke(inside.filter((i) => shade[i] < 0), pysmac.colour("failed"), many ? 0.35 : 0.6, [3, 3]);
    const groups = Array.from({ length: shades }, () => []);
    for (const i of inside) if (shade[i] >= 0) groups[shade[i]].push(i);
    groups.forEach((indices, s) => {
      const t = s / (shades - 1);
      stroke(indices, mix(pysmac.colour("bad"), pysmac.colour("good"), t), many ? 0.15 + 0.75 * t : 0.5 + 0.4 * t);
    });
    const best = inside[inside.length - 1];
    if (best !== undefined && shade[best] >= 0) {
      context.lineWidth = 2.5;
      stroke([best], pysmac.colour("best"), 1);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    axes.forEach(drawAxis);
    point(seen, null);
    tell(inside, best);
    host.setAttribute("data-drawn", String(inside.length));
  };

  const drawAxis = (axis, k) => {
    const context = stage.below;
    context.strokeStyle = pysmac.colour("quiet");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(toX(k), toY(0));
    context.lineTo(toX(k), toY(1));
    context.stroke();
    const part = parts.get(axis.key);
    if (part) {
      context.fillStyle = pysmac.colour("link");
      context.globalAlpha = 0.3;
      context.fillRect(toX(k) - 7, toY(part[1]), 14, toY(part[0]) - toY(part[1]));
      context.globalAlpha = 1;
    }
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "left";
    const text = (words, x, y, colour = "ink") => { // readable upon lines
      context.strokeStyle = pysmac.colour("paper");
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeText(words, x, y);
      context.fillStyle = pysmac.colour(colour);
      context.fillText(words, x, y);
    };
    for (const [place, words] of axis.ticks) text(words, toX(k) + 5, toY(place) + 4);
    context.textAlign = "center";
    context.font = "bold 12px system-ui, sans-serif";
    const name = fitted(context, axis, (axes.length > 6 ? 1.8 : 1) * Math.max(gap(), 84) - 8);
    const aside = context.measureText(name).width / 2 + 2;
    text(name, Math.min(stage.width - aside, Math.max(aside, toX(k))), k % 2 && axes.length > 6 ? 14 : 30);
    context.font = "11px system-ui, sans-serif";
    if (axis.places.some(Number.isNaN)) {
      context.textAlign = "center";
      text(axis.key ? "inactive" : "failed", toX(k), toY(inactive) + 16, "quiet");
    }
  };

  /** The name of an axis, as much of it as there is room for. */
  const fitted = (context, axis, wide) => {
    const name = (most) => `${pysmac.cut(axis.name, most)}${axis.log ? " (log)" : ""}`;
    let most = 40;
    while (context.measureText(name(most)).width > wide && most > 3) most--;
    return name(most);
  };

  const tell = (inside, best) => {
    if (!parts.size) { said.textContent = ""; return; }
    const good = best !== undefined && shade[best] >= 0;
    said.textContent = `${inside.length.toLocaleString("en")} of ${order.length.toLocaleString("en")} evaluations are kept` +
      (good ? `; the best of them is ${pysmac.text(data, best).split("\n")[0]}.` : ".");
  };

  const point = (i, where, aloud = false) => {
    seen = i;
    stage.clear(stage.above);
    if (i < 0 || where === null) { stage.say(""); return; }
    stage.above.strokeStyle = pysmac.colour("ink");
    stage.above.lineWidth = 2.5;
    stage.above.beginPath();
    path(stage.above, i);
    stage.above.stroke();
    stage.say(pysmac.text(data, i), where[0], where[1], aloud);
  };

  /** The line that passes nearest, of those that are kept. */
  const nearest = (left, top) => {
    const k = Math.min(axes.length - 2, Math.max(0, Math.floor((left - margin.left) / (gap() || 1))));
    const t = gap() ? Math.min(1, Math.max(0, (left - toX(k)) / gap())) : 0;
    const height = (axis, i) => toY(Number.isNaN(axis.places[i]) ? inactive : axis.places[i]);
    let [found, distance] = [-1, 12];
    for (let at = order.length - 1; at >= 0; at--) { // of lines as near as each other the best
      const i = order[at];
      if (!kept[i]) continue;
      const here = axes.length > 1 ? (1 - t) * height(axes[k], i) + t * height(axes[k + 1], i) : height(axes[0], i);
      if (Math.abs(here - top) < distance) [found, distance] = [i, Math.abs(here - top)];
    }
    return found;
  };

  const update = () => { keep(); draw(); chips(); changed(kept); };

  const axisAt = (left) => axes.findIndex((_, k) => Math.abs(toX(k) - left) < 14);
  const canvas = stage.above.canvas;
  canvas.addEventListener("pointermove", (event) => {
    if (drag) {
      const ends = [drag.from, toPlace(event.offsetY)].sort((a, b) => a - b);
      parts.set(axes[drag.k].key, ends);
      drag.moved ||= Math.abs(event.offsetY - drag.top) > 4;
      keep();
      draw();
      return;
    }
    canvas.style.cursor = axisAt(event.offsetX) >= 0 ? "ns-resize" : "default";
    point(nearest(event.offsetX, event.offsetY), [event.offsetX, event.offsetY]);
  });
  canvas.addEventListener("pointerleave", () => { if (!drag) point(-1, null); });
  canvas.addEventListener("pointerdown", (event) => {
    const k = event.pointerType === "touch" ? -1 : axisAt(event.offsetX);
    if (k < 0) return;
    drag = { k, from: toPlace(event.offsetY), top: event.offsetY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  const drop = () => {
    if (!drag) return;
    if (!drag.moved) parts.delete(axes[drag.k].key); // a click keeps all of the axis
    drag = null;
    update();
  };
  canvas.addEventListener("pointerup", drop);
  canvas.addEventListener("pointercancel", drop);
  canvas.addEventListener("click", (event) => {
    if (axisAt(event.offsetX) < 0) point(nearest(event.offsetX, event.offsetY), [event.offsetX, event.offsetY]);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") point(-1, null);
    if (!step) return;
    event.preventDefault();
    const inside = order.filter((i) => kept[i]);
    if (!inside.length) return;
    const at = inside.indexOf(seen);
    const next = inside[at < 0 ? inside.length - 1 : Math.min(inside.length - 1, Math.max(0, at + step))];
    point(next, [host.parentElement.scrollLeft + host.parentElement.clientWidth / 3, 60], true);
  });

  // The same without a mouse: an axis, and from where to where.
  const axisChoice = pysmac.make("select");
  const ends = pysmac.make("span", { class: "ends" });
  const set = pysmac.make("button", { type: "submit" }, "Keep");
  const list = pysmac.make("span", { class: "ends" });
  /** The part of the axis that the fields say. */
  let asked = null;
  controls.append(pysmac.make("label", {}, "axis", axisChoice), ends, set, list);
  const offer = () => {
    const axis = axes[axisChoice.selectedIndex];
    if (!axis) return;
    if (axis.choices) {
      const options = axis.choices.map((text, i) => pysmac.make("option", { value: String(i) }, pysmac.cut(text, 40)));
      const choice = pysmac.make("select", {}, ...options);
      ends.replaceChildren(pysmac.make("label", {}, "only", choice));
      asked = () => [Number(choice.value) / axis.choices.length, (Number(choice.value) + 1) / axis.choices.length];
      return;
    }
    const [low, high] = [0, 1].map((place) => pysmac.make("input", { type: "number", step: "any", value: pysmac.number(axis.scale.value(place), 6) }));
    ends.replaceChildren(pysmac.make("label", {}, "from", low), pysmac.make("label", {}, "to", high));
    asked = () => [low, high].map((each, k) => {
      const place = axis.scale.place(Number(each.value));
      return Number.isNaN(place) ? k : place + (k ? 1e-9 : -1e-9); // so that both ends are in it
    });
  };
  axisChoice.addEventListener("change", offer);
  controls.addEventListener("submit", (event) => {
    event.preventDefault();
    parts.set(axes[axisChoice.selectedIndex].key, asked());
    update();
  });

  const partText = (axis, [low, high]) => {
    if (high < 0) return axis.key ? "inactive" : "failed";
    if (axis.choices) {
      const n = axis.choices.length;
      const inside = axis.choices.filter((_, i) => (i + 0.75) / n > low && (i + 0.25) / n < high);
      return inside.map((text) => pysmac.cut(text, 20)).join(", ") || "none";
    }
    const [a, b] = [Math.max(0, low), Math.min(1, high)].map((place) => pysmac.tick(axis.scale.value(place)));
    return `${a} to ${b}`;
  };

  /** A button for each part that is kept; it shows all of that axis again. */
  const chips = () => {
    list.replaceChildren(...axes.filter((axis) => parts.has(axis.key)).map((axis) => {
      const words = `${pysmac.cut(axis.name, 30)}: ${partText(axis, parts.get(axis.key))}`;
      const button = pysmac.make("button", { type: "button", "aria-label": `Show all again of ${words}` }, `${words} ×`);
      button.addEventListener("click", () => { parts.delete(axis.key); update(); });
      return button;
    }));
  };

  return {
    /** Draw these data; returns which evaluations are kept. */
    show: (newData) => {
      data = newData;
      seen = -1;
      const before = axisChoice.selectedIndex;
      measure();
      keep();
      axisChoice.replaceChildren(...axes.map((axis) => pysmac.make("option", {}, pysmac.cut(axis.name, 40))));
      axisChoice.selectedIndex = before >= 0 && before < axes.length ? before : axes.length - 1;
      if (!asked || before < 0) offer();
      draw();
      chips();
      return kept;
    },
    draw,
  };
};
