#!/usr/bin/env python3
"""sarai chat on a terminal: an answer, Ctrl-C that stops the next one and not the program, and the way out.

Usage: chat_test.py PROGRAM      (exit code 77: the models are not there)
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

LIMIT_S = 240


class Terminal:
    """The program on a pseudo-terminal; what it shows is collected in `seen`."""

    def __init__(self, program: str, home: str) -> None:
        self.seen = ""
        settings = {"SARAI_LANG": "es", "TERM": "dumb", "HOME": home, "LLM_MAX_TOKENS": "400",
                    "LLM_MAX_SENTENCES": "60", "XDG_STATE_HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
        cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(program, [program, "chat"], {**os.environ, **settings, "XDG_CACHE_HOME": cache})

    def until(self, pattern: str) -> str:
        """Reads until the pattern is seen; gives what came up to there, and forgets it."""
        end = time.monotonic() + LIMIT_S
        while not (match := re.search(pattern, self.seen)):
            if time.monotonic() > end or not select.select([self.fd], [], [], LIMIT_S)[0]:
                raise SystemExit(f"no {pattern!r} in time: {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 4096).decode(errors="replace")
            except OSError:  # the other side is closed
                raise SystemExit(f"ended before {pattern!r}: {self.seen!r}") from None
        before, self.seen = self.seen[:match.end()], self.seen[match.end():]
        return before

    def write(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def wait(self) -> int:
        """The exit code; what the program still says is read away."""
        while True:
            try:
                if not os.read(self.fd, 4096):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main() -> None:
    program = sys.argv[1]
    if subprocess.run([program, "models", "path", "gemma-3-270m"], capture_output=True).returncode != 0:
        sys.exit(77)
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(program, home)
        terminal.until(r"> $")
        terminal.write("¿Cuál es la capital de Francia?\n")
        assert "París" in terminal.until(r"París[^>]*> $")

        terminal.write("Cuenta una historia larga de un barco.\n")
        terminal.until(r"barco\.\s*\n")
        terminal.until(r"\w{3}")  # the answer has begun
        terminal.write("\x03")
        terminal.until(r"> $")

        terminal.write("¿Cuál es la capital de Francia?\n")
        assert "París" in terminal.until(r"París[^>]*> $")
        terminal.write("a medias\x03")  # at the prompt it clears the line
        terminal.until(r"> $")
        terminal.write("/salir\n")
        assert terminal.wait() == 0
        with open(os.path.join(home, "sarai_history"), encoding="utf-8") as history:
            assert "Francia" in history.read().replace("\\040", " ")

        terminal = Terminal(program, home)
        terminal.until(r"> $")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.write("\x04")
        assert terminal.wait() in (0, 130)


main()
