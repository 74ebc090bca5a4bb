#!/usr/bin/env python3
"""A tiny model with the shape of a VITS voice as Piper exports it, and what it says, for tests/golden/voice_test.c.

    pip install numpy onnx onnxruntime scipy
    tools/golden/tiny_vits.py tests/golden/data

Writes tiny-vits.onnx (random weights: every phoneme is a short band-limited noise, as long as the length scale
asks), tiny-vits.json (the table that Piper puts beside a voice) and tiny-vits.expected.json: the sound of a word
by ONNX Runtime's Python, and the same at 24 kHz by scipy's polyphase filter.
"""
import argparse
import json
import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from scipy import signal

RATE_HZ, SPEECH_HZ = 16000, 24000
SAMPLES = 160  # of a phoneme, per unit of length scale
SYMBOLS = ["_", "^", "$", " ", ".", ",", "ˈ"] + list("abdefiklmnoprstuxðɡɣɲɾʎβθʝw")
WORD = "ˈola"
SCALES = [0.667, 1.0, 0.8]


def sounds(count):
    """[count, SAMPLES]: noise below 4 kHz, swelling and fading, so that phonemes join without a click."""
    rng = np.random.default_rng(11)
    noise = rng.normal(size=(count, SAMPLES * 4))
    smooth = signal.filtfilt(*signal.butter(6, 3000, fs=RATE_HZ), noise)[:, :SAMPLES]
    return (0.2 * smooth * np.hanning(SAMPLES)).astype(np.float32)


def model():
    """audio = repeat(sounds[input], round(length scale)) · noise scale / 0.667, for the first input_lengths ids."""
    constants = {
        "sounds": sounds(len(SYMBOLS)), "zero": np.array([0], np.int64), "one": np.array([1], np.int64),
        "two": np.array([2], np.int64), "default": np.float32(0.667),
        "flat": np.array([1, 1, -1], np.int64),
    }  # fmt: skip
    nodes = [
        helper.make_node("Slice", ["input", "zero", "input_lengths", "one"], ["ids"]),
        helper.make_node("Gather", ["sounds", "ids"], ["spoken"]),
        helper.make_node("Slice", ["scales", "zero", "one"], ["noise"]),
        helper.make_node("Slice", ["scales", "one", "two"], ["length"]),
        helper.make_node("Round", ["length"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["repeats"], to=TensorProto.INT64),
        helper.make_node("Concat", ["one", "one", "repeats"], ["times"], axis=0),
        helper.make_node("Tile", ["spoken", "times"], ["long"]),
        helper.make_node("Reshape", ["long", "flat"], ["sound"]),
        helper.make_node("Div", ["noise", "default"], ["gain"]),
        helper.make_node("Mul", ["sound", "gain"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"])]
    initialisers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny-vits", inputs, outputs, initialisers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def speak(path, length_scale):
    """The word as Piper feeds it: ^, each id with a pad before it, a pad, $."""
    ids = [SYMBOLS.index("^")]
    for symbol in WORD:
        ids += [0, SYMBOLS.index(symbol)]
    ids += [0, SYMBOLS.index("$")]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feed = {"input": np.array([ids], np.int64), "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([SCALES[0], length_scale, SCALES[2]], np.float32)}  # fmt: skip
    return session.run(None, feed)[0].reshape(-1)


def main():
    """Write the three files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    path = os.path.join(folder, "tiny-vits.onnx")
    made = model()
    onnx.checker.check_model(made)
    onnx.save(made, path)
    table = {"audio": {"sample_rate": RATE_HZ}, "phoneme_id_map": {symbol: [i] for i, symbol in enumerate(SYMBOLS)}}
    plain, slow = speak(path, 1), speak(path, 2)
    resampled = signal.resample_poly(plain, SPEECH_HZ, RATE_HZ)
    expected = {"ipa": WORD, "samples": [round(float(x), 5) for x in plain], "slow_samples": len(slow),
                "samples_24k": [round(float(x), 5) for x in resampled]}  # fmt: skip
    for name, value in (("tiny-vits.json", table), ("tiny-vits.expected.json", expected)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
