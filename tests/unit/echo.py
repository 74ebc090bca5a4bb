#!/usr/bin/env python3
"""A server for the tests of single exchanges: /echo tells what it was sent, /moved leads elsewhere, /none is not
there, /cut ends early, /endless and /slow send pieces for ever, /silent answers nothing."""
import http.server
import json
import threading


class Echo(http.server.BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        print(self.command, self.path, flush=True)
        if self.path == "/silent":
            threading.Event().wait(60)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/echo")
            self.end_headers()
            return
        told = json.dumps({"method": self.command, "body": body, "token": self.headers.get("Authorization")}).encode()
        self.send_response(200 if self.path in ("/echo", "/cut", "/endless", "/slow") else 404)
        self.send_header("Content-Type", "Application/JSON; charset=utf-8")
        self.send_header("X-Session-Id", "  abc 1 ")
        if self.path not in ("/endless", "/slow"):
            self.send_header("Content-Length", str(len(told) + (5 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(told)
        while self.path in ("/endless", "/slow"):
            self.wfile.write(b"piece\n")
            threading.Event().wait(0.01 if self.path == "/endless" else 1)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what is tried here."""


server = Server(("127.0.0.1", 0), Echo)
print(server.server_address[1], flush=True)
server.serve_forever()
