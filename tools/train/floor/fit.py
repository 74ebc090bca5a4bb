#!/usr/bin/env python3
"""What the judgements of a pause are worth together: the weights of src/floor.c, by logistic regression.

    cmake --build build/release --target benches sarai
    tools/train/floor/fit.py --data ../shared/data --models models/onnx --build build/release

Prints the area under the ROC curve of each judgement (smart-turn, the head, the language model's ending of the words, the
transcriber's opinion on the mark) and of sums, sentences apart, then the weights, and how many ends and pauses
would count as over. The stops are those that the head was not trained on: a fifth of sentences.txt, the clips and
bench/pauses.txt's sentences of the choosing half of bench/conversation.py. What was heard is kept under --work, so
that after another adapter it takes seconds.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "bench"))
import conversation  # noqa: E402
import sounds  # noqa: E402
import stops  # noqa: E402
from hearing import BEYOND, STATES, session  # noqa: E402
from train import area, hear  # noqa: E402

SURE, PENALTY, FOLDS, HEADS, PAUSE_S = 0.9999, 0.5, 5, 8, 0.5
LIKELY = (0.5, 0.6, 0.7, 0.8)
JUDGED = ("rmcpantoja", *stops.VOICES, *stops.APART_VOICES)
SUMS = (["sound"], ["words"], ["marks"], ["voice"], ["sound", "words"], ["voice", "marks"], ["voice", "words"],
        ["sound", "voice", "words"], ["voice", "words", "marks"])  # fmt: skip


def benchmark(sarai):
    """The choosing half of bench/pauses.txt: where the first part of a sentence stops, and its end."""
    pairs = conversation.sentences("choose")
    for voice in stops.VOICES:
        with tempfile.TemporaryDirectory() as folder:
            parts = sounds.speak(sarai, voice, [p for a, b in pairs for p in (a.rstrip(",") + ",", b)], folder)
        for i, (first, second) in enumerate(pairs):
            a, b = parts[2 * i], parts[2 * i + 1]
            whole = np.concatenate([a, sounds.silence(PAUSE_S), b])
            for finished, pcm in ((False, a), (True, whole)):
                rng = sounds.generator("fit", voice, first, finished)
                yield stops.Stop(voice, first, finished, *stops.stopped(pcm, len(pcm), rng), True)


def once(items):
    """Of each text the first end and the first pause, which is the longest, of those held out."""
    seen = set()
    for item in items:
        if item.held_out and (item.key, item.finished) not in seen:
            if not item.key.startswith("sentence"):
                seen.add((item.key, item.finished))
            yield item


def listen(args):
    sarai = os.path.join(args.build, "sarai")
    sources = [(s, once(items)) for s, items in stops.sources(args.data, sarai, args.work) if s in JUDGED]
    parts = [hear(s, items, args.models, args.work, "fit-", ask=True) for s, items in [*sources, ("pauses", benchmark(sarai))]]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def endings(build, texts):
    """(probability that the words end the turn, whether they stop within a clause)."""
    done = subprocess.run([os.path.join(build, "bench", "endings")], input="\n".join(texts) + "\n", text=True,
                          capture_output=True, check=True, env=dict(os.environ, SARAI_ENV_FILE="/dev/null"))  # fmt: skip
    rows = np.array([line.split() for line in done.stdout.splitlines()], float)
    return rows[:, 0], rows[:, 1] > 0


def voices(path, states):
    head, found = session(path), []
    for s in states.astype(np.float32).reshape(len(states), STATES + BEYOND, HEADS, -1).transpose(0, 2, 1, 3):
        found.append(head.run(None, {"cross_value_0": s[None], "end": np.array([STATES])})[0][0, 0])
    return np.array(found, float)


def log_odds(p):
    p = np.clip(p, 1 - SURE, SURE)
    return np.log(p / (1 - p))


def regression(x, y, weight):
    """Weights and offset, the weights drawn towards 0 a little."""
    x = np.concatenate([x, np.ones((len(x), 1))], 1)
    keep, at = np.diag([PENALTY] * (x.shape[1] - 1) + [0.0]), np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ at))
        at -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + keep, x.T @ (weight * (p - y)) + keep @ at)
    return at


def crossed(x, y, weight, fold):
    odds = np.zeros(len(y))
    for f in range(FOLDS):
        at = regression(x[fold != f], y[fold != f], weight[fold != f])
        odds[fold == f] = x[fold == f] @ at[:-1] + at[-1]
    return odds


def report(names, judged, source, y, fold):
    x = np.stack([judged[name] for name in names], 1)
    weight = np.where(y, 0.5 / y.mean(), 0.5 / (~y).mean())
    odds, at = crossed(x, y, weight, fold), regression(x, y, weight)
    groups = [(s, (source == s) | (s == "all")) for s in [*sorted(set(source)), "all"]]
    print(f"\n{' + '.join(names)}: " + ", ".join(f"{s} {area(y[m], odds[m] if len(names) > 1 else x[m, 0]):.3f}" for s, m in groups))
    print("  weights: " + ", ".join(f"{n} {w:.2f}" for n, w in zip([*names, "offset"], at)))
    for likely in LIKELY:
        over = odds > np.log(likely / (1 - likely))
        print(f"  over with {likely}, of ends and pauses: "
              + ", ".join(f"{s} {over[m & y].mean():.0%} {over[m & ~y].mean():.0%}" for s, m in groups))  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--head", default="models/heads/turn-base.onnx")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--work", default="build/train/floor")
    parser.add_argument("--verbose", action="store_true", help="each stop")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    heard = listen(args)
    words, unfinished = endings(args.build, heard["text"])
    y, marks = heard["y"], heard["marks"]
    judged = {"sound": log_odds(heard["sound"]), "words": log_odds(words), "voice": log_odds(voices(args.head, heard["states"])),
              "marks": log_odds(marks[:, 0] + marks[:, 1]) - log_odds(marks[:, 2])}  # fmt: skip
    print(f"{y.sum()} ends, {(~y).sum()} pauses; within a clause by its last word: "
          f"{unfinished[y].mean():.0%} of ends, {unfinished[~y].mean():.0%} of pauses")  # fmt: skip
    fold = np.array([stops.drawn(key, FOLDS) for key in heard["key"]])
    for names in SUMS:
        report(names, judged, heard["source"], y, fold)
    for i in range(len(y)) if args.verbose else ():
        print(y[i], heard["source"][i], heard["text"][i], *(f"{n} {judged[n][i]:.1f}" for n in judged), sep="\t")


if __name__ == "__main__":
    main()
