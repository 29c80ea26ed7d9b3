// A line chart in SVG, with axes and a legend. y fits to what is in view.

class Chart {
  constructor(figure, spec, runs) {
    Object.assign(this, { figure, spec, view: null, cursor: null, hidden: new Set() });
    this.many = runs.length > 1;
    this.lines = spec.series.map((series, index) => {
      const tint = this.many ? series.run : series.kind === "evaluation" ? 1 : 0;
      const name = this.many ? `${runs[series.run]}: ${series.kind}` : series.kind;
      return { ...series, index, name, color: `var(--series-${tint % 8})` };
    });
    this.makeLegend();
    this.svg = svg("svg", { class: "plot", tabindex: 0, role: "group", "aria-roledescription": "zoomable chart" });
    this.readout = document.createElement("output");
    this.readout.className = "readout";
    figure.append(this.svg, this.readout);
    new ResizeObserver(() => this.draw()).observe(figure);
  }

  makeLegend() {
    const legend = document.createElement("div");
    legend.className = "legend";
    for (const line of this.lines) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const mark = svg("svg", { class: "swatch", viewBox: "0 0 26 10", "aria-hidden": "true" }, button);
      svg("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: line.color, ...this.style(line) }, mark);
      if (line.kind !== "train") svg("circle", { cx: 13, cy: 5, r: 3.2, fill: line.color }, mark);
      const name = document.createElement("bdi");
      name.textContent = line.name;
      button.append(name);
      button.addEventListener("click", () => this.toggle(line, button));
      legend.append(button);
    }
    this.figure.append(legend);
  }

  toggle(line, button) {
    if (!this.hidden.delete(line.index)) this.hidden.add(line.index);
    button.setAttribute("aria-pressed", String(!this.hidden.has(line.index)));
    this.draw();
  }

  style(line) {
    const dashes = ["", "7 3", "2 3", "9 3 2 3"][this.many ? Math.floor(line.run / 2) % 4 : 0];
    return { "stroke-width": line.kind === "train" ? 1.6 : 2, "stroke-dasharray": dashes };
  }

  shown() { return this.lines.filter((line) => !this.hidden.has(line.index) && line[shared.x]); }

