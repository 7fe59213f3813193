// The history: each evaluation, and the best so far of each run.

pysmac.history = (host, controls, legend) => {
  const stage = pysmac.stage(host, "History: values of all evaluations, and the best so far");
  const wish = { over: "index", log: null, hidden: new Set(), part: null };
  const margin = { left: 64, right: 14, top: 14, bottom: 40 };
  const height = 340;
  let data, kept, points = [], x, y, seen = -1, drag = null;

  const select = (text, choices, changed) => {
    const element = pysmac.make("select", {}, ...choices.map(([value, label]) => pysmac.make("option", { value }, label)));
    element.addEventListener("change", () => changed(element.value));
    controls.append(pysmac.make("label", {}, text, element));
    return element;
  };
  select("over", [["index", "evaluations"], ["clock", "time of all calls so far"]], (value) => {
    Object.assign(wish, { over: value, part: null });
    draw();
  });
  const scale = select("values", [["log", "logarithmic"], ["even", "linear"]], (value) => { wish.log = value === "log"; draw(); });
  const whole = pysmac.make("button", { type: "button", hidden: "" }, "Show all of it");
  whole.addEventListener("click", () => { wish.part = null; stage.above.canvas.focus(); draw(); });
  controls.append(whole);

  const isShown = (i) => !wish.hidden.has(`run ${data.run[i]}`) && !wish.hidden.has(data.statuses[data.status[i]]);

  /** The steps to the best of each run that is shown, as points. */
  const lines = () => data.runs
    .map((run, i) => ({ run, i, steps: run.steps.map(([at, clock, value]) => [wish.over === "index" ? at : clock, value]) }))
    .filter(({ i, steps }) => steps.length && !wish.hidden.has(`run ${i}`));

  const ranges = () => {
    const across = data[wish.over];
    const end = wish.over === "index" ? data.budget : across.reduce((a, b) => Math.max(a, b), 0);
    const known = data.runs.some((run) => run.known.length);
    const first = wish.over === "index" && !known ? 1 : 0;
    const [low, high] = wish.part || [first, Math.max(end, first + 1e-9)];
    const values = [];
    for (let i = 0; i < data.value.length; i++) {
      if (data.value[i] !== null && isShown(i) && across[i] >= low && across[i] <= high) values.push(data.value[i]);
    }
    for (const { steps } of lines()) {
      steps.forEach(([at, value], i) => {
        const until = i + 1 < steps.length ? steps[i + 1][0] : end;
        if (value !== null && at <= high && until >= low) values.push(value);
      });
    }
    if (!wish.part) for (const run of data.runs) values.push(...run.known);
    let [least, most] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    if (!values.length) [least, most] = [0, 1];
    const positive = least > 0;
    const log = positive && (wish.log === null ? data.wide : wish.log);
    scale.disabled = !positive;
    scale.value = log ? "log" : "even";
    if (least === most) {
      const aside = Math.abs(least) * 0.1 || 0.5;
      [least, most] = log ? [least / 1.2, most * 1.2] : [least - aside, most + aside];
    }
    x = pysmac.scale(low, high, false);
    y = pysmac.scale(least, most, log);
    x.whole = wish.over === "index";
    x.ticks = pysmac.evenTicks(low, high, Math.max(4, Math.floor(stage.width / 110)), x.whole);
  };

  const room = () => ({ wide: stage.width - margin.left - margin.right, high: height - margin.top - margin.bottom });
  const toX = (value) => margin.left + x.place(value) * room().wide;
  const toY = (value) => margin.top + (0.04 + 0.88 * (1 - y.place(value)) + (data.maximize ? 0 : 0.06)) * room().high;
  /** Calls without a value stand at the edge of the worst ones. */
  const edge = () => (data.maximize ? height - margin.bottom - 8 : margin.top + 6);

  const axes = (context) => {
    context.font = "12px system-ui, sans-serif";
    context.lineWidth = 1;
    for (const tick of x.ticks) {
      const at = toX(tick);
      context.strokeStyle = pysmac.colour("line");
      context.beginPath();
      context.moveTo(at, margin.top);
      context.lineTo(at, height - margin.bottom);
      context.stroke();
      context.fillStyle = pysmac.colour("quiet");
      context.textAlign = "center";
      context.fillText(pysmac.tick(tick), Math.min(at, stage.width - 16), height - margin.bottom + 16);
    }
    for (const tick of y.ticks) {
      const at = toY(tick);
      context.strokeStyle = pysmac.colour("line");
      context.beginPath();
      context.moveTo(margin.left, at);
      context.lineTo(stage.width - margin.right, at);
      context.stroke();
      context.fillStyle = pysmac.colour("quiet");
      context.textAlign = "right";
      context.fillText(pysmac.tick(tick), margin.left - 6, at + 4);
    }
    context.fillStyle = pysmac.colour("ink");
    context.textAlign = "center";
    const below = wish.over === "index" ? "evaluation" : "time of all calls so far (s)";
    context.fillText(below, margin.left + room().wide / 2, height - 6);
    context.save();
    context.translate(13, margin.top + room().high / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(data.label, 0, 0);
    context.restore();
  };

  const draw = () => {
    if (!data) return;
    stage.resize(Math.max(240, host.clientWidth), height);
    ranges();
    whole.hidden = !wish.part;
    const context = stage.below;
    stage.clear(context);
    axes(context);
    context.save();
    context.beginPath();
    context.rect(margin.left - 5, 0, room().wide + 10, height - margin.bottom + 2);
    context.clip();
    points = [];
    const many = data.value.length > 1000;
    const colours = data.runs.map(pysmac.runColour);
    for (const faded of [true, false]) {
      for (let i = 0; i < data.value.length; i++) {
        const place = x.place(data[wish.over][i]);
        if (kept[i] === faded || !isShown(i) || place < -1e-9 || place > 1 + 1e-9) continue;
        const status = data.statuses[data.status[i]];
        const failed = data.value[i] === null;
        const [left, top] = [toX(data[wish.over][i]), failed ? edge() : toY(data.value[i])];
        points.push([left, top, i]);
        context.globalAlpha = faded ? 0.12 : failed ? 0.8 : many ? 0.35 : 0.6;
        context.fillStyle = context.strokeStyle = status === "SAT" ? colours[data.run[i]] : pysmac.colours[status] ?? pysmac.colours.other;
        pysmac.mark(context, status, left, top, status !== "SAT" ? 4 : many ? 2 : 2.8);
      }
    }
    context.globalAlpha = 1;
    context.fillStyle = pysmac.colour("quiet");
    for (const run of data.runs) for (const value of run.known) pysmac.mark(context, "known", toX(0), toY(value), 4.5);
    for (const { run, steps } of lines()) {
      context.strokeStyle = pysmac.runColour(run);
      context.lineWidth = run.colour < 0 ? 1 : 2;
      context.beginPath();
      steps.forEach(([at, value], i) => {
        if (i) context.lineTo(toX(at), toY(steps[i - 1][1]));
        context[i ? "lineTo" : "moveTo"](toX(at), toY(value));
      });
      context.stroke();
      const [last, value] = steps[steps.length - 1];
      if (wish.over === "index" && last < data.budget) {
        context.setLineDash([4, 3]);
        context.beginPath();
        context.moveTo(toX(last), toY(value));
        context.lineTo(toX(data.budget), toY(value));
        context.stroke();
        context.setLineDash([]);
      }
    }
    if (data.cutoff !== null && y.place(data.cutoff) <= 1.02) {
      context.strokeStyle = pysmac.colour("quiet");
      context.setLineDash([2, 3]);
      context.beginPath();
      context.moveTo(margin.left, toY(data.cutoff));
      context.lineTo(stage.width, toY(data.cutoff));
      context.stroke();
      context.setLineDash([]);
    }
    context.restore();
    point(seen, null);
    host.setAttribute("data-drawn", String(points.length));
  };

  /** Point at an evaluation; -1: at none. */
  const point = (i, aloud) => {
    const found = points.find((each) => each[2] === i);
    seen = found ? i : -1;
    stage.clear(stage.above);
    if (!found || aloud === null) return stage.say("");
    stage.above.strokeStyle = pysmac.colour("ink");
    stage.above.lineWidth = 2;
    stage.above.beginPath();
    stage.above.arc(found[0], found[1], 7, 0, 7);
    stage.above.stroke();
    return stage.say(pysmac.text(data, i), found[0], found[1], aloud);
  };

  const nearest = (left, top) => {
    let [best, distance] = [-1, 24 ** 2];
    for (const [px, py, i] of points) {
      const far = (px - left) ** 2 + (py - top) ** 2;
      if (far < distance) [best, distance] = [i, far];
    }
    return best;
  };

  const canvas = stage.above.canvas;
  canvas.addEventListener("pointermove", (event) => {
    if (drag !== null) {
      stage.clear(stage.above);
      stage.above.fillStyle = pysmac.colour("link");
      stage.above.globalAlpha = 0.15;
      stage.above.fillRect(drag, margin.top, event.offsetX - drag, room().high);
      stage.above.globalAlpha = 1;
      return;
    }
    point(nearest(event.offsetX, event.offsetY), false);
  });
  canvas.addEventListener("pointerleave", () => { if (drag === null) point(-1, false); });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") return;
    drag = event.offsetX;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("click", (event) => point(nearest(event.offsetX, event.offsetY), false));
  canvas.addEventListener("pointerup", (event) => {
    if (drag === null) return;
    const ends = [drag, event.offsetX].sort((a, b) => a - b).map((at) => x.value(Math.min(1, Math.max(0, (at - margin.left) / room().wide))));
    const far = Math.abs(event.offsetX - drag) > 8;
    drag = null;
    if (far && ends[1] > ends[0]) { wish.part = ends; draw(); }
  });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") point(-1, true);
    if (!step) return;
    event.preventDefault();
    const order = points.map((each) => each[2]).sort((a, b) => a - b);
    const at = order.indexOf(seen);
    point(order[at < 0 ? (step > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step))], true);
  });

  const entry = (key, label, paint) => {
    const canvas = pysmac.make("canvas", { width: "32", height: "20", "aria-hidden": "true" });
    canvas.style.width = "16px";
    canvas.style.height = "10px";
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    paint(context);
    if (!key) return pysmac.make("li", {}, canvas, label);
    const button = pysmac.make("button", { type: "button", "aria-pressed": String(!wish.hidden.has(key)) }, canvas, label);
    button.addEventListener("click", () => {
      wish.hidden[wish.hidden.has(key) ? "delete" : "add"](key);
      button.setAttribute("aria-pressed", String(!wish.hidden.has(key)));
      draw();
    });
    return pysmac.make("li", {}, button);
  };

  const explain = () => {
    const stroke = (colour, dash = []) => (context) => {
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.setLineDash(dash);
      context.beginPath();
      context.moveTo(0, 5);
      context.lineTo(16, 5);
      context.stroke();
    };
    const entries = data.runs.length < 2 ? [entry("", "the best so far", stroke(pysmac.runColour({ colour: 0 })))]
      : data.runs.map((run, i) => entry(`run ${i}`, run.label, stroke(pysmac.runColour(run))));
    data.statuses.forEach((status, s) => {
      const n = data.status.reduce((sum, each) => sum + (each === s), 0);
      if (n && status !== "SAT") {
        entries.push(entry(status, `${status} (${n})`, (context) => {
          context.fillStyle = context.strokeStyle = pysmac.colours[status] ?? pysmac.colours.other;
          pysmac.mark(context, status, 8, 5, 4);
        }));
      }
    });
    if (data.cutoff !== null) entries.push(entry("", "limit of a call", stroke(pysmac.colour("quiet"), [2, 3])));
    if (data.runs.some((run) => run.known.length)) {
      entries.push(entry("", "known before", (context) => {
        context.fillStyle = pysmac.colour("quiet");
        pysmac.mark(context, "known", 8, 5, 4);
      }));
    }
    legend.replaceChildren(...entries);
  };

  return {
    /** Draw these data, with what is kept of them. */
    show: (newData, newKept) => {
      [data, kept] = [newData, newKept];
      explain();
      draw();
    },
    fade: (newKept) => { kept = newKept; draw(); },
    draw,
  };
};
