#!/usr/bin/env python3
"""Opens reports in headless Chromium and uses them as a reader would: looks, drags, presses keys, prints.

    look-at-report.py PAGE [PAGE…] [--pictures FOLDER]

Every page must work without script errors, network and a mouse, in light and dark, 320 pixels wide and on paper. What does
not hold is printed, one line each, and the exit code is 1. --pictures writes screenshots. Needs Debian's chromium and
chromium-driver, and selenium and pypdf from PyPI.
"""

import base64
import io
import json
import os
import pathlib
import sys
import tempfile

import pypdf
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FOCUSABLE = "a[href], button, input, select, summary, [tabindex='0']"

# Text against the ground that it stands on: WCAG 2.2, 1.4.3.
CONTRAST = """
const channel = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const parse = (text) => {
  const n = text.match(/[\\d.]+/g).map(Number);
  return { rgb: n.slice(0, 3), alpha: n.length > 3 ? n[3] : 1 };
};
const light = (rgb) => { const [r, g, b] = rgb.map((c) => channel(c / 255)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    layers.push(color);
    if (color.alpha === 1) break;
  }
  return layers.reduceRight((under, over) => under.map((c, i) => c * (1 - over.alpha) + over.rgb[i] * over.alpha), [255, 255, 255]);
};
const bad = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.checkVisibility() || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
  const style = getComputedStyle(element);
  const color = parse(element instanceof SVGElement ? style.fill : style.color).rgb;
  const [a, b] = [light(color), light(ground(element))].sort((x, y) => y - x);
  const limit = element.classList.contains("not-finite") ? 3 : 4.5;
  if ((a + 0.05) / (b + 0.05) < limit) bad.push(`${element.tagName}.${element.className.baseVal ?? element.className} ${((a + 0.05) / (b + 0.05)).toFixed(2)}: ${element.textContent.slice(0, 30)}`);
}
return bad;
"""

STRUCTURE = """
const bad = [];
const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]));
if (levels.filter((l) => l === 1).length !== 1 || levels[0] !== 1) bad.push("no single h1 at the beginning");
levels.forEach((level, n) => { if (n && level > levels[n - 1] + 1) bad.push(`h${level} follows h${levels[n - 1]}`); });
if (document.documentElement.lang !== "en") bad.push("no lang");
if (document.querySelectorAll("main").length !== 1) bad.push("no single main");
if (!document.title.trim()) bad.push("no title");
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
if (new Set(ids).size !== ids.length) bad.push("an id stands twice");
for (const table of document.querySelectorAll("table")) {
  if (!table.caption || !table.querySelector("th[scope=col]") || !table.querySelector("th[scope=row]")) bad.push("a table without caption or headers");
}
for (const image of document.querySelectorAll("img")) {
  if (!image.alt.trim()) bad.push("a picture without alternative text");
  if (!image.complete || image.naturalWidth === 0) bad.push(`a picture that is not there: ${image.alt.slice(0, 60)}`);
  if (!image.src.startsWith("data:image/png;base64,")) bad.push("a picture from elsewhere");
}
for (const link of document.querySelectorAll("a[href]")) {
  if (!/^(#|\\.\\/)/.test(link.getAttribute("href"))) bad.push(`a link to ${link.getAttribute("href")}`);
}
if (document.querySelectorAll("script").length !== 2) bad.push(`${document.querySelectorAll("script").length} scripts`);
if (document.querySelector("iframe, object, embed, base, form, link, b, i, u")) bad.push("elements that are none of the page's own");
if ([...document.querySelectorAll("*")].some((e) => [...e.attributes].some((a) => a.name.startsWith("on")))) bad.push("an event attribute");
if (window.hacked !== undefined) bad.push("text from a file was run");
return bad;
"""

CHARTS = """
const bad = [];
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  if (!figure.checkVisibility()) continue;
  const name = figure.querySelector("figcaption strong").textContent.slice(0, 40);
  const text = (selector) => figure.querySelector(selector)?.textContent.trim() ?? "";
  if (!text(".label-x") || !text(".label-y")) bad.push(`${name}: an axis without a name`);
  if (figure.querySelectorAll(".axes text").length < 4) bad.push(`${name}: an axis without numbers`);
  if (!figure.querySelector(".line, .not-finite")) bad.push(`${name}: no curve`);
  if (!figure.querySelector(".legend button")) bad.push(`${name}: no legend`);
  if (!figure.querySelector("svg.plot").getAttribute("aria-label")) bad.push(`${name}: no description`);
  if (/NaN|undefined|Infinity/.test(figure.querySelector("svg.plot").innerHTML)) bad.push(`${name}: drawn with what is no number`);
}
return bad;
"""


