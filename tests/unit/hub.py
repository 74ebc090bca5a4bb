#!/usr/bin/env python3
"""A hub for the tests of pulling: prints its port, then a line for each request: "PATH RANGE".

/good/NAME serves bytes and resumes; /plain/ does not resume; /cut/ ends after half of what is left;
/wrong/ serves other bytes of the same length; /slow/ takes a second for each tenth; all else is not there.
"""
import http.server
import re
import time

DATA = bytes(i * 7 % 251 for i in range(300_000))


class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, wanted = self.path.split("/")[1], self.headers.get("Range", "")
        print(self.path, wanted or "-", flush=True)
        if kind not in ("good", "plain", "cut", "wrong", "slow"):
            self.send_error(404)
            return
        match = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(match[1]) if match and kind != "plain" else 0
        if start >= len(DATA):
            self.send_error(416)
            return
        body = (bytes(len(DATA)) if kind == "wrong" else DATA)[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        self.end_headers()
        if kind == "slow":
            for at in range(0, len(body), len(DATA) // 10):
                self.wfile.write(body[at:at + len(DATA) // 10])
                time.sleep(1)
        else:
            self.wfile.write(body[:len(body) // 2] if kind == "cut" else body)

    def log_message(self, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what is tried here."""


server = Server(("127.0.0.1", 0), Hub)
print(server.server_address[1], flush=True)
server.serve_forever()
