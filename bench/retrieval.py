"""Recall of `sarai search` on Spanish questions: by words, by meaning, and by both fused.

    python3 bench/retrieval.py --data DIR | --papers [--sarai build/release/sarai] [--held] [--paragraphs 5]
        [--questions 5] [--foreign FILE] [--json FILE]

DIR is ../shared/data, for the articles of SQuAD-es 1.1: their paragraphs become one file each, of which a question's
paragraph is to be found. --held: only of articles that nothing of ours was trained on. --paragraphs is how many of
each article are taken (0: all; 5 are as many as XQuAD has), --questions how many of each paragraph. --papers: the papers
of everyday life that nothing was trained on, in place of articles. A question counts as answered at k when one of the first
k *different* files is its paragraph. With --foreign (texts that are about nobody's documents: one a line, or .jsonl with lists of "questions") and with the
questions of articles that were left out it also tells how the score of the first two passages separates what fits from
what does not: the share of either above each threshold, and the share where one above it is of the right file.
Needs: nothing beside Python.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile

from held_papers import TOGETHER, pairs, papers

SHOWN = 2  # passages that go with a question (SEARCH_PASSAGES)
DEPTH = 20  # hits asked for: several may be of one file
KINDS = ("words", "meaning", "both")
FITTING, RIGHT = "fitting", "and right"
FOREIGN = 600  # texts about nobody's documents; tools/train/search learns from none of them


def load_papers():
    """As load() gives them; papers that may be alike are of one article."""
    return [(i // TOGETHER, paper["texto"], [q for q, _ in paper["si"]]) for i, paper in enumerate(papers())]


def load(folder, n_paragraphs, n_questions, held):
    """[(article, paragraph, [question])]"""
    out = []
    with open(folder / "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json", encoding="utf-8") as f:
        articles = json.load(f)["data"]
    untaught = {article["title"] for article in pairs.articles(folder, held=True)}
    for number, article in enumerate(a for a in articles if not held or a["title"] in untaught):
        paragraphs = article["paragraphs"]
        for paragraph in paragraphs[:n_paragraphs] if n_paragraphs else paragraphs:
            questions = [q["question"].replace("\n", " ").strip() for q in paragraph["qas"]]
            out.append((number, paragraph["context"], [q for q in questions if q][:n_questions]))
    return out


def shuffled(path):
    """The different texts of a file, always in the same order: the first FOREIGN are what is asked here."""
    with open(path, encoding="utf-8") as f:
        lines = [line.strip() for line in f if line.strip()]
    if path.endswith(".jsonl"):
        lines = [question.strip() for line in lines for question in json.loads(line)["questions"]]
    texts = sorted(set(lines) - {""})
    random.Random(2).shuffle(texts)
    return texts


class Store:
    """A store of its own in a folder of its own."""

    def __init__(self, program, folder, paragraphs):
        self.program = program
        self.environment = dict(os.environ, STORE_PATH=os.path.join(folder, "saber.db"), SARAI_ENV_FILE="/dev/null")
        documents = os.path.join(folder, "documents")
        os.mkdir(documents)
        for number, (_, text, _) in enumerate(paragraphs):
            with open(os.path.join(documents, f"{number}.txt"), "w", encoding="utf-8") as f:
                f.write(text)
        done = self.run(["index", "--json", documents])
        self.index = json.loads(done.splitlines()[-1])

    def run(self, arguments, lines=None, **settings):
        done = subprocess.run([self.program] + arguments, input=lines, text=True, stdout=subprocess.PIPE,
                              env=dict(self.environment, **settings), check=True)
        return done.stdout

    def search(self, questions, by):
        out = self.run(["search", "-k", str(DEPTH), "--json", "-"], "".join(q + "\n" for q in questions), SEARCH_BY=by)
        return [json.loads(line)["hits"] for line in out.splitlines()]


def rank_of(hits, number):
    """0 for the first file; None where it is not among them."""
    seen = []
    for hit in hits:
        name = int(os.path.basename(hit["path"]).split(".")[0])
        if name not in seen:
            seen.append(name)
    return seen.index(number) if number in seen else None


def score_of(hits, number=None):
    """The best of those that may go with the question; of one file alone."""
    return max((h["score"] for h in hits[:SHOWN] if number is None or h["path"].endswith(f"/{number}.txt")), default=0)


def figures(ranks):
    n = len(ranks)
    return {**{f"recall@{k}": sum(r is not None and r < k for r in ranks) / n for k in (1, 3, 5)},
            "mrr": sum(1 / (r + 1) for r in ranks if r is not None) / n}


def recall(program, paragraphs):
    asked = [(q, number) for number, (_, _, questions) in enumerate(paragraphs) for q in questions]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(program, folder, paragraphs)
        out = {"files": len(paragraphs), "passages": store.index["passages"], "questions": len(asked),
               "index_s": store.index["total_ms"] / 1000}
        for by in KINDS:
            hits = store.search([q for q, _ in asked], by)
            out[by] = figures([rank_of(h, number) for h, (_, number) in zip(hits, asked)])
    return out


def thresholds(program, paragraphs, foreign):
    """Half of the articles are in the store; the questions of the other half have no answer there."""
    random.seed(1)
    known = [p for p in paragraphs if p[0] % 2 == 0]
    fitting, own = zip(*((q, number) for number, p in enumerate(known) for q in p[2]))
    other = [q for p in paragraphs if p[0] % 2 == 1 for q in p[2]]
    random.shuffle(foreign)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(program, folder, known)
        best = {}
        for name, questions in ((FITTING, fitting), ("other articles", other), ("small talk", foreign[:500])):
            hits = store.search(questions, "both") if questions else []
            best[name] = [score_of(h) for h in hits]
            if name == FITTING:
                best[RIGHT] = [score_of(h, number) for h, number in zip(hits, own)]
    rows = {}
    for threshold in [x / 200 for x in range(148, 184)]:
        rows[f"{threshold:.3f}"] = {name: sum(s >= threshold for s in scores) / len(scores)
                                    for name, scores in best.items() if scores}
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", type=pathlib.Path)
    what.add_argument("--papers", action="store_true")
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--paragraphs", type=int, default=5)
    parser.add_argument("--questions", type=int, default=5)
    parser.add_argument("--foreign")
    parser.add_argument("--json")
    args = parser.parse_args()
    paragraphs = load_papers() if args.papers else load(args.data, args.paragraphs, args.questions, args.held)
    foreign = []
    if args.foreign:
        foreign = shuffled(args.foreign)[:FOREIGN]
    program = os.path.abspath(args.sarai)
    result = recall(program, paragraphs)
    print(f"{result['files']} files, {result['passages']} passages, {result['questions']} questions; "
          f"indexed in {result['index_s']:.1f} s")
    for by in KINDS:
        print(f"  {by:8s} " + "  ".join(f"{k} {v:.3f}" for k, v in result[by].items()), flush=True)
    result["thresholds"] = thresholds(program, paragraphs, foreign)
    for threshold, shares in result["thresholds"].items():
        print(f"  score >= {threshold}: " + ", ".join(f"{name} {share:.3f}" for name, share in shares.items()))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=1)


if __name__ == "__main__":
    main()
