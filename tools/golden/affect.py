#!/usr/bin/env python3
"""emo_vec of a recording as Python hears it, for tests/golden/emotion_test.c.

    pip install -r tools/train/affect/requirements.txt
    tools/golden/affect.py tests/data/pregunta.wav tests/golden/data/emotion.json

The way from sound to the head is that of tools/train/affect (its own voice activity, cut and silence); the head's
file is run by Python's ONNX Runtime, twice: for an unknown voice, then with a profile of the first hearing. The
samples are taken for 16 kHz whatever their rate, in the test too: no resampler comes between.
"""
import argparse
import json
import os
import sys
import tempfile

import numpy as np
import soundfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools", "train", "affect"))
import features  # noqa: E402


def main():
    """Hear the recording, write what was heard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording")
    parser.add_argument("output")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        hearing = features.Hearing(os.path.join(ROOT, "models", "onnx"), work)
    samples, _ = soundfile.read(arguments.recording, dtype="float32")
    pcm = hearing.cut(samples)
    stats = hearing.encode(pcm)
    head = features.session(os.path.join(ROOT, "models", "heads", "affect-base.onnx"))
    width = int(head.get_modelmeta().custom_metadata_map["sarai.features"])
    mean, heard = np.zeros((1, width), np.float32), []
    for utterances in (0, 1):
        found, vector = head.run(["features", "emo_vec"], {
            "pcm": pcm[None], "layer_stats": stats[None], "profile_mean": mean,
            "profile_deviation": np.zeros((1, width), np.float32), "utterances": np.array([utterances], np.float32),
        })  # fmt: skip
        heard.append([round(float(x), 5) for x in vector[0]])
        mean = found
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump({"unknown": heard[0], "known": heard[1]}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
