"""Questions and passages, with the words that answer: (question, source, passage, (from, to) or None).

From papers written for it (papeles.jsonl) and from SQuAD-es, where the words are marked, and from the generators of the
language model's documents (tools/train/brain), where they are found again as those that the answer has and the question lacks.
"""
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "brain"))
from documents import TOGETHER, Documents, papers, squad_v2  # noqa: E402, F401

LITTLE = set(
    "el la los las un una unos unas de del a al en y o que se es son su sus lo le les con por para no está están hay han"
    " ha me mi te tu nos más si sí según como pero este esta ese esa".split()
)
WORD = re.compile(r"\w+(?:[.,:/]\w+)*")
CLAUSE = re.compile(r"[^.;\n]+(?:[.;](?=\S)[^.;\n]+)*")
STEM, GAP, LONGEST = 5, 3, 900  # letters that are compared; words between two of one answer; bytes of a passage
NEAR, LENGTH = 0.5, 0.05  # what a word of the question near by is worth, and what a word more costs
WHOLE, BESIDE, STRANGE = 0.5, 0.4, 0.15  # shares: of whole papers; of neighbours; of other papers


def stem(word):
    return word if any(c.isdigit() for c in word) else word[:STEM]


def words(text, at=0):
    return [(stem(m.group().lower()), m.start() + at, m.end() + at) for m in WORD.finditer(text)]


def runs(places):
    """Places that are close to each other, together."""
    out = []
    for place in places:
        if out and place - out[-1][-1] <= GAP:
            out[-1].append(place)
        else:
            out.append([place])
    return out


def marked(question, answer, text):
    """Where the passage has what the answer says and the question does not: (from, to), or None."""
    asked = {w for w, _, _ in words(question)}
    wanted = {w for w, _, _ in words(answer)} - LITTLE - asked
    best = None
    for clause in CLAUSE.finditer(text):
        part = words(clause.group(), clause.start())
        near = len({w for w, _, _ in part if w in asked and w not in LITTLE})
        for run in runs([i for i, (w, _, _) in enumerate(part) if w in wanted]):
            found = len({part[i][0] for i in run})
            score = found + NEAR * near - LENGTH * (run[-1] - run[0]), -part[run[0]][1]
            if best is None or score > best[0]:
                best = score, (part[run[0]][1], part[run[-1]][2])
    return best and best[1]


class Pairs(Documents):
    """Each passage of a question by itself: one may tell, the others do not."""

    def asked_about(self, context, questions):
        for question, answer in questions:
            question = self.contracted(question)
            own, span = None, None
            for source, text in context if answer else ():
                if answer.startswith(f"Según {source}, "):
                    own, span = (source, text), marked(question, self.contracted(answer)[len(f"Según {source}, ") :], text)
            if answer and not span:
                continue
            for source, text in context:
                yield question, source, text, span if (source, text) == own else None


def generated(seed, times):
    pairs = Pairs(seed)
    return [row for make in (pairs.tables, pairs.facts, pairs.cards, pairs.shares, pairs.passages) for row in make(times)]


# ---- parts of a text


def cuts_of(text):
    """Where its sentences and lines begin, and its end."""
    return [0, *(m.end() for m in re.finditer(r"(?<=[.])\s+|\n\s*", text.rstrip())), len(text)]


def window(cuts, at, end, r):
    """Sentences around an answer: its own and up to three neighbours. [first, last) of `cuts`."""
    first = max(k for k, cut in enumerate(cuts[:-1]) if cut <= at)
    last = next(k for k, cut in enumerate(cuts) if cut >= end)
    for _ in range(r.choice([0, 0, 1, 2, 3])):
        if r.random() < 0.5 and first > 0:
            first -= 1
        elif last < len(cuts) - 1:
            last += 1
    return first, last


def without(text, cuts, at, end, r):
    """The neighbours of the sentence that answers, without it; "" where they have the words too."""
    before = [text[a:b] for a, b in zip(cuts, cuts[1:]) if b <= at]
    after = [text[a:b] for a, b in zip(cuts, cuts[1:]) if a >= end]
    rest = "".join(before[-r.choice([1, 1, 2]) :] + after[: r.choice([1, 1, 2])]).strip()
    return "" if text[at:end].lower() in rest.lower() or len(rest) > LONGEST else rest


def asked(question, title, text, place, told, r):
    """Of the sentences around a place, which answer or not; now and then of their neighbours, which do not."""
    cuts, (at, end) = cuts_of(text), place
    first, last = window(cuts, at, end, r)
    shown, from_ = text[cuts[first] : cuts[last]], at - cuts[first]
    if len(shown) <= LONGEST:
        yield question, title, shown, (from_, from_ + len(text[at:end].rstrip(".,;: "))) if told else None
    if told and r.random() < BESIDE:
        rest = without(text, cuts, at, end, r)
        if rest:
            yield question, title, rest, None


# ---- papers


def whole_or_part(question, title, text, place, told, r):
    if r.random() < WHOLE:
        yield question, title, text, place if told else None
    else:
        yield from asked(question, title, text, place, told, r)


def of_paper(paper, r):
    title, text = paper["nombre"], paper["texto"]
    for question, words_ in paper["si"]:
        at = text.index(words_)
        yield from whole_or_part(question, title, text, (at, at + len(words_)), True, r)
    for question in paper["no"]:
        at = r.choice(cuts_of(text)[:-1])
        yield from whole_or_part(question, title, text, (at, at + 1), False, r)


def written(seed, held=False):
    """Of all papers; now and then a question is asked of another paper, which knows nothing of it."""
    r, of = random.Random(seed), papers(held)
    rows = [row for paper in of for row in of_paper(paper, r)]
    strange = [(question, *r.choice(rows)[1:3], None) for question, *_ in rows if r.random() < STRANGE]
    own = {(question, title) for question, title, *_ in rows}
    return rows + [row for row in strange if row[:2] not in own]


# ---- SQuAD-es


def articles(folder, held):
    """Every second article of version 2 is held out; version 1.1 has some of them too."""
    second = squad_v2(folder)
    if held:
        return second[1::2]
    titles = {article["title"] for article in second[1::2]}
    first = json.load(open(folder / "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"))["data"]
    return second[::2] + [article for article in first if article["title"] not in titles]


def of_paragraph(title, text, questions, r):
    for qa in questions:
        told = not qa.get("is_impossible")
        given = qa["answers"] if told else qa.get("plausible_answers", [])
        words_ = given[0]["text"].strip() if given else ""
        at = text.find(words_, max(0, given[0]["answer_start"] - 1)) if words_ else -1
        at = text.find(words_) if words_ and at < 0 else at
        if at >= 0:
            yield from asked(qa["question"], title, text, (at, at + len(words_)), told, r)


def squad(folder, seed, held=False):
    r, out = random.Random(seed), []
    for article in articles(folder, held):
        for paragraph in article["paragraphs"]:
            out += of_paragraph(article["title"], paragraph["context"], paragraph["qas"], r)
    return out
