#!/usr/bin/env python3
"""How well a sentence is found by its sound: is a projector from the encoder to the embedder's space worth it?

    tools/train/latent/evaluate.py --data ../shared/data --sarai build/release/sarai --models models/onnx

Read Spanish (speech-es, clips of at most 12 s): ridge regression, in its dual form, from the mean of the encoder's
last residual state to the vector of the sentence, five folds over the sentences. Each clip then looks for its own
sentence among all of them: by that vector, by the vector of its transcript, and by the mean of both.
"""
import argparse
import csv
import json
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "affect"))
import features  # noqa: E402

FOLDS, RIDGE, LONGEST_S = 5, 0.1, 12


def embed(sarai, texts, *flags):
    run = subprocess.run([sarai, "embed", "-", *flags], input="\n".join(texts) + "\n", text=True, stdout=subprocess.PIPE, check=True)
    return np.array([json.loads(line) for line in run.stdout.splitlines()])


def transcripts(sarai, paths):
    run = subprocess.run([sarai, "transcribe", "--json", *paths], text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["text"] or "-" for line in run.stdout.splitlines()]


def heard(rows, folder, models, work):
    """[n, width]: mean of the last residual state."""
    path = os.path.join(work, "states.npy")
    if not os.path.exists(path):
        hearing = features.Hearing(models, work)
        clips = (hearing.cut(features.read(os.path.join(folder, row["file"])))[: LONGEST_S * features.HZ] for row in rows)
        np.save(path, np.stack([hearing.encode(clip)[-1, 0] for clip in clips]))
    return np.load(path)


def projected(states, targets):
    """For each clip the vector that a projector gives which never saw its fold."""
    states = (states - states.mean(0)) / (states.std(0) + 1e-6)
    likeness = states @ states.T / states.shape[1]
    fold = np.random.default_rng(0).permutation(len(states)) % FOLDS
    found = np.zeros_like(targets)
    for held in range(FOLDS):
        seen = fold != held
        weights = np.linalg.solve(likeness[np.ix_(seen, seen)] + RIDGE * np.eye(seen.sum()), targets[seen])
        found[~seen] = likeness[np.ix_(~seen, seen)] @ weights
    return found


def row(name, queries, targets):
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    scores = queries @ (targets / np.linalg.norm(targets, axis=1, keepdims=True)).T
    better = (scores > np.diag(scores)[:, None]).sum(1)
    print(f"| {name} | {(better < 1).mean():.3f} | {(better < 5).mean():.3f} |")
    return queries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with speech-es/")
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--models", default="models/onnx")
    parser.add_argument("--work", default="build/train/latent")
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    folder = os.path.join(arguments.data, "speech-es")
    with open(os.path.join(folder, "manifest.tsv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    passages = embed(arguments.sarai, [r["text"] for r in rows], "--passage")
    middle = passages.mean(0)
    targets = passages - middle
    written = embed(arguments.sarai, transcripts(arguments.sarai, [os.path.join(folder, r["file"]) for r in rows]))
    print(f"| query ({len(rows)} sentences) | recall@1 | recall@5 |\n|---|---|---|")
    sound = row("projector", projected(heard(rows, folder, arguments.models, arguments.work), targets), targets)
    text = row("vector of the transcript", written - written.mean(0), targets)
    row("both", sound + text, targets)


if __name__ == "__main__":
    main()
