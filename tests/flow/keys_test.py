#!/usr/bin/env python3
"""sarai talk --push-to-talk on a terminal: a press opens the turn, another closes it, and however the program ends
the terminal is as it was.

Usage: keys_test.py PROGRAM      (exit code 77: the models are not there)
"""
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import wave
from pathlib import Path

QUESTION = Path(__file__).parent.parent / "data" / "pregunta.wav"
LEAD_S, TAIL_S = 1.5, 8


def write_microphone(path: str) -> float:
    """Silence, the question, silence; gives the second at which the question ends."""
    with wave.open(str(QUESTION)) as source, wave.open(path, "wb") as out:
        rate, sound = source.getframerate(), source.readframes(source.getnframes())
        out.setparams(source.getparams())
        frame = source.getsampwidth() * source.getnchannels()
        out.writeframes(bytes(int(LEAD_S * rate) * frame) + sound + bytes(TAIL_S * rate * frame))
        return LEAD_S + source.getnframes() / rate


class Conversation:
    """The program with a terminal as its input; its events come through a pipe."""

    def __init__(self, program: str, microphone: str) -> None:
        self.terminal, self.other_end = pty.openpty()
        own = os.path.dirname(microphone)  # no timer of whoever runs it rings into the conversation
        settings = {**os.environ, "SARAI_ENV_FILE": "/dev/null", "SARAI_LANG": "en", "XDG_DATA_HOME": own,
                    "XDG_CONFIG_HOME": own}
        self.process = subprocess.Popen(
            [program, "talk", "--push-to-talk", "--events", "--input", microphone],
            stdin=self.other_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings, text=True)

    def events(self):
        for line in self.process.stdout:
            yield json.loads(line)

    def has_echo(self) -> bool:
        return bool(termios.tcgetattr(self.other_end)[3] & termios.ECHO)

    def finish(self) -> int:
        code = self.process.wait()
        assert self.has_echo(), "the terminal was not given back"
        os.close(self.terminal)
        os.close(self.other_end)
        return code


def ask(program: str, microphone: str, end_s: float) -> None:
    conversation = Conversation(program, microphone)
    presses, answer = 0, ""
    for event in conversation.events():
        if event["event"] == "answer":
            answer += event["text"]
        if event["event"] != "level":
            continue
        if presses == 0:
            assert not conversation.has_echo()
        if presses < 2 and event["at_ms"] >= presses * (end_s * 1000 + 300):
            os.write(conversation.terminal, b" ")
            presses += 1
    assert conversation.finish() == 0, conversation.process.stderr.read()
    assert "París" in answer, answer


def main() -> None:
    program = sys.argv[1]
    if subprocess.run([program, "models", "verify", "embedded"], capture_output=True, check=False).returncode != 0:
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        microphone = os.path.join(folder, "mic.wav")
        end_s = write_microphone(microphone)
        ask(program, microphone, end_s)
        for number in (signal.SIGINT, signal.SIGTERM):
            conversation = Conversation(program, microphone)
            next(conversation.events())
            assert not conversation.has_echo()
            conversation.process.send_signal(number)
            assert conversation.finish() in (0, 130)
        conversation = Conversation(program, os.path.join(folder, "none.wav"))
        assert conversation.finish() == 3
        wrong = subprocess.run([program, "talk", "--push-to-talk"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert wrong.returncode == 2, wrong.stderr


main()
