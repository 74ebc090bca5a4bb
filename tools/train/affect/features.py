"""What the head is trained on: for each clip the encoder's layer_stats and the numbers of prosody.py.

A clip goes the way that it goes in Sarai: the voice activity model cuts it as src/listen/segmenter.c does, the
encoder gets it with the silence that its contract asks for. `noisy` is a second hearing of each clip, louder or
softer and in one of the noises of the data folder: a head that never heard noise loses eight points in it.
"""

import csv
import glob
import os

import numpy as np
import onnxruntime
import prosody
import soundfile
from graph import FLOAT, Graph

HZ, WINDOW, CONTEXT = 16000, 512, 64  # of Silero VAD
BEFORE_WINDOWS, AFTER_WINDOWS, LEAST_WINDOWS, SPEECH = 10, 8, 3, 0.5  # as in segmenter.c
NOISE_SEED = 159


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options)


class Hearing:
    """The models that hear a clip."""

    def __init__(self, models, work):
        self.vad = session(os.path.join(models, "silero-vad-sequence.onnx"))
        self.encoder = session(os.path.join(models, "whisper-base.encoder.onnx"))
        properties = self.encoder.get_modelmeta().custom_metadata_map
        self.pad, self.hop = int(properties["sarai.pad_samples"]), int(properties["sarai.hop_samples"])
        self.most = int(properties["sarai.max_samples"]) - self.pad
        g = Graph()
        g.input("pcm", FLOAT, [1, "samples"])
        g.op("Identity", [prosody.add(g, "pcm")], out="prosody")
        g.output("prosody", FLOAT, [1, len(prosody.NAMES)])
        path = os.path.join(work, "prosody.onnx")
        g.save(path, "prosody", {})
        self.prosody = session(path)

    def cut(self, pcm):
        """From a little before the first speech to a little after the last."""
        n = len(pcm) // WINDOW + 1
        pcm = np.concatenate([pcm, np.zeros(n * WINDOW - len(pcm), np.float32)])
        windows, state = pcm.reshape(n, WINDOW), np.zeros((1, 1, 128), np.float32)
        before = np.concatenate([np.zeros((1, CONTEXT), np.float32), windows[:-1, -CONTEXT:]])
        heard = {"input": np.concatenate([before, windows], 1), "h": state, "c": state}
        spoken = np.flatnonzero(self.vad.run(["speech_probs"], heard)[0] >= SPEECH)
        if len(spoken) < LEAST_WINDOWS:
            return pcm
        first, last = max(0, spoken[0] - BEFORE_WINDOWS), spoken[-1] + 1 + AFTER_WINDOWS
        return pcm[first * WINDOW : last * WINDOW]

    def encode(self, pcm):
        """layer_stats of an utterance, with the silence that the encoder wants after it."""
        total = -(-(len(pcm) + self.pad) // self.hop) * self.hop
        padded = np.zeros((1, total), np.float32)
        padded[0, : len(pcm)] = pcm
        return self.encoder.run(["layer_stats"], {"pcm": padded})[0][0]

    def features(self, pcm):
        pcm = self.cut(pcm)[: self.most]
        numbers = self.prosody.run(None, {"pcm": pcm[None]})[0][0]
        return self.encode(pcm).astype(np.float16), numbers


def read(path):
    pcm, hz = soundfile.read(path, dtype="float32", always_2d=True)
    if hz != HZ:
        raise SystemExit(f"{path}: {hz} Hz, not {HZ}")
    return pcm[:, 0]


def noises(folder):
    paths = sorted(glob.glob(os.path.join(folder, "*.flac"))) + sorted(glob.glob(os.path.join(folder, "*.wav")))
    return [read(path) for path in paths if soundfile.info(path).samplerate == HZ]


def disturbed(pcm, sounds, random):
    """At another level, with a noise 12 to 30 dB below it."""
    pcm = pcm * 10 ** (random.uniform(-8, 6) / 20)
    noise = sounds[random.integers(len(sounds))]
    noise = np.resize(np.roll(noise, random.integers(len(noise))), len(pcm))
    below = np.sqrt((pcm**2).mean() / ((noise**2).mean() + 1e-12)) * 10 ** (-random.uniform(12, 30) / 20)
    return np.clip(pcm + noise * below, -1, 1).astype(np.float32)


def manifest(data):
    with open(os.path.join(data, "emotion", "manifest.tsv"), encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def load(data, models, work):
    """{"clean", "noisy": (stats [n, layers, 2, width], prosody [n, numbers])}; kept in the work folder."""
    os.makedirs(work, exist_ok=True)
    rows, heard = manifest(data), {}
    for condition in ("clean", "noisy"):
        path = os.path.join(work, f"{condition}.npz")
        if not os.path.exists(path):
            hearing, sounds = Hearing(models, work), noises(os.path.join(data, "noise"))
            random, found = np.random.default_rng(NOISE_SEED), []
            for row in rows:
                pcm = read(os.path.join(data, "emotion", row["file"]))
                found.append(hearing.features(disturbed(pcm, sounds, random) if condition == "noisy" else pcm))
            np.savez(path, stats=np.stack([f[0] for f in found]), prosody=np.stack([f[1] for f in found]))
        with np.load(path) as kept:
            heard[condition] = kept["stats"].astype(np.float32), kept["prosody"].astype(np.float32)
    return rows, heard
