#!/usr/bin/env python3
"""Train, evaluate and export the router: the vector of a question → hard, soft, web.

    tools/train/router/train.py --data ../shared/data --model models/gguf/multilingual-e5-small-q4_0.gguf --out models

The router (adapted.py, kernel.py) is measured beside the same without the adapter and, with --rivals, a linear probe and
Tiny Recursive Models (rivals.py). The held sources and parts (data.HELD, data.FRESH) are for measuring alone; --choose
prints what the router's numbers were chosen by: authored sources, left out of the training.
"""
import argparse
import os
import sys
from collections import Counter

import data
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models"))
from adapted import Adapted, Sentences  # noqa: E402
from kernel import Kernel  # noqa: E402

SEEDS, SHARE = 3, 0.9  # trainings, each on another draw of so much of the data
RESAMPLES = 1000
CHOOSING = ("phrases",), ("brain", "authored")  # left out together
PLAIN_GAMMA = 4.0  # chosen likewise for the vectors without the adapter
NAME, EMBEDDER = "router-e5", "multilingual-e5-small"


def f1(found, labels):
    right = (found & labels).sum(0)
    return 2 * right / np.maximum(found.sum(0) + labels.sum(0), 1)


def drawn(n, seed):
    """What a training is given: all of it the first time, else a draw."""
    order = np.random.default_rng(seed).permutation(n)
    return np.arange(n) if seed == 0 else np.sort(order[: int(SHARE * n)])


def plain(sentences):
    def fitted(places, labels, *_):
        model = Kernel(sentences.plain[places], labels, gamma=PLAIN_GAMMA)
        return lambda at: model.scores(sentences.plain[at]), f"{len(model.weights):,} landmarks", model

    return fitted


def router(sentences):
    def fitted(places, labels, _, seed):
        adapted = Adapted(sentences, places, labels, seed)
        model = Kernel(adapted.vectors(places), labels)
        size = f"{len(model.weights):,} landmarks, adapter {adapted.size():,}"
        return lambda at: model.scores(adapted.vectors(at)), size, (adapted, model)

    return fitted


def rival(name, vectors):
    def fitted(places, labels, _, seed):
        import rivals

        model = rivals.fit(getattr(rivals, name), vectors[places], labels, seed)
        return lambda at: rivals.scores(model, vectors[at]), f"{rivals.size(model):,}", model

    return fitted


def left_out(sentences, labels, source):
    """Each fold of CHOOSING: places that are fitted, places left out, and the vectors of an adapter trained without them."""
    mine = ~np.isin(source, data.HELD + data.FRESH)
    for names in CHOOSING:
        fitted, left = np.flatnonzero(mine & ~np.isin(source, names)), np.flatnonzero(np.isin(source, names))
        adapted = Adapted(sentences, fitted, labels[fitted], 0)
        yield fitted, left, adapted.vectors(fitted), adapted.vectors(left)


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


def evaluate(name, fit, labels, source, parts, seeds=SEEDS):
    """Trains so many times on what is not held; prints a row a part, returns the first model."""
    mine = np.flatnonzero(~np.isin(source, data.HELD + data.FRESH))
    draws = [mine[drawn(len(mine), seed)] for seed in range(seeds)]
    models = [fit(of, labels[of], source[of], seed) for seed, of in enumerate(draws)]
    for part, names in parts.items():
        of = np.flatnonzero(np.isin(source, names))
        truth = labels[of].astype(bool)
        found = [score(of) > 0.5 for score, _, _ in models]
        each = np.array([f1(f, truth) for f in found])
        low, high = spread(found[0], truth)
        first, mean = (" | ".join(f"{value:.3f}" for value in row) for row in (each[0], each.mean(0)))
        print(f"| {name} | {part} | {models[0][1]} | {first} | {each[0].mean():.3f} | {low:.2f} … {high:.2f} |")
        if seeds > 1:
            print(f"| … mean of {seeds} | {part} | | {mean} | {each.mean():.3f} ± {each.mean(1).std():.3f} | |", flush=True)
    return models[0]


def judge(score, labels, source, parts):
    for names in parts.values():
        of = np.flatnonzero(np.isin(source, names))
        scores, truth = score(of), labels[of].astype(bool)
        confusions(scores > 0.5, truth, source[of])
        decisions(scores, truth)


