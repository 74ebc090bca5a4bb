#!/usr/bin/env python3
"""Train, evaluate and export the router: the vector of a question → hard, soft, web.

    tools/train/router/train.py --data ../shared/data --sarai build/release/sarai --out models/heads

The router (kernel.py) is measured beside a linear probe and a Tiny Recursive Model (rivals.py) on the same vectors. The
held sources and parts (data.HELD, data.FRESH) are for measuring alone; --choose prints what the router's two numbers
were chosen by: the authored sources, each left out of the training in turn.
"""
import argparse
import json
import os
import subprocess
import sys
from collections import Counter

import data
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models"))
from kernel import Kernel  # noqa: E402

SEEDS, SHARE = 3, 0.9  # trainings, each on another draw of so much of the data
RESAMPLES = 1000
CHOOSING = "phrases", "brain", "authored"
CHUNK = 500


def embed(texts, sarai, work):
    """Vectors of the texts, by the program itself; those known from earlier runs are kept in the work folder."""
    path, kept = os.path.join(work, "vectors.npz"), {}
    if os.path.exists(path):
        with np.load(path) as file:
            kept = dict(zip(file["texts"].tolist(), file["vectors"]))
    missing = [text for text in dict.fromkeys(texts) if text not in kept]
    for at in range(0, len(missing), CHUNK):
        part = missing[at : at + CHUNK]
        run = subprocess.run([sarai, "embed", "-"], input="\n".join(part) + "\n", text=True, stdout=subprocess.PIPE, check=True)
        kept.update(zip(part, (np.array(json.loads(line), np.float32) for line in run.stdout.splitlines()), strict=True))
        np.savez(path, texts=np.array(list(kept)), vectors=np.stack(list(kept.values())))
    return np.stack([kept[text] for text in texts])


def f1(found, labels):
    right = (found & labels).sum(0)
    return 2 * right / np.maximum(found.sum(0) + labels.sum(0), 1)


def drawn(n, seed):
    """What a training is given: all of it the first time, else a draw."""
    order = np.random.default_rng(seed).permutation(n)
    return np.arange(n) if seed == 0 else np.sort(order[: int(SHARE * n)])


def kernel(vectors, labels, source, _):
    model = Kernel(vectors, labels).calibrate(vectors, labels, source, CHOOSING)
    return model.scores, len(model.weights), model


def rival(name):
    def fitted(vectors, labels, _, seed):
        import rivals  # torch is wanted for these alone

        model = rivals.fit(getattr(rivals, name), vectors, labels, seed)
        return lambda v: rivals.scores(model, v), rivals.size(model), model

    return fitted


def spread(found, labels, seed=5):
    """2.5 and 97.5 % of the macro-F1 over draws of the held sentences."""
    random = np.random.default_rng(seed)
    draws = (random.integers(len(labels), size=len(labels)) for _ in range(RESAMPLES))
    return np.percentile([f1(found[d], labels[d]).mean() for d in draws], [2.5, 97.5])


def confusions(found, labels, source):
    """By source: how many are right in all labels, and what the others were taken for."""
    for which in dict.fromkeys(source):
        of = source == which
        wrong = Counter(
            "".join(map(str, map(int, said))) + " for " + "".join(map(str, map(int, is_)))
            for said, is_ in zip(found[of], labels[of]) if (said != is_).any()
        )  # fmt: skip
        right = 1 - sum(wrong.values()) / of.sum()
        print(f"  {which}: {of.sum()} sentences, all labels right {right:.3f}; {wrong.most_common(6)}", file=sys.stderr)


def decisions(scores, labels):
    """What the control plane makes of the scores (think/control.c): how often rightly, and of how many."""
    for k, (what, least) in enumerate((("expert or longer budget, hard", 0.9), ("empathy, soft", 0.7), ("fresh, web", 0.5))):
        found = scores[:, k] > least
        hit = (found & labels[:, k]).sum()
        print(f"  {what} > {least}: {found.sum()} of which right {hit}; missed {labels[:, k].sum() - hit}", file=sys.stderr)


