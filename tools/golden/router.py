#!/usr/bin/env python3
"""The router's scores as Python's ONNX Runtime computes them, for tests/golden/router_test.c.

    pip install numpy onnxruntime
    tools/golden/router.py models/heads/router-e5.onnx tests/golden/data/e5.json tests/golden/data/router.json
"""
import argparse
import json

import numpy as np
import onnxruntime


def main():
    """Score the reference vectors of the embedder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("vectors")
    parser.add_argument("output")
    arguments = parser.parse_args()
    session = onnxruntime.InferenceSession(arguments.model)
    with open(arguments.vectors, encoding="utf-8") as file:
        vectors = [entry["query"] for entry in json.load(file)]
    scores = [session.run(None, {"vector": np.array([v], np.float32)})[0][0].tolist() for v in vectors]
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump([[round(x, 5) for x in row] for row in scores], file)
        file.write("\n")


if __name__ == "__main__":
    main()
