#!/usr/bin/env python3
"""Vectors of the embedder with the adapters of the router and of the search as PyTorch computes them, and the router's
scores of its own as Python's ONNX Runtime does, for tests/golden/e5_test.c and router_test.c.

    pip install -r tools/train/router/requirements.txt
    tools/golden/adapted.py --model multilingual-e5-small-q4_0.gguf --models models \\
        tests/golden/data/e5.json tests/golden/data/adapted.json
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
    parser.add_argument("--models", required=True, help="the folder of what was trained")
    parser.add_argument("texts")
    parser.add_argument("output")
    arguments = parser.parse_args()
    tok, model = bert.tokenizer(arguments.model), bert.Bert(bert.Weights(arguments.model, torch.float32))
    loras = {name: bert.load(f"{arguments.models}/adapters/{name}-e5.gguf") for name in ("router", "search")}
    session = onnxruntime.InferenceSession(f"{arguments.models}/heads/router-e5.onnx")
    with open(arguments.texts, encoding="utf-8") as file:
        texts = [entry["text"] for entry in json.load(file)]
    found = []
    for text in texts:
        ids = torch.tensor([[bert.BEGIN, *tok.encode("query: " + text).ids, bert.END]])
        mask = torch.ones_like(ids, dtype=torch.bool)
        rows = {name: bert.mean_vectors(model.states(ids, mask, lora), mask).numpy() for name, lora in loras.items()}
        rows["scores"] = session.run(None, {"adapted": rows["router"]})[0]
        found.append({"text": text, **{name: [round(float(x), 5) for x in row[0]] for name, row in rows.items()}})
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
