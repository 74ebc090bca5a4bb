"""Asserts that no prompt of tests/brain is in the training data, nor nearly so.

    python3 overlap.py [--data train.jsonl] [--epochs 3] [--sarai build/release/sarai]

Nearly (heldout.py; dataset.py leaves such dialogues out): the same words in another order, an edit similarity of 0.85, or
half of the prompt's runs of four words. With --sarai, which makes vectors of both, the closest training sentences are shown
too, to be judged by eye: sentences about one thing are close, and are meant to be. Without --data, some epochs are drawn
anew. Prompts with passages count as shared only where question and passage both are. Exit status 1 names each pair.
"""
import argparse
import json
import subprocess
import sys

import dataset
import heldout
from heldout import brain


def training(path, epochs):
    """{(what was found and said before, words)} of what training says, plain."""
    if path:
        examples = [json.loads(line) for line in open(path)]
    else:
        folder = dataset.shared_data()
        examples = [e for seed in range(epochs) for e in dataset.Maker(100 + seed).epoch(folder, share_of_papers=1)]
    out = set()
    for e in examples:
        history = ""
        for said, answer in e["turns"]:
            found, words = heldout.words_of(said, dataset.MOODS)
            out.add((found + history, words))
            history = " " + brain.plain(said + answer)
    return out


def by_words(bare):
    for words in bare:
        q = heldout.shared_with(words)
        if q:
            yield q, words


def by_passage(seen):
    for q in brain.prompts():
        passage = brain.plain("\n".join(t for _, t in q.get("passages") or []))
        said = brain.plain(q["text"])
        yield from ((q, words) for found, words in seen if passage and words == said and passage in found)


def vectors(sarai, texts):
    import numpy as np
    done = subprocess.run([sarai, "embed", "-"], input="".join(t + "\n" for t in texts), capture_output=True, text=True,
                          check=True)
    return np.array([json.loads(line) for line in done.stdout.splitlines()])


def show_closest(sarai, bare, count):
    bare, prompts = sorted(bare), heldout.bare_prompts()
    similar = vectors(sarai, [said for _, said in prompts]) @ vectors(sarai, bare).T
    best = similar.max(1)
    print(f"cosine to the nearest training sentence: median {sorted(best)[len(best) // 2]:.3f}, most {best.max():.3f}")
    for i in best.argsort()[::-1][:count]:
        print(f"  {best[i]:.3f} {prompts[i][0]['text']} ~ {bare[similar[i].argmax()]}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data")
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--sarai")
    args = p.parse_args()
    seen = training(args.data, args.epochs)
    bare = {words for found, words in seen if not found and words}
    pairs = [*by_words(bare), *by_passage(seen)]
    for q, words in pairs:
        print(f"{q['group']} {q['n']}: {q['text']} ~ {words}")
    print(f"{len(seen)} different training prompts, {len(pairs)} shared")
    if args.sarai:
        show_closest(args.sarai, bare, 20)
    sys.exit(len(pairs) > 0)


if __name__ == "__main__":
    main()
