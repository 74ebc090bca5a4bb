"""Asserts that no prompt of tests/brain is in the training data, nor nearly so.

    python3 overlap.py [--data train.jsonl]

Nearly: the same words in another order or with other marks, or an edit similarity of 0.85. Without --data, some
epochs are drawn anew. Prompts with passages count as shared only where question and passage both are.
Exit status 1 names each pair.
"""
import argparse
import difflib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parents[2] / "bench")]
import brain  # noqa: E402
import dataset  # noqa: E402

NEAR = 0.85


def strip_mood(said):
    head, _, rest = said.partition(") ")
    return rest if head[:1] == "(" and head[1:] in dataset.MOODS else said


def training(path):
    """{(context, words): …} of what training says, plain."""
    if path:
        examples = [json.loads(line) for line in open(path)]
    else:
        folder = dataset.shared_data()
        examples = [e for seed in range(3) for e in dataset.Maker(100 + seed).epoch(folder)]
    out = set()
    for e in examples:
        history = ""
        for said, answer in e["turns"]:
            context, _, words = said.rpartition("\n")
            out.add((brain.plain(context) + history, brain.plain(strip_mood(words))))
            history = " " + brain.plain(said + answer)
    return out


def near(a, b):
    if sorted(a.split()) == sorted(b.split()):
        return True
    m = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return m.real_quick_ratio() >= NEAR and m.quick_ratio() >= NEAR and m.ratio() >= NEAR


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data")
    seen = training(p.parse_args().data)
    bare = {words for context, words in seen if not context}
    shared = 0
    for q in brain.prompts():
        said = brain.plain(q["result"][1] if "result" in q else q["text"])
        context = "\n".join(t for _, t in q.get("passages") or [])
        if "result" in q or "history" in q or context:
            # what was said before, or what was found, is part of the prompt
            pairs = [w for c, w in seen if c and w == said and context and brain.plain(context) in c]
        else:
            pairs = [w for w in bare if abs(len(w) - len(said)) < 12 and near(said, w)]
        for w in pairs[:1]:
            shared += 1
            print(f"{q['group']} {q['n']}: {q['text']} ~ {w}")
    print(f"{len(seen)} different training prompts, {shared} shared")
    sys.exit(shared > 0)


if __name__ == "__main__":
    main()
