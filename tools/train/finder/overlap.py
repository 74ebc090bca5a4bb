"""Asserts that papeles.jsonl asks no question of tests/brain or bench/passages.jsonl, and has nothing of their passages.

    python3 tools/train/finder/overlap.py

A question is the same with the same words; a passage is there where a paper has a fifth of its runs of four words and more.
Exit status 1 names each.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tools" / "train" / "brain"), str(ROOT / "bench")]
import brain  # noqa: E402
from heldout import runs  # noqa: E402

SHARE = 0.2


def shared():
    asked = brain.prompts() + [json.loads(line) for line in open(ROOT / "bench/passages.jsonl")]
    questions = {brain.plain(q["text"]) for q in asked}
    passages = [runs(brain.plain(text)) for q in asked for _, text in q.get("passages") or []]
    for line in open(pathlib.Path(__file__).with_name("papeles.jsonl")):
        paper = json.loads(line)
        own = runs(brain.plain(paper["texto"]))
        if any(len(own & other) >= SHARE * len(other) for other in passages if other):
            yield paper["nombre"], paper["texto"]
        for question in [q for q, _ in paper["si"]] + paper["no"]:
            if brain.plain(question) in questions:
                yield paper["nombre"], question


found = list(shared())
for name, text in found:
    print(f"{name}: {text}")
print(f"{len(found)} shared")
sys.exit(len(found) > 0)
