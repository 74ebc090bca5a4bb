#!/usr/bin/env python3
"""What the published Kokoro graph says in ONNX Runtime, as spectra, for tests/golden/kokoro_test.c.

    pip install onnxruntime==1.32.0 numpy
    tools/golden/kokoro.py --parts DIR --style ef_dora.bin tests/golden/data/kokoro.json

DIR holds the four parts as tools/models/kokoro.py takes them. The ids are those of espeak-ng's Castilian IPA.
"""
import argparse
import json
import os
import sys

import numpy as np
import onnxruntime

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "models"))
import kokoro

HZ, WINDOW, HOP, BANDS, FLOOR_DB = 24000, 512, 300, 24, -70
PHRASES = {
    "Hola.": [156, 57, 54, 43, 4],
    "Claro que sí,": [53, 54, 156, 43, 125, 57, 16, 53, 47, 16, 61, 156, 51, 3],
    "¿Cómo estás?": [53, 156, 57, 55, 57, 16, 47, 61, 62, 156, 43, 61, 6],
}


def band_edges():
    """FFT bins at equal steps on the mel scale."""
    top = 2595 * np.log10(1 + HZ / 2 / 700)
    hz = 700 * (10 ** (np.linspace(0, top, BANDS + 1) / 2595) - 1)
    edges = np.rint(hz * WINDOW / HZ).astype(int)
    for i in range(1, BANDS + 1):
        edges[i] = max(edges[i], edges[i - 1] + 1)
    return edges


def spectra(pcm):
    """dB of full scale of each band of each frame of 12.5 ms."""
    edges, window = band_edges(), np.hanning(WINDOW + 1)[:WINDOW]
    frames = [pcm[i : i + WINDOW] * window for i in range(0, len(pcm) - WINDOW + 1, HOP)]
    power = np.abs(np.fft.rfft(frames) * 4 / WINDOW) ** 2 / 2
    bands = np.stack([power[:, edges[b] : edges[b + 1]].sum(axis=1) for b in range(BANDS)], axis=1)
    return np.rint(10 * np.log10(bands + 10 ** (FLOOR_DB / 10))).astype(int)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parts", required=True)
    parser.add_argument("--style", required=True)
    parser.add_argument("out")
    args = parser.parse_args()
    model = kokoro.read_model(args.parts).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    styles = np.fromfile(args.style, np.float32).reshape(510, 1, 256)
    phrases = []
    for text, ids in PHRASES.items():
        feeds = {"tokens": [[0, *ids, 0]], "style": styles[len(ids)], "speed": np.ones(1, np.float32)}
        pcm = session.run(None, feeds)[0]
        frames = spectra(pcm).tolist()
        phrases.append({"text": text, "ids": ids, "samples": len(pcm), "frames": frames})
    with open(args.out, "w", encoding="utf-8") as f:
        json.dump({"edges": band_edges().tolist(), "floor_db": FLOOR_DB, "phrases": phrases}, f, ensure_ascii=False)
        f.write("\n")


if __name__ == "__main__":
    main()
