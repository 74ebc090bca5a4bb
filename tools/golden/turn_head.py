#!/usr/bin/env python3
"""Whether somebody has finished, as Python hears it, for tests/golden/turn_head_test.c.

    pip install -r tools/train/floor/requirements.txt
    tools/golden/turn_head.py tests/data/pregunta.wav tests/golden/data/turn_head.json

The recording up to two places, by the encoder and the head in Python's ONNX Runtime. The samples are taken for 16 kHz
whatever their rate, in the test too: no resampler comes between.
"""

import argparse
import json
import os
import sys

import numpy as np
import soundfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools", "train", "floor"))
import hearing  # noqa: E402

PARTS = (0.55, 1.0)  # of the recording


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording")
    parser.add_argument("output")
    args = parser.parse_args()
    heard = hearing.Hearing(os.path.join(ROOT, "models", "onnx"))
    head = hearing.session(os.path.join(ROOT, "models", "heads", "turn-base.onnx"))
    pcm, _ = soundfile.read(args.recording, dtype="float32")
    cases = []
    for part in PARTS:
        n = int(part * len(pcm))
        states = heard.encode(pcm[:n], all_layers=False)["cross_value_0"]
        feed = {"cross_value_0": states, "end": np.array([n // heard.hop])}
        cases.append({"frames": n, "probability": round(float(head.run(None, feed)[0][0, 0]), 5)})
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main()
