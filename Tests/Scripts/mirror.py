"""A mirror for tests, on 127.0.0.1: serves the folder in argv[1], answers range requests, and under
/interrupted/ breaks the first answer for every file off in the middle. Prints its port. It ends with
the process that started it."""

import http.server
import os
import re
import sys
import threading
import time

folder, parent = sys.argv[1], os.getppid()
interrupted = set()


class Mirror(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.replace("/interrupted/", "/good/")
        try:
            with open(folder + path, "rb") as file:
                content = file.read()
        except OSError:
            return self.send_error(404)
        start = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(start[1]) if start else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        breaks_off = path != self.path and self.path not in interrupted
        if breaks_off:
            interrupted.add(self.path)
        self.wfile.write(content[start : len(content) // 2 if breaks_off else None])
        self.log(f"{self.path} {start}")

    def log(self, line):
        with open(folder + "/requests", "a") as requests:
            print(line, file=requests)

    def log_message(self, *arguments):
        pass


def end_with_parent():
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
server = http.server.HTTPServer(("127.0.0.1", 0), Mirror)
print(server.server_port, flush=True)
server.serve_forever()
