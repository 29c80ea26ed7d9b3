// What a reader can do with the page besides reading: its colours, sliders through steps, the axes of all charts.

function each(selector, body) { document.querySelectorAll(selector).forEach(body); }

function setUpColours() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const show = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
  // A file opened from a disk may have no storage: then the choice lasts as long as the page.
  try { root.dataset.theme = localStorage.getItem("report-theme") ?? ""; } catch { /* as the system has it */ }
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("report-theme", root.dataset.theme); } catch { /* not kept */ }
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}

// One of several figures, chosen by a slider.
function setUpSlider(group) {
  const slider = group.querySelector("input[type=range]");
  if (!slider) return;
  const frames = [...group.querySelectorAll(".frame")];
  const output = group.querySelector("output");
  const show = () => {
    const place = Number(slider.value);
    frames.forEach((frame, index) => { frame.hidden = index !== place; });
    const text = `step ${frames[place].dataset.step} (${place + 1} of ${frames.length})`;
    output.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  slider.addEventListener("input", show);
  show();
}

function setUpCharts() {
  const data = JSON.parse(document.getElementById("curves").textContent);
  const charts = [];
  each("figure[data-chart]", (figure) => {
    charts.push(new ZoomableChart(figure, data.charts[Number(figure.dataset.chart)], data.runs));
  });
  const redraw = () => charts.forEach((chart) => chart.draw());
  const axis = document.getElementById("axis");
  if (!axis) return;
  const hasTimes = data.charts.some((chart) => chart.series.some((series) => series.time));
  axis.querySelector("[value=time]").disabled = !hasTimes;
  axis.addEventListener("change", () => {
    shared.x = axis.value;
    charts.forEach((chart) => { [chart.view, chart.cursor] = [null, null]; });
    redraw();
  });
  document.getElementById("log").addEventListener("change", (event) => {
    shared.log = event.target.checked;
    redraw();
  });
  const smoothing = document.getElementById("smoothing");
  smoothing.addEventListener("input", () => {
    shared.smoothing = Number(smoothing.value) / 100;
    document.getElementById("smoothing-value").textContent = shared.smoothing ? shared.smoothing.toFixed(2) : "none";
    redraw();
  });
  document.getElementById("reset").addEventListener("click", () => charts.forEach((chart) => chart.reset()));
}

// What is folded away is read on paper, too.
function setUpPrinting() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
}

function setUpCopying() {
  each("button[data-copy]", (button) => {
    if (!navigator.clipboard) {
      button.hidden = true;
      return;
    }
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
    });
  });
}

document.documentElement.classList.add("scripted");
setUpColours();
each(".steps", setUpSlider);
setUpCharts();
setUpPrinting();
setUpCopying();
