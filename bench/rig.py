"""The chain of bench/chain.py as a voice assistant in real time, for bench/voice.py --peer: Silero VAD and
smart-turn v3 end the turn, then it is heard, answered and spoken sentence by sentence.

    rig = Rig(args)                                 # args: those of chain.add_arguments()
    samples_24_khz, turns = rig.converse(path)      # takes as long as the recording
    rig.close()

The settings are those of pipecat 1.14 with its smart turn: a voice is one above 0.7 for 0.2 s; after 0.2 s of
silence smart-turn judges the last 8 s, and where it says that the turn is not over, 3 s of silence end it.
"""

import os
import threading
import time
from collections import deque

import numpy as np

from chain import Chain, onnx_session

RATE, VOICE_RATE = 16000, 24000
WINDOW, BEHIND = 512, 64  # samples that the VAD takes at once, and of those before
VOICE, START_S, STOP_S, GIVE_UP_S = 0.7, 0.2, 0.2, 3.0
LEAD_S, JUDGED_S = 0.5, 8  # kept before the first voice; what smart-turn hears


class Vad:
    def __init__(self, path):
        self.session = onnx_session(path, 1)
        self.reset()

    def reset(self):
        self.h = self.c = np.zeros((1, 1, 128), np.float32)
        self.behind = np.zeros(BEHIND, np.float32)

    def hears(self, window):
        feed = {"input": np.concatenate([self.behind, window])[None], "h": self.h, "c": self.c}
        probability, self.h, self.c = self.session.run(["speech_probs", "hn", "cn"], feed)
        self.behind = window[-BEHIND:]
        return float(probability.reshape(-1)[0]) >= VOICE


class Floor:
    """Whose turn it is: feed() gives the samples of a turn that is over, else nothing."""

    def __init__(self, vad, turn_is_over):
        self.vad, self.turn_is_over = vad, turn_is_over
        self.lead = deque(maxlen=int(LEAD_S * RATE / WINDOW))
        self.windows, self.voiced_s, self.silent_s, self.is_judged = [], 0.0, 0.0, False

    def feed(self, window):
        voiced, seconds = self.vad.hears(window), WINDOW / RATE
        self.silent_s = 0.0 if voiced else self.silent_s + seconds
        if not self.windows:
            self.lead.append(window)
            self.voiced_s = self.voiced_s + seconds if voiced else 0.0
            if self.voiced_s >= START_S:
                self.windows = list(self.lead)
            return None
        self.windows.append(window)
        if voiced:
            self.is_judged = False
        elif self.silent_s >= GIVE_UP_S or (self.silent_s >= STOP_S and not self.is_judged):
            self.is_judged = True
            pcm = np.concatenate(self.windows)
            if self.silent_s >= GIVE_UP_S or self.turn_is_over(pcm):
                self.windows, self.voiced_s, self.is_judged = [], 0.0, False
                self.lead.clear()
                return pcm
        return None


class Rig(Chain):
    def __init__(self, args):
        super().__init__(args)
        self.vad = Vad(f"{args.models}/onnx/silero-vad-sequence.onnx")
        self.smart_turn = onnx_session(f"{args.models}/onnx/smart-turn-v3.onnx", args.threads)
        self.cpu_s = self.megabytes = 0
        self.wait_for_server()
        self.warm()

    def turn_is_over(self, pcm):
        judged = np.zeros((1, JUDGED_S * RATE), np.float32)
        pcm = pcm[-judged.size :]
        judged[0, judged.size - len(pcm) :] = pcm
        return float(self.smart_turn.run(None, {"pcm": judged})[0].reshape(-1)[0]) > 0.5

    def warm(self):
        """Every engine once, so that none is slow at the first question."""
        hum = np.sin(np.arange(3 * RATE, dtype=np.float32) / 20) / 10
        self.turn_is_over(hum)
        self.hear(hum)
        for sentence in self.sentences("¿Qué es un volcán?"):
            self.say(sentence)

    def used_cpu_s(self):
        ticks = open(f"/proc/{self.server.pid}/stat").read().rsplit(")", 1)[1].split()[11:13]
        return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def answer(self, pcm, start, out, turn):
        """Hears, thinks and speaks into `out`, the loudspeaker's time line since `start`."""

        def since(name):
            turn.setdefault(name, 1000 * (time.perf_counter() - start) - turn["at_ms"])

        since("confirmed")
        text = self.hear(pcm)
        since("transcribed")
        free = 0
        for sentence in self.sentences(text, lambda: since("first_token")):
            sound, _ = self.say(sentence)
            since("first_audio")
            begin = max(free, int((time.perf_counter() - start) * VOICE_RATE))
            free = min(begin + len(sound), len(out))
            out[begin:free] = sound[: free - begin]

    def converse(self, path):
        from faster_whisper import decode_audio

        pcm = decode_audio(path, RATE)
        out, turns, threads = np.zeros(len(pcm) * VOICE_RATE // RATE, np.float32), [], []
        self.vad.reset()
        used_s = self.used_cpu_s()
        floor, start = Floor(self.vad, self.turn_is_over), time.perf_counter()
        for at in range(0, len(pcm) - WINDOW, WINDOW):
            time.sleep(max(0.0, start + (at + WINDOW) / RATE - time.perf_counter()))
            over = floor.feed(pcm[at : at + WINDOW])
            if over is not None:
                turns.append({"at_ms": 1000 * (at + WINDOW) / RATE - 1000 * floor.silent_s})
                threads.append(threading.Thread(target=self.answer, args=(over, start, out, turns[-1])))
                threads[-1].start()
        for thread in threads:
            thread.join()
        self.cpu_s, self.megabytes = self.used_cpu_s() - used_s, self.resident_mb()
        return out, turns
