#!/usr/bin/env python3
"""An expert for the tests: an OpenAI-compatible endpoint that behaves as the path says. Prints its port, then a
line of JSON for each request: {"kind", "n" (of its kind, from 1), "key", "body"}.

/good/ streams ANSWER word by word; /cut/ breaks off in its second sentence, /early/ before the first word;
/stall/ falls silent there, /silent/ from the start; /busy/ is 429 twice, then good; /down/ is 500 always;
/late/ wants an hour's pause; /broke/ is 401 and repeats the key; /garbage/ streams what is no JSON, /error/ an
error in the stream; /page/ is a web page; /moved/ redirects to /good/; /endless/ never comes to its end;
/thinking/ sends what models send beside words.
"""
import collections
import http.server
import json
import re
import socket
import time

ANSWER = "La fuerza es masa por aceleración. Lo dijo Newton en 1687."
seen: collections.Counter[str] = collections.Counter()


def event(words: str | None, end: str | None = None, **beside: object) -> bytes:
    delta = {} if words is None else {"content": words}
    choice = {"index": 0, "delta": delta | beside, "finish_reason": end}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


class Oracle(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        if kind == "broke":
            self.refuse()
        elif kind == "page":
            self.reply(200, b"<html>hola</html>")
        else:
            self.reply(200, json.dumps({"data": [{"id": "solar"}, {"id": "luna"}]}).encode())

    def refuse(self) -> None:
        error = {"error": {"message": "bad key: " + self.headers.get("Authorization", "none").split(" ")[-1]}}
        self.reply(401, json.dumps(error).encode())

    def do_POST(self) -> None:
        kind = self.path.split("/")[1]
        seen[kind] += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(json.dumps({"kind": kind, "n": seen[kind], "key": self.headers.get("Authorization", ""),
                          "path": self.path, "body": body}), flush=True)
        if kind == "busy" and seen[kind] <= 2:
            self.reply(429, b'{"error": {"message": "slow down"}}', Retry_After="0")
        elif kind == "late":
            self.reply(429, b"", Retry_After="3600")
        elif kind == "down":
            self.reply(500, b"out of order")
        elif kind == "broke":
            self.refuse()
        elif kind == "page":
            self.reply(200, b"<html>hola</html>")
        elif kind == "moved":
            self.reply(307, b"", Location="/good/v1/chat/completions")
        elif kind == "silent":
            time.sleep(60)
        else:
            self.stream(kind)

    def stream(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(event(None, role="assistant"))
        words = re.findall(r"\s*\S+", ANSWER)
        if kind == "thinking":
            self.chunk(b": ping\n\nevent: delta\n" + event(None, reasoning_content="Veamos. ") + event(""))
        if kind == "garbage":
            self.chunk(b"data: {\"choices\": [\n\n")
        if kind == "error":
            self.chunk(b'data: {"error": {"message": "no memory"}}\n\n')
        stops = kind in ("cut", "stall")
        for word in [] if kind == "early" else words[:-2] if stops else words:
            data = event(word)
            self.chunk(data[:20])  # cut anywhere
            self.chunk(data[20:])
        if kind == "stall":
            time.sleep(60)
        if kind in ("cut", "early"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        while kind == "endless":
            self.chunk(event(" Y otra cosa más."))
            time.sleep(0.02)
        self.chunk(event(None, "stop") + b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n')
        self.chunk(b"")

    def log_message(self, *args: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what is tried here."""


server = Server(("127.0.0.1", 0), Oracle)
print(server.server_address[1], flush=True)
server.serve_forever()
