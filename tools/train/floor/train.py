#!/usr/bin/env python3
"""Train, evaluate and export the end-of-turn head.

    tools/train/floor/train.py --data ../shared/data --models models/onnx --sarai build/release/sarai --out models/heads

Evaluation never asks a network about words it was trained on: sentences are divided in FOLDS. What serves fit.py
to choose the floor's rule (stops.held_out) is left out of the training altogether and reported apart.
"""

import argparse
import os

import numpy as np
import torch

import stops
from head import Head
from hearing import BEYOND, STATES, Hearing, session

FOLDS = 4
WEIGHTS = {"rmcpantoja": 1.5, "lingvo1": 2.0, "asterisk": 0.7, "acted": 0.4, **dict.fromkeys(stops.SHORT_VOICES, 0.3)}
LICENCE = "research-only"


def area(y, score):
    """Under the ROC curve."""
    ranks = np.argsort(np.argsort(score, kind="stable")) + 1
    ends = y.sum()
    return (ranks[y].sum() - ends * (ends + 1) / 2) / (ends * (len(y) - ends))


def hear(source, items, models, work, kind="", ask=False):
    """{name: array} of all stops of a source; kept in the work folder. `ask`: also what was said, and smart-turn."""
    path = os.path.join(work, kind + source + ".npz")
    if not os.path.exists(path):
        hearing, rows = Hearing(models), []
        for item in items:
            heard = hearing.stop(item.pcm, item.stop, ask=ask or item.may_be_end)
            # behind a full stop within a text the person might have finished
            if heard and not (item.may_be_end and heard["text"][-1:] in ".?!"):
                rows.append((item, heard))
        np.savez(path, source=[source] * len(rows), key=[i.key for i, _ in rows],
                 speaker=[i.speaker or i.key for i, _ in rows], held=[i.held_out for i, _ in rows],
                 y=[i.finished for i, _ in rows], states=np.stack([h["states"] for _, h in rows]),
                 text=[h["text"] for _, h in rows], marks=np.stack([h["marks"] for _, h in rows]),
                 sound=[h["sound"] for _, h in rows])  # fmt: skip
    with np.load(path) as kept:
        return {name: kept[name] for name in kept.files}


def balanced(source, y):
    """Weights: of each source the ends count as much as the pauses."""
    weight = np.array([WEIGHTS.get(s, 1.0) for s in source], np.float32)
    for s in set(source):
        for end in (False, True):
            chosen = (source == s) & (y == end)
            weight[chosen] *= 0.5 * (source == s).sum() / max(chosen.sum(), 1)
    return weight / weight.mean()


def slope_and_offset(odds, y, weight):
    """Logistic regression on one number, by Newton's method."""
    x, at = np.stack([odds, np.ones_like(odds)], 1), np.array([1.0, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ at))
        at -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x, x.T @ (weight * (p - y)))
    return at


def report(title, source, y, odds):
    print(f"{title}: ends, pauses; area under the ROC curve; ends over 0.7, pauses over 0.7")
    for s in [*sorted(set(source)), "all"]:
        mine = source == s if s != "all" else np.ones(len(y), bool)
        sure = odds > np.log(0.7 / 0.3)
        print(f"  {s:<12} {y[mine].sum():4d} {(~y[mine]).sum():4d}   {area(y[mine], odds[mine]):.3f}   "
              f"{sure[mine & y].mean():.2f} {sure[mine & ~y].mean():.2f}")  # fmt: skip


def deviation(path, head, scale, states):
    """Of the file's probabilities from those of the networks it was made of."""
    graph, there = session(path), 1 / (1 + np.exp(-scale[0] * head.log_odds(states) - scale[1]))
    as_given = states.astype(np.float32).reshape(len(states), STATES + BEYOND, 8, -1).transpose(0, 2, 1, 3)
    found = [graph.run(None, {"cross_value_0": s[None], "end": np.array([STATES])})[0][0, 0] for s in as_given]
    return np.abs(there - found).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--sarai", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--work", default="build/train/floor")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    torch.set_num_threads(1)  # more do not help networks so small
    parts = [hear(source, items, args.models, args.work)
             for source, items in stops.sources(args.data, args.sarai, args.work)]  # fmt: skip
    heard = {name: np.concatenate([part[name] for part in parts]) for name in ("source", "key", "speaker", "held", "y", "states")}
    learnt = ~heard["held"]
    source, key, speaker, y, states = (heard[name][learnt] for name in ("source", "key", "speaker", "y", "states"))
    weight, odds = balanced(source, y), np.full(len(y), np.nan)
    folds = [np.array([stops.drawn(name, FOLDS) for name in names]) for names in (key, speaker)]
    for f in range(FOLDS):
        others, mine = (folds[0] != f) & (folds[1] != f), (folds[0] == f) & (folds[1] == f)
        head = Head(states[others], y[others], weight[others], members=1)
        odds[mine] = head.log_odds(states[mine])
    asked = ~np.isnan(odds)
    scale = slope_and_offset(odds[asked], y[asked], weight[asked])
    report("new sentences, acted ones by new speakers", source[asked], y[asked], scale[0] * odds[asked] + scale[1])
    head = Head(states, y, weight)
    apart = {name: heard[name][~learnt] for name in ("source", "y", "states")}
    report("held out", apart["source"], apart["y"], scale[0] * head.log_odds(apart["states"]) + scale[1])
    path = os.path.join(args.out, "turn-base.onnx")
    head.save(path, 8, STATES, BEYOND, scale, LICENCE)
    print(f"{path}: {os.path.getsize(path)} bytes, off PyTorch by at most {deviation(path, head, scale, states[:20]):.1e}")


if __name__ == "__main__":
    main()