def choose(sentences, labels, source):
    names = [name for fold in CHOOSING for name in fold]
    found = {}
    for fitted, left, inside, outside in left_out(sentences, labels, source):
        for cost in (1, 3, 10):
            for gamma in (1, 2, 4, 8):
                decided = Kernel(inside, labels[fitted], cost, gamma).decisions(outside) > 0
                for name in dict.fromkeys(source[left]):
                    of = source[left] == name
                    found[cost, gamma, name] = f1(decided[of], labels[left][of].astype(bool)).mean()
    print("| cost | gamma | macro-F1 of " + " | ".join(names) + " | mean |\n" + "|---" * (len(names) + 3) + "|")
    for cost, gamma in dict.fromkeys(key[:2] for key in found):
        row = [found[cost, gamma, name] for name in names]
        print(f"| {cost} | {gamma} | " + " | ".join(f"{value:.3f}" for value in row) + f" | {np.mean(row):.3f} |")


def curve(sentences, labels, source):
    """How the figure grows with the data, without the adapter: on shares of it, and without a source."""
    mine, held = np.flatnonzero(~np.isin(source, data.HELD + data.FRESH)), np.isin(source, data.HELD)
    random, truth = np.random.default_rng(1), labels[held].astype(bool)
    trained = {f"{share:.0%} of it": mine[random.permutation(len(mine))[: int(share * len(mine))]] for share in (0.1, 0.25, 0.5, 1)}
    without = ("chitchat", "squad", *(name for fold in CHOOSING for name in fold))
    trained |= {f"without {name}": mine[source[mine] != name] for name in without}
    print("| trained on | sentences | F1 hard | F1 soft | F1 web | macro-F1 |\n|---|---|---|---|---|---|")
    for name, of in trained.items():
        each = f1(Kernel(sentences.plain[of], labels[of], gamma=PLAIN_GAMMA).decisions(sentences.plain[held]) > 0, truth)
        print(f"| {name} | {len(of):,} | " + " | ".join(f"{f:.3f}" for f in each) + f" | {each.mean():.3f} |", flush=True)


def calibrate(model, sentences, labels, source):
    """The chances by what other adapters and machines say on authored sources that they have not seen."""
    decided, told = [], []
    for fitted, left, inside, outside in left_out(sentences, labels, source):
        decided.append(Kernel(inside, labels[fitted]).decisions(outside))
        told.append(labels[left])
    model.calibrate(np.concatenate(decided), np.concatenate(told))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with text/, router/ and retrieval/")
    parser.add_argument("--model", required=True, help="the embedder's GGUF file")
    parser.add_argument("--choose", action="store_true", help="only what the router's numbers were chosen by")
    parser.add_argument("--rivals", action="store_true", help="the probe and the recursive models too")
    parser.add_argument("--curve", action="store_true", help="the figure by the amount and the source of the data too")
    parser.add_argument("--out", help="folder for adapters/router-e5.gguf and heads/router-e5.onnx")
    arguments = parser.parse_args()
    rows = data.load(arguments.data)
    sentences = Sentences([text for _, text, _ in rows], arguments.model)
    source, labels = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    if arguments.choose:
        return choose(sentences, labels, source)
    parts = {"held": data.HELD, "fresh": data.FRESH}
    print("| model | part | size | F1 hard | F1 soft | F1 web | macro-F1 | 95 % of draws |\n|---|---|---|---|---|---|---|---|")
    score, _, (adapted, model) = evaluate("router", router(sentences), labels, source, parts)
    evaluate("support vectors, plain vector", plain(sentences), labels, source, parts)
    if arguments.rivals:
        vectors = adapted.vectors(np.arange(len(rows)))
        evaluate("linear probe", rival("Probe", sentences.plain), labels, source, parts, 1)
        evaluate("TRM", rival("Recursive", sentences.plain), labels, source, parts, 1)
        evaluate("TRM, adapted", rival("Recursive", vectors), labels, source, parts, 1)
    if arguments.curve:
        curve(sentences, labels, source)
    if arguments.out:
        calibrate(model, sentences, labels, source)
        judge(score, labels, source, parts)
        adapted.save(os.path.join(arguments.out, "adapters", NAME + ".gguf"))
        model.save(os.path.join(arguments.out, "heads", NAME + ".onnx"), EMBEDDER)


if __name__ == "__main__":
    main()