class Reader:
    """A browser with one page, and what was found wrong with it."""

    def __init__(self):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--force-prefers-reduced-motion", "--window-size=1200,900", "--disable-dev-shm-usage",
        ]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.bad = []

    def note(self, condition, text):
        if not condition:
            self.bad.append(text)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def look(self, page, pictures):
        self.bad = []
        self.appear(1200, "light")
        self.driver.get(pathlib.Path(page).resolve().as_uri())
        self.script("try { localStorage.clear(); } catch {}")
        self.bad += self.script(STRUCTURE) + self.script(CHARTS)
        self.names()
        self.colours()
        self.zooming()
        self.axes()
        self.sliders()
        self.keyboard()
        self.phone()
        self.paper()
        if pictures:
            self.photograph(page, pictures)
        self.quiet(page)
        return self.bad

    def appear(self, width, scheme):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def settle(self):
        """Two frames: resize observers have been called, and what they drew is there."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"
        )

    def names(self):
        """What a screen reader would say of controls and pictures, from the browser's accessibility tree."""
        self.command("Accessibility.enable")
        roles = {"button", "link", "slider", "checkbox", "combobox", "image", "img", "region", "textbox"}
        for node in self.command("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            if node.get("ignored") or role not in roles:
                continue
            self.note(node.get("name", {}).get("value", "").strip(), f"a {role} without a name")

    def colours(self):
        ground = "return getComputedStyle(document.body).backgroundColor"
        light = self.script(ground)
        self.bad += [f"light: contrast of {one}" for one in self.script(CONTRAST)[:5]]
        self.appear(1200, "dark")
        dark = self.script(ground)
        self.note(light != dark, "the system's dark colours change nothing")
        self.bad += [f"dark: contrast of {one}" for one in self.script(CONTRAST)[:5]]
        self.script("document.getElementById('theme').click()")
        self.note(self.script(ground) == light, "the switch does not bring light colours back")
        self.appear(1200, "light")
        self.script("document.documentElement.dataset.theme = ''; try { localStorage.clear(); } catch {}")

    def ticks(self, plot):
        return self.script("return [...arguments[0].querySelectorAll('.tick-x')].map((t) => t.textContent + t.getAttribute('x'))", plot)

    def zooming(self):
        """On the first chart that has a curve of several points: drag, wheel, keys."""
        plots = [
            plot for plot in self.driver.find_elements(By.CSS_SELECTOR, "svg.plot")
            if plot.is_displayed() and self.script(
                "return [...arguments[0].querySelectorAll('.line')].some((l) => l.getAttribute('d').split('L').length > 3)", plot)
        ]
        if not plots:
            return
        plot = plots[0]
        self.script("arguments[0].scrollIntoView({block: 'center'})", plot)
        whole = self.ticks(plot)
        size = plot.size
        # The plot's own middle is the origin of the offsets.
        ActionChains(self.driver).move_to_element_with_offset(plot, -size["width"] // 8, 0).click_and_hold().move_by_offset(
            size["width"] // 4, 5).release().perform()
        self.note(self.ticks(plot) != whole, "dragging does not zoom")
        ActionChains(self.driver).double_click(plot).perform()
        self.note(self.ticks(plot) == whole, "a double click does not reset")
        self.note(self.script("return arguments[0].parentElement.querySelector('.readout').textContent.length > 5", plot),
                  "no values under the pointer")
        keys = [("+", False), (Keys.ESCAPE, True), ("+", False), ("0", True)]
        self.script("arguments[0].focus()", plot)
        for key, is_whole in keys:
            plot.send_keys(key)
            self.note((self.ticks(plot) == whole) == is_whole, f"the key {key!r} does not zoom or reset")
        ActionChains(self.driver).scroll_from_origin(ScrollOrigin.from_element(plot), 0, -200).perform()
        self.settle()
        self.note(self.ticks(plot) != whole, "the wheel does not zoom a chart in focus")
        plot.send_keys(Keys.ESCAPE)
        plot.send_keys(Keys.HOME)
        first = self.script("return arguments[0].parentElement.querySelector('.readout').textContent", plot)
        plot.send_keys(Keys.ARROW_RIGHT)
        second = self.script("return arguments[0].parentElement.querySelector('.readout').textContent", plot)
        self.note(first and second and first != second, "arrow keys show no values")
        button = self.script("return arguments[0].parentElement.querySelector('.legend button')", plot)
        lines = "return arguments[0].querySelectorAll('.line').length"
        before = self.script(lines, plot)
        self.script("arguments[0].click()", button)
        self.note(self.script(lines, plot) < before, "the legend hides nothing")
        self.script("arguments[0].click()", button)

    def axes(self):
        if not self.driver.find_elements(By.CSS_SELECTOR, "svg.plot"):
            return
        choose = "const a = document.getElementById('axis'); a.value = arguments[0]; a.dispatchEvent(new Event('change'));"
        label = "return document.querySelector('.label-x').textContent"
        for value, word in [("epoch", "Epoch"), ("time", "Time"), ("step", "Step")]:
            if self.script("return document.querySelector(`#axis [value=${arguments[0]}]`).disabled", value):
                continue
            self.script(choose, value)
            self.note(self.script(label).startswith(word), f"x is not by {value}")
            self.bad += [f"by {value}: {one}" for one in self.script(CHARTS)]
        self.script("document.getElementById('log').click()")
        logs = self.script("return [...document.querySelectorAll('.label-y')].some((l) => l.textContent.includes('log scale'))")
        has = self.script("return JSON.parse(document.getElementById('curves').textContent).charts.some((c) => c.series.some((s) => s.value.some((v) => v > 0)))")
        self.note(logs or not has, "no logarithmic axis")
        self.bad += [f"logarithmic: {one}" for one in self.script(CHARTS)]
        self.script("document.getElementById('log').click()")
        self.script("const s = document.getElementById('smoothing'); s.value = 90; s.dispatchEvent(new Event('input'));")
        self.bad += [f"smoothed: {one}" for one in self.script(CHARTS)]
        self.script("const s = document.getElementById('smoothing'); s.value = 0; s.dispatchEvent(new Event('input'));")

    def sliders(self):
        for group in self.driver.find_elements(By.CSS_SELECTOR, ".steps:has(input)"):
            shown = "return [...arguments[0].querySelectorAll('.frame')].filter((f) => !f.hidden).map((f) => f.dataset.step)"
            slider = group.find_element(By.TAG_NAME, "input")
            if not slider.is_displayed():
                continue
            last = self.script(shown, group)
            slider.send_keys(Keys.HOME)
            first = self.script(shown, group)
            self.note(len(last) == len(first) == 1 and first != last, "a slider that shows no other step")
            slider.send_keys(Keys.END)
            self.note(self.script(shown, group) == last, "a slider that does not come back")

    def keyboard(self):
        """Tab reaches all that can be used, and where it is can be seen."""
        self.script("document.activeElement?.blur(); window.scrollTo(0, 0)")
        expected = self.script(
            "window.reached = new Set(); return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility() && !e.disabled).length",
            FOCUSABLE)
        for _ in range(expected + 3):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            state = self.script(
                "const e = document.activeElement; reached.add(e); const s = getComputedStyle(e);"
                "return [e.tagName, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]")
            self.note(state[0] == "BODY" or state[1], f"the focus on {state[0]} cannot be seen")
        missed = self.script(
            "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility() && !e.disabled && !reached.has(e)).map((e) => e.outerHTML.slice(0, 80))",
            FOCUSABLE)
        self.bad += [f"Tab does not reach {one}" for one in missed]

    def phone(self):
        self.appear(320, "light")
        width = self.script("return document.documentElement.scrollWidth")
        self.note(width <= 320, f"{width} pixels wide on a screen of 320")
        self.bad += [f"320 pixels: {one}" for one in self.script(CHARTS)]
        self.appear(1200, "light")

    def paper(self):
        data = self.command("Page.printToPDF", printBackground=False)["data"]
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(base64.b64decode(data))).pages)
        squeezed = "".join(text.split())
        self.note("Madebyswift-dist-train" in squeezed, "the printed page is not whole")
        self.note("Resetzoom" not in squeezed, "controls are printed")
        folded = self.script("return [...document.querySelectorAll('details pre')].map((p) => p.textContent.trim().split('\\n')[0])")
        for line in folded:
            if line.isascii() and len(line) < 60:
                self.note("".join(line.split()) in squeezed, f"what is folded away is not printed: {line[:40]}")

    def quiet(self, page):
        """Nothing on the console, nothing from the network."""
        self.bad += [f"console: {entry['message'][:200]}" for entry in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                own = pathlib.Path(page).resolve().as_uri()
                self.note(url == own or url.startswith("data:"), f"asks for {url[:100]}")

    def photograph(self, page, folder):
        stem = pathlib.Path(page).parent.name
        for width, scheme in [(1200, "light"), (1200, "dark"), (320, "light")]:
            self.appear(width, scheme)
            height = min(self.script("return document.documentElement.scrollHeight"), 8000)
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            data = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
            (pathlib.Path(folder) / f"{stem}-{width}-{scheme}.png").write_bytes(base64.b64decode(data))


def main(arguments):
    folder = None
    if "--pictures" in arguments:
        place = arguments.index("--pictures")
        folder = arguments[place + 1]
        del arguments[place:place + 2]
    reader = Reader()
    try:
        found = {page: reader.look(page, folder) for page in arguments}
    finally:
        reader.driver.quit()
    for page, bad in found.items():
        print(f"{page}: {'as it should be' if not bad else f'{len(bad)} things are wrong'}")
        for one in bad:
            print(f"  {one}")
    return any(found.values())


if __name__ == "__main__":
    # Chromium leaves folders behind.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        os.environ["TMPDIR"] = temporary
        sys.exit(main(sys.argv[1:]))
