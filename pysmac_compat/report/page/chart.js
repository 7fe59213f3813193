"use strict";
// What both pictures share: colours, scales, canvases, a box that says what is pointed at.

// Everything lives in this object: the page has one script, put together of several files.
const pysmac = {};

pysmac.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A number with a few digits, as 0.01234 or 1.2e-7. */
pysmac.number = (value, digits = 4) => {
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const text = String(Number(value.toPrecision(digits)));
  return text.replace("e+", "e");
};

/** A number at a tick, which has little room. */
pysmac.tick = (value) => {
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) {
    return value.toExponential(2).replace(/\.?0*e\+?/, "e");
  }
  return pysmac.number(value, 3);
};

/** An element with a text and attributes; a text is never taken for markup. */
pysmac.make = (tag, attributes = {}, ...inside) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
};

/** A scale from values to [0, 1], with ticks. */
pysmac.scale = (low, high, log) => {
  if (log) {
    const [a, b] = [Math.log(low), Math.log(high)];
    return {
      place: (value) => (b > a ? (Math.log(value) - a) / (b - a) : 0.5),
      value: (place) => Math.exp(a + place * (b - a)),
      ticks: pysmac.logTicks(low, high),
    };
  }
  const half = high / 2 - low / 2; // the whole may be too large a number
  return {
    place: (value) => (half > 0 ? (value / 2 - low / 2) / half : 0.5),
    value: (place) => low + place * half * 2,
    ticks: pysmac.evenTicks(low, high),
  };
};

pysmac.evenTicks = (low, high, most = 5, whole = false) => {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low, high].filter((v, i, all) => all.indexOf(v) === i);
  let step = 10 ** Math.floor(Math.log10(span / most));
  for (const factor of [1, 2, 5, 10]) {
    if (span / (step * factor) <= most) { step *= factor; break; }
  }
  if (whole) step = Math.max(1, step);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks.length ? ticks : [low, high];
};

pysmac.logTicks = (low, high, most = 6) => {
  const tens = [];
  for (let k = Math.ceil(Math.log10(low) - 1e-9); k <= Math.log10(high) + 1e-9; k++) tens.push(Number(`1e${k}`));
  if (tens.length >= 3) {
    const every = Math.ceil(tens.length / most);
    return tens.filter((_, i) => i % every === 0);
  }
  const more = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k++) {
    for (const m of [1, 2, 5]) more.push(Number(`${m}e${k}`));
  }
  const inside = more.filter((value) => value >= low && value <= high);
  return inside.length >= 2 ? inside : [low, high];
};

/** Two canvases one upon the other, the upper one for what moves, and the box. */
pysmac.stage = (host, label) => {
  const make = (name) => host.appendChild(document.createElement("canvas")).getContext("2d");
  const [below, above] = [make(), make()];
  below.canvas.setAttribute("aria-hidden", "true");
  above.canvas.setAttribute("role", "img");
  above.canvas.setAttribute("aria-label", label);
  above.canvas.setAttribute("tabindex", "0");
  const tip = pysmac.make("div", { class: "tip", hidden: "" });
  host.append(tip);
  const stage = { host, below, above, tip, width: 0, height: 0 };
  stage.resize = (width, height) => {
    const ratio = Math.min(window.devicePixelRatio || 1, 16000 / width);
    Object.assign(stage, { width, height });
    for (const { canvas } of [below, above]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
  };
  stage.clear = (context) => context.clearRect(0, 0, stage.width, stage.height);
  /** Show a text beside a point; none hides the box. */
  stage.say = (text, x, y, aloud = false) => {
    tip.setAttribute("aria-live", aloud ? "polite" : "off");
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    const view = host.parentElement.classList.contains("scroll") ? host.parentElement : host;
    const [first, last] = [view === host ? 0 : view.scrollLeft, (view === host ? 0 : view.scrollLeft) + view.clientWidth];
    tip.style.left = tip.style.top = "0";
    const wide = tip.offsetWidth;
    const left = x + 14 + wide <= last ? x + 14 : x - 14 - wide;
    tip.style.left = `${Math.max(first, Math.min(left, last - wide))}px`;
    tip.style.top = `${Math.max(0, Math.min(y + 12, stage.height - tip.offsetHeight))}px`;
  };
  return stage;
};

/** A mark with a centre: no status is told by its colour alone. */
pysmac.mark = (context, status, x, y, r) => {
  context.beginPath();
  if (status === "SAT") context.arc(x, y, r, 0, 7);
  else if (status === "UNSAT") context.rect(x - r, y - r, 2 * r, 2 * r);
  else if (status === "TIMEOUT") { context.moveTo(x, y - r); context.lineTo(x + r, y + r); context.lineTo(x - r, y + r); context.closePath(); }
  else if (status === "known") { context.moveTo(x, y - r); context.lineTo(x + r, y); context.lineTo(x, y + r); context.lineTo(x - r, y); context.closePath(); }
  else {
    const turned = status === "MEMOUT" ? [[r, 0], [0, r]] : [[r, r], [r, -r]];
    if (status === "ABORT") turned.push([r * 1.3, 0]);
    for (const [dx, dy] of turned) { context.moveTo(x - dx, y - dy); context.lineTo(x + dx, y + dy); }
    context.lineWidth = 1.8;
    context.stroke();
    return;
  }
  context.fill();
};

pysmac.statusColours = { SAT: "run0", UNSAT: "run5", TIMEOUT: "run4", CRASHED: "run1", MEMOUT: "run3", ABORT: "ink", other: "others" };
pysmac.runColour = (run) => pysmac.colour(run.colour < 0 ? "others" : `run${run.colour}`);

/** The text of an evaluation: what it came to, then its configuration. */
pysmac.text = (data, i, most = 14) => {
  const several = data.runs.length > 1 ? `run ${data.run[i]}, ` : "";
  const status = data.statuses[data.status[i]];
  const value = data.value[i] === null ? status : `${pysmac.number(data.value[i], 6)}${status === "SAT" ? "" : ` (${status})`}`;
  const place = data.instance && data.instance[i] !== null ? `, instance ${data.instance[i]}` : "";
  const active = data.parameters.filter((each) => each.values[i] !== null);
  const lines = active.slice(0, most).map((each) => `${each.name} = ${pysmac.valueText(each, each.values[i])}`);
  if (active.length > most) lines.push(`and ${active.length - most} more`);
  return [`${several}evaluation ${data.index[i]}${place}: ${value}`, `${pysmac.number(data.took[i], 3)} s`, ...lines].join("\n");
};

pysmac.valueText = (parameter, value) => {
  const text = parameter.choices ? parameter.choices[value] : pysmac.number(value);
  return pysmac.cut(text, 60);
};

/** A text in one line, cut in its middle. */
pysmac.cut = (text, most) => {
  const line = String(text).replace(/\s+/g, " ");
  const half = Math.floor((most - 1) / 2);
  return line.length <= most ? line : `${line.slice(0, half)}…${line.slice(-half)}`;
};
