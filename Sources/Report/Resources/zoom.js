// A chart to read values from, and to zoom along x, by pointer, wheel and keys.

class ZoomableChart extends Chart {
  constructor(figure, spec, runs) {
    super(figure, spec, runs);
    this.listen();
  }

  // Shows the values nearest to x.
  point(x) {
    const found = this.drawn.flatMap(({ line, x: places, raw, y }) => {
      let best = -1;
      places.forEach((place, n) => {
        if (this.isVisible(place) && (best < 0 || Math.abs(place - x) < Math.abs(places[best] - x))) best = n;
      });
      return best < 0 ? [] : [{ line, x: places[best], raw: raw[best], y: y[best] }];
    });
    if (!found.length) return;
    const nearest = found.reduce((a, b) => Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a);
    this.cursor = nearest.x;
    this.pointer.replaceChildren();
    this.pointer.setAttribute("visibility", "visible");
    svg("line", { x1: this.px(nearest.x), x2: this.px(nearest.x), y1: this.box.top, y2: this.box.bottom }, this.pointer);
    const texts = found.map(({ line, x: at, raw, y }) => {
      if (typeof y === "number" && !(this.isLog && y <= 0)) {
        svg("circle", { cx: this.px(at), cy: this.py(y), r: 4.5, fill: line.color }, this.pointer);
      }
      const smoothed = raw !== y && typeof y === "number" ? ` (smoothed ${short(y)})` : "";
      const place = at === nearest.x ? "" : ` at ${xText(at)}`;
      return `${line.name} ${short(raw)}${smoothed}${place}`;
    });
    this.readout.textContent = `${AXES[shared.x].split(" ")[0]} ${xText(nearest.x)}: ${texts.join(" · ")}`;
  }

  forget() {
    this.pointer?.setAttribute("visibility", "hidden");
    this.readout.textContent = "";
  }

  zoom(low, high) {
    const [first, last] = this.extent();
    const least = (last - first) * 1e-5;
    if (high - low < least) return;
    low = Math.max(low, first);
    high = Math.min(high, last);
    this.view = low <= first && high >= last ? null : [low, high];
    this.draw();
  }

  zoomAround(center, factor) {
    const [low, high] = this.domain;
    this.zoom(center - (center - low) * factor, center + (high - center) * factor);
  }

  reset() {
    this.view = null;
    this.draw();
  }

  at(event) {
    const place = event.clientX - this.svg.getBoundingClientRect().left;
    const { left, right } = this.box;
    const share = Math.min(1, Math.max(0, (place - left) / (right - left)));
    return this.domain[0] + share * (this.domain[1] - this.domain[0]);
  }

  listen() {
    let start = null;
    const plot = this.svg;
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = this.at(event);
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      const x = this.at(event);
      this.point(x);
      if (start === null) return;
      const [a, b] = [this.px(Math.min(start, x)), this.px(Math.max(start, x))];
      this.band.setAttribute("x", a);
      this.band.setAttribute("width", b - a);
      this.band.setAttribute("visibility", "visible");
    });
    plot.addEventListener("pointerup", (event) => {
      const [from, to] = [start, this.at(event)];
      start = null;
      this.band.setAttribute("visibility", "hidden");
      if (from === null || Math.abs(this.px(to) - this.px(from)) < 6) return;
      this.zoom(Math.min(from, to), Math.max(from, to));
    });
    plot.addEventListener("pointercancel", () => {
      start = null;
      this.band.setAttribute("visibility", "hidden");
    });
    plot.addEventListener("pointerleave", () => { if (start === null) this.forget(); });
    plot.addEventListener("blur", () => this.forget());
    plot.addEventListener("dblclick", () => this.reset());
    // A page scrolls by the wheel: only a chart that was clicked, or a wheel with Ctrl, zooms.
    plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== plot) return;
      event.preventDefault();
      this.zoomAround(this.at(event), event.deltaY > 0 ? 1.25 : 0.8);
    }, { passive: false });
    plot.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [low, high] = this.domain;
    const center = this.cursor !== null && this.isVisible(this.cursor) ? this.cursor : (low + high) / 2;
    const move = (high - low) / 5;
    const actions = {
      "+": () => this.zoomAround(center, 0.6), "=": () => this.zoomAround(center, 0.6),
      "-": () => this.zoomAround(center, 1 / 0.6),
      Escape: () => this.reset(), 0: () => this.reset(),
      ArrowLeft: () => event.shiftKey ? this.pan(-move) : this.next(-1),
      ArrowRight: () => event.shiftKey ? this.pan(move) : this.next(1),
      Home: () => this.point(low), End: () => this.point(high),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  pan(by) {
    const [low, high] = this.domain;
    const [first, last] = this.extent();
    const move = Math.min(Math.max(by, first - low), last - high);
    this.zoom(low + move, high + move);
  }

  // To the next place of any line.
  next(direction) {
    const places = [...new Set(this.drawn.flatMap(({ x }) => x.filter((place) => this.isVisible(place))))].sort((a, b) => a - b);
    if (!places.length) return;
    const from = this.cursor ?? (direction > 0 ? -Infinity : Infinity);
    const ahead = direction > 0 ? places.find((place) => place > from) : places.findLast((place) => place < from);
    this.point(ahead ?? (direction > 0 ? places.at(-1) : places[0]));
  }
}