  // Least and greatest x of all that is shown.
  extent() {
    const all = this.shown().flatMap((line) => [line[shared.x][0], line[shared.x].at(-1)]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return !Number.isFinite(low) ? [0, 1] : low === high ? [low - 0.5, high + 0.5] : [low, high];
  }

  draw() {
    const width = this.figure.clientWidth;
    if (!width) return;
    const height = Math.round(Math.min(320, Math.max(210, width * 0.5)));
    this.box = { left: 58, right: width - 14, top: 32, bottom: height - 46, width, height };
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren();
    const [low, high] = this.extent();
    if (this.view && (this.view[1] <= low || this.view[0] >= high)) this.view = null;
    this.domain = this.view ?? [low, high];
    const drawn = this.shown().map((line) => ({ line, ...this.values(line) }));
    this.fitY(drawn);
    this.drawAxes();
    this.drawLines(drawn);
    this.drawn = drawn;
    this.pointer = svg("g", { class: "cursor", visibility: "hidden" }, this.svg);
    this.band = svg("rect", { class: "band", y: this.box.top, height: this.box.bottom - this.box.top, visibility: "hidden" }, this.svg);
    this.describe();
  }

  values(line) {
    const weight = line.kind === "train" ? shared.smoothing : 0;
    return { x: line[shared.x], raw: line.value, y: weight ? smooth(line.value, weight) : line.value };
  }

  isVisible(x) { return x >= this.domain[0] && x <= this.domain[1]; }

  fitY(drawn) {
    let [low, high, least] = [Infinity, -Infinity, Infinity];
    for (const { x, y } of drawn) {
      for (let n = 0; n < x.length; n++) {
        if (typeof y[n] !== "number" || !this.isVisible(x[n])) continue;
        low = Math.min(low, y[n]);
        high = Math.max(high, y[n]);
        if (y[n] > 0) least = Math.min(least, y[n]);
      }
    }
    if (low > high) [low, high] = [0, 1];
    this.isLog = shared.log && high > 0 && least < Infinity;
    if (this.isLog) {
      const pad = high > least ? (high / least) ** 0.05 : 1.5;
      this.range = [least / pad, high * pad];
    } else {
      const pad = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 0.5;
      this.range = [low - pad, high + pad];
    }
  }

  px(x) {
    const { left, right } = this.box;
    return left + (x - this.domain[0]) / (this.domain[1] - this.domain[0]) * (right - left);
  }

  py(y) {
    const { top, bottom } = this.box;
    const [low, high] = this.range;
    const share = this.isLog ? Math.log(y / low) / Math.log(high / low) : (y - low) / (high - low);
    return bottom - share * (bottom - top);
  }

  drawAxes() {
    const { left, right, bottom, width, height } = this.box;
    const axes = svg("g", { class: "axes" }, this.svg);
    const [low, high] = this.range;
    for (const y of this.isLog ? logTicks(low, high) : ticks(low, high, 5)) {
      const at = this.py(y);
      svg("line", { x1: left, x2: right, y1: at, y2: at }, axes);
      svg("text", { x: left - 8, y: at + 4, "text-anchor": "end" }, axes, short(y));
    }
    const size = shared.x === "time" ? this.domain[1] >= 172800 ? 86400 : this.domain[1] >= 7200 ? 3600 : this.domain[1] >= 180 ? 60 : 1 : 1;
    const places = ticks(this.domain[0] / size, this.domain[1] / size, width / 90);
    // There are no parts of an update.
    for (const x of shared.x === "step" ? places.filter(Number.isInteger) : places) {
      const at = this.px(x * size);
      svg("line", { x1: at, x2: at, y1: bottom, y2: bottom + 5 }, axes);
      svg("text", { x: at, y: bottom + 19, "text-anchor": "middle", class: "tick-x" }, axes, xText(x * size));
    }
    svg("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "base" }, axes);
    svg("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle", class: "label label-x" }, axes, AXES[shared.x]);
    const unit = (this.spec.unit ? ` (${this.spec.unit})` : "") + (this.isLog ? ", log scale" : "");
    const most = Math.max(8, Math.floor(width / 7) - unit.length);
    const { metric } = this.spec;
    const name = metric.length > most ? metric.slice(0, most - 1) + "…" : metric;
    svg("text", { x: 0, y: 14, class: "label label-y" }, axes, name + unit);
  }

  drawLines(drawn) {
    const { left, right, top, bottom } = this.box;
    const id = `clip-${this.figure.id}`;
    const clip = svg("clipPath", { id }, svg("defs", {}, this.svg));
    svg("rect", { x: left - 5, y: top - 5, width: right - left + 10, height: bottom - top + 10 }, clip);
    const area = svg("g", { "clip-path": `url(#${id})` }, this.svg);
    for (const { line, x, raw, y } of drawn) {
      if (y !== raw) svg("path", { d: this.path(x, raw), stroke: line.color, class: "line faint" }, area);
      svg("path", { d: this.path(x, y), stroke: line.color, class: "line", ...this.style(line) }, area);
      this.drawMarks(area, line, x, y);
    }
  }

  path(x, y) {
    let [d, isOpen] = ["", false];
    for (let n = 0; n < x.length; n++) {
      const isDrawn = typeof y[n] === "number" && !(this.isLog && y[n] <= 0);
      if (isDrawn) d += `${isOpen ? "L" : "M"}${this.px(x[n]).toFixed(1)} ${this.py(y[n]).toFixed(1)}`;
      isOpen = isDrawn;
    }
    return d;
  }

  // Evaluations as points; values that are not finite as crosses at the top.
  drawMarks(area, line, x, y) {
    const visible = x.filter((place) => this.isVisible(place)).length;
    let drawn = 0;
    for (let n = 0; n < x.length; n++) {
      if (!this.isVisible(x[n])) continue;
      if (typeof y[n] !== "number") {
        if (++drawn > 200) continue;
        const mark = svg("text", { x: this.px(x[n]), y: this.box.top + 8, "text-anchor": "middle", class: "not-finite", fill: line.color }, area, "✕");
        svg("title", {}, mark, `${line.name} is ${y[n]} at ${xText(x[n])}`);
      } else if ((line.kind !== "train" && visible <= 120 || visible === 1) && !(this.isLog && y[n] <= 0)) {
        svg("circle", { cx: this.px(x[n]), cy: this.py(y[n]), r: 3, fill: line.color }, area);
      }
    }
  }

  describe() {
    const parts = this.shown().map((line) => {
      const last = line.value.length - 1;
      return `${line.name} from ${short(line.value[0])} to ${short(line.value[last])}`;
    });
    const [low, high] = this.domain.map(xText);
    this.svg.setAttribute("aria-label",
      `${this.spec.metric} by ${shared.x}, ${low} to ${high}. ${parts.join("; ")}. Arrow keys show values, plus and minus zoom, Escape resets.`);
  }
}
