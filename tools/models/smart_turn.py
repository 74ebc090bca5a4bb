"""smart-turn v3.2 → an ONNX file that takes sound, so that no features are computed in C.

    python3 tools/models/smart_turn.py --in DIR --out DIR

DIR, or a folder in it, holds smart-turn-v3.2-cpu.onnx (pipecat-ai/smart-turn, BSD-2), which takes the
log-mel that Whisper's feature extractor makes of 8 s, normalised to mean 0 and deviation 1 before. Those two
steps are put in front of it. The contract is in docs/CONTRACTS.md ("End of turn").
"""

import argparse
import hashlib
import os

import onnx
from onnx import helper

import whisper
from graph import FLOAT, Graph

SHA256 = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"
N_MELS, SECONDS = 80, 8
SAMPLES = SECONDS * whisper.RATE


def read_model(folder):
    path = whisper.find(folder, "smart-turn-v3.2-cpu.onnx")[0]
    with open(path, "rb") as f:
        data = f.read()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{path}: another sha256 than {SHA256}")
    return onnx.load_from_string(data)


def build_front():
    """pcm [1, SAMPLES] → log-mel, as nodes and constants."""
    g = Graph()
    g.input("pcm", FLOAT, [1, SAMPLES])
    x = g.op("Sub", ["pcm", g.op("ReduceMean", ["pcm"], keepdims=1)])
    variance = g.op("ReduceMean", [g.op("Mul", [x, x])], keepdims=1)
    x = g.op("Div", [x, g.op("Sqrt", [g.op("Add", [variance, g.scalar(1e-7)])])])
    return g, whisper.log_mel(g, N_MELS, x)


def join(front, features, model):
    """Puts the front before the model's graph, in place."""
    graph = model.graph
    prefixed = onnx.compose.add_prefix(model, "turn/", rename_inputs=False, rename_outputs=False).graph
    was = graph.input[0].name
    for node in prefixed.node:
        node.input[:] = [features if name == was else name for name in node.input]
    del graph.node[:], graph.initializer[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(front.nodes)
    graph.node.extend(prefixed.node)
    graph.initializer.extend(front.constants.values())
    graph.initializer.extend(prefixed.initializer)
    graph.input.extend(front.inputs)
    graph.output.append(helper.make_tensor_value_info("probability", FLOAT, [1, 1]))
    for node in graph.node:
        node.output[:] = ["probability" if name == "logits" else name for name in node.output]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--in", dest="folder", required=True, help="folder of the package's files")
    parser.add_argument("--out", required=True, help="folder for the result")
    args = parser.parse_args()
    model = read_model(args.folder)
    join(*build_front(), model)
    del model.metadata_props[:]
    helper.set_model_props(model, {"sarai.role": "end-of-turn", "sarai.contract": "1",
                                   "sarai.sample_rate": str(whisper.RATE)})  # fmt: skip
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(args.out, "smart-turn-v3.onnx"))


if __name__ == "__main__":
    main()
