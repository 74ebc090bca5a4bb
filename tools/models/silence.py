"""What Whisper's encoder gives for silence after speech: whisper-base.silence.npy, float16 [1500, d].

    python3 tools/models/silence.py --ct2 DIR --out tools/models/whisper-base.silence.npy

whisper.py appends these states to a short utterance, in place of encoding two seconds of zeros. The speech
is synthesised here, so that no recording is needed; real voices gave no better transcripts. The result is
kept in the repository because the last bits of a float network differ from processor to processor, and
converted models are checked by their sum. Needs onnxruntime beside the converters' requirements.
"""

import argparse
import os
import tempfile

import numpy as np
import onnxruntime
from graph import Graph
from whisper import HOP, MAX_FRAMES, RATE, Whisper, encoder_trunk, read_weights


def vowels(seconds, seed):
    """A second or so of speech-like sound: a gliding pulse train through three formants, in syllables."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE)
    t = np.arange(n) / RATE
    pitch = rng.uniform(100, 220) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 3) * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = np.zeros(n)
    formants = rng.uniform([300, 900, 2200], [800, 2000, 3000], (4, 3))
    shape = formants[np.minimum((t * 4).astype(int), 3)]
    for harmonic in range(1, 30):
        f = harmonic * pitch
        gain = sum(np.exp(-(((f - shape[:, i]) / (90 + 40 * i)) ** 2)) / (i + 1) for i in range(3))
        tone += gain * np.sin(harmonic * phase)
    syllables = np.clip(np.sin(2 * np.pi * 4 * t) + 0.4, 0, 1)
    tone = tone * syllables + 0.002 * rng.standard_normal(n)
    return (0.3 * tone / np.abs(tone).max()).astype(np.float32)


def silence_states(w):
    """What the encoder gives, at each place, for silence after speech: [1500, d], the mean over a few
    voices of the float encoder's states for a second of sound padded to 30 s."""
    g = Graph()
    encoder_trunk(g, w, "f32")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "encoder.onnx")
        g.save(path, "float-encoder", {})
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    total = 0
    for seed in range(4):
        pcm = np.zeros((1, MAX_FRAMES * 2 * HOP), np.float32)
        clip = vowels(1.0, seed)
        pcm[0, : len(clip)] = clip
        total = total + session.run(["states"], {"pcm": pcm})[0][0]
    return total / 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ct2", required=True, help="folder of the CTranslate2 model")
    parser.add_argument("--out", required=True, help="the .npy file")
    args = parser.parse_args()
    np.save(args.out, silence_states(Whisper(read_weights(args.ct2))).astype(np.float16))


if __name__ == "__main__":
    main()