def evaluate(name, fit, vectors, labels, source, parts, seeds=SEEDS):
    """Trains SEEDS times on what is not held; prints a row a part, returns the first model."""
    mine, first = np.flatnonzero(~np.isin(source, data.HELD + data.FRESH)), None
    draws = [mine[drawn(len(mine), seed)] for seed in range(seeds)]
    models = [fit(vectors[of], labels[of], source[of], seed) for seed, of in enumerate(draws)]
    for part, names in parts.items():
        of = np.isin(source, names)
        truth = labels[of].astype(bool)
        found = [score(vectors[of]) > 0.5 for score, _, _ in models]
        each = np.array([f1(f, truth) for f in found])
        row = " | ".join(f"{mean:.3f}" for mean in each.mean(0))
        low, high = spread(found[0], truth)
        print(f"| {name} | {part} | {models[0][1]:,} | {row} | {each.mean():.3f} ± {each.mean(1).std():.3f} | {low:.2f} … {high:.2f} |", flush=True)
        if fit is kernel:
            confusions(found[0], truth, source[of])
            decisions(models[0][0](vectors[of]), truth)
    return models[0][2]


def choose(vectors, labels, source):
    mine = ~np.isin(source, data.HELD + data.FRESH)
    print("| cost | gamma | macro-F1 of " + " | ".join(CHOOSING) + " | mean |\n" + "|---" * (len(CHOOSING) + 3) + "|")
    for cost in (1, 3, 10):
        for gamma in (2, 4, 8):
            found = []
            for left in CHOOSING:
                fitted, of = mine & (source != left), source == left
                model = Kernel(vectors[fitted], labels[fitted], cost, gamma)
                found.append(f1(model.decisions(vectors[of]) > 0, labels[of].astype(bool)).mean())
            print(f"| {cost} | {gamma} | " + " | ".join(f"{f:.3f}" for f in found) + f" | {np.mean(found):.3f} |", flush=True)


def curve(vectors, labels, source):
    """How the figure grows with the data: the same model on shares of it, and without the authored sources."""
    mine, held = np.flatnonzero(~np.isin(source, data.HELD + data.FRESH)), np.isin(source, data.HELD)
    random, truth = np.random.default_rng(1), labels[held].astype(bool)
    trained = {f"{share:.0%} of it": mine[random.permutation(len(mine))[: int(share * len(mine))]] for share in (0.1, 0.25, 0.5, 1)}
    trained |= {f"without {name}": mine[source[mine] != name] for name in ("chitchat", "squad", *CHOOSING)}
    print("| trained on | sentences | F1 hard | F1 soft | F1 web | macro-F1 |\n|---|---|---|---|---|---|")
    for name, of in trained.items():
        each = f1(Kernel(vectors[of], labels[of]).decisions(vectors[held]) > 0, truth)
        print(f"| {name} | {len(of):,} | " + " | ".join(f"{f:.3f}" for f in each) + f" | {each.mean():.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with text/, router/ and retrieval/")
    parser.add_argument("--sarai", default="build/release/sarai", help="the program, which embeds the sentences")
    parser.add_argument("--work", default="build/train/router", help="where vectors are kept between runs")
    parser.add_argument("--choose", action="store_true", help="only what the router's numbers were chosen by")
    parser.add_argument("--rivals", action="store_true", help="the probe and the recursive model too; minutes")
    parser.add_argument("--curve", action="store_true", help="the figure by the amount and the source of the data too")
    parser.add_argument("--out", help="folder for router-e5.onnx")
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    rows = data.load(arguments.data)
    vectors = embed([text for _, text, _ in rows], arguments.sarai, arguments.work)
    source, labels = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    if arguments.choose:
        return choose(vectors, labels, source)
    parts = {"held": data.HELD, "fresh": data.FRESH}
    print("| model | part | size | F1 hard | F1 soft | F1 web | macro-F1 | 95 % of draws |\n|---|---|---|---|---|---|---|---|")
    model = evaluate("kernel", kernel, vectors, labels, source, parts)
    if arguments.rivals:
        evaluate("linear probe", rival("Probe"), vectors, labels, source, parts)
        evaluate("TRM", rival("Recursive"), vectors, labels, source, parts)
    if arguments.curve:
        curve(vectors, labels, source)
    if arguments.out:
        model.save(os.path.join(arguments.out, "router-e5.onnx"), "multilingual-e5-small")


if __name__ == "__main__":
    main()
