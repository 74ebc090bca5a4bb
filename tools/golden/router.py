#!/usr/bin/env python3
"""Vectors of the embedder with the router's adapter as PyTorch computes them, and the router's scores of these as
Python's ONNX Runtime does, for tests/golden/e5_test.c and router_test.c.

    pip install -r tools/train/router/requirements.txt
    tools/golden/router.py --model multilingual-e5-small-q4_0.gguf --adapter models/adapters/router-e5.gguf \\
        --router models/heads/router-e5.onnx tests/golden/data/e5.json tests/golden/data/router.json
"""
import argparse
import json
import os
import sys

import onnxruntime
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "train"))
import bert  # noqa: E402


@torch.no_grad()
def main():
    """Embed and score the texts of the embedder's own reference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--router", required=True)
    parser.add_argument("texts")
    parser.add_argument("output")
    arguments = parser.parse_args()
    tok, model = bert.tokenizer(arguments.model), bert.Bert(bert.Weights(arguments.model, torch.float32))
    lora, session = bert.load(arguments.adapter), onnxruntime.InferenceSession(arguments.router)
    with open(arguments.texts, encoding="utf-8") as file:
        texts = [entry["text"] for entry in json.load(file)]
    found = []
    for text in texts:
        ids = torch.tensor([[bert.BEGIN, *tok.encode("query: " + text).ids, bert.END]])
        mask = torch.ones_like(ids, dtype=torch.bool)
        vector = bert.mean_vectors(model.states(ids, mask, lora), mask).numpy()
        scores = session.run(None, {"adapted": vector})[0]
        rows = ("adapted", vector[0]), ("scores", scores[0])
        found.append({"text": text, **{name: [round(float(x), 5) for x in row] for name, row in rows}})
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
