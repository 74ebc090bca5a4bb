#!/usr/bin/env python3
"""How likely Silero's published model for single windows takes each 32 ms of a clip for speech, for
tests/golden/vad_test.c: Sarai uses the file of the same package that takes many windows at once.

    pip download --no-deps silero-vad==6.2.3 && python3 -m zipfile -e silero_vad-*.whl DIR
    tools/golden/vad.py --model DIR/silero_vad/data/silero_vad.onnx --out tests/golden/data/vad.json tests/data/pregunta.wav
"""

import argparse
import json
import os

import numpy as np
import onnxruntime
import soundfile

HZ, WINDOW, CONTEXT = 16000, 512, 64


def listen(session, pcm):
    state, before, heard = np.zeros((2, 1, 128), np.float32), np.zeros(CONTEXT, np.float32), []
    for at in range(0, len(pcm) - WINDOW + 1, WINDOW):
        window = pcm[at : at + WINDOW]
        frame = np.concatenate([before, window])[None]
        (chance,), state = session.run(None, {"input": frame, "state": state, "sr": np.array(HZ)})
        heard.append(round(float(chance[0]), 5))
        before = window[-CONTEXT:]
    return heard


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("clip")
    args = parser.parse_args()
    pcm, _ = soundfile.read(args.clip, dtype="float32")  # taken as if it had 16 kHz: a slow, deep voice
    session = onnxruntime.InferenceSession(args.model, providers=["CPUExecutionProvider"])
    with open(args.out, "w", encoding="utf-8") as f:
        json.dump({"file": os.path.basename(args.clip), "speech": listen(session, pcm)}, f)
        f.write("\n")


if __name__ == "__main__":
    main()
