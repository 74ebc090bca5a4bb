"""Whether answers out of passages are right, and whether Sarai says so when a passage does not tell: bench/passages.jsonl.

    python3 bench/passages.py [--sarai build/release/sarai] [--half choose|test|all] [--doubt 0,1,2] [--grounding on|off]
        [--papers [--search] | --squad FOLDER] [--show]

Authored passages with two questions that they answer and two that they nearly do; half of the questions come with a second
passage. The half "choose" is for choosing LLM_DOUBT, the half "test" for telling how it does. --papers asks of the papers that
tools/train/finder keeps from its training; half of the questions come with another paper, too. With --search they come with
none: all 120 papers are indexed, and the program looks for the passages itself. --squad asks questions of
SQuAD-es 2.0 instead (FOLDER is ../shared/data), of the articles that no training saw: sentences with the answer, and sentences
that people wrote unanswerable questions about.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import brain
import held_papers

ROOT = pathlib.Path(__file__).resolve().parents[1]
ABSENT = re.compile(r"no aparece|no consta|no lo sé|no tengo|no encuentro", re.I)


def authored(half):
    lines = [json.loads(line) for line in (ROOT / "bench/passages.jsonl").read_text().splitlines()]
    return [q for q in lines if half in ("all", q["half"])]


def some(asked, n):
    """n that are answered and n that are not."""
    r = random.Random(1)
    return r.sample([q for q in asked if "any" in q], n) + r.sample([q for q in asked if "any" not in q], n)


def squad(folder, n=60):
    path = pathlib.Path(folder) / "retrieval/squad_es/SQuAD-es-v2.0/dev-v2.0-es_small.json"
    out = []
    for article in json.loads(path.read_text())["data"][1::2]:
        for paragraph in article["paragraphs"]:
            sentences = re.split(r"(?<=[.])\s", paragraph["context"])
            for qa in paragraph["qas"]:
                answers = qa.get("plausible_answers" if qa["is_impossible"] else "answers", [])
                text = answers[0]["text"].strip(" .,;:") if answers else ""
                holding = [s for s in sentences if len(text) > 1 and text in s and len(s) < 220]
                if holding and len(qa["question"]) < 90:
                    own = {} if qa["is_impossible"] else {"any": re.escape(text), "source": article["title"]}
                    out.append({"text": qa["question"], "passages": [[article["title"], holding[0]]], **own})
    return some(out, n)


def papers(n=70):
    kept, out = held_papers.papers(), []
    for i, paper in enumerate(kept):
        own, other = ([p["nombre"], p["texto"]] for p in (paper, kept[i - held_papers.TOGETHER]))
        asked = [(q, {"any": re.escape(words), "source": own[0]}) for q, words in paper["si"]] + [(q, {}) for q in paper["no"]]
        out += [{"text": q, "passages": [own, other] if k % 2 else [own], **told} for k, (q, told) in enumerate(asked)]
    return some(out, n)


def ask(args, asked, doubt, settings):
    env = {**os.environ, **settings, "LLM_DOUBT": str(doubt), "GROUNDING": args.grounding, "TOOLS": "off", "REMEMBER": "off"}
    if args.adapter:
        env["LLM_ADAPTER"] = args.adapter
    lines = "".join(json.dumps(brain.request(q), ensure_ascii=False) + "\n" for q in asked)
    done = subprocess.run([args.sarai, "ask", "--json", "-"], input=lines, capture_output=True, text=True, env=env)
    if done.returncode:
        sys.exit(f"{args.sarai} ask: {done.stderr}")
    return [json.loads(line)["answer"] for line in done.stdout.splitlines()]


def is_right(q, answer):
    if "any" not in q:
        return bool(ABSENT.search(answer))
    return not ABSENT.search(answer) and bool(brain.found(q["any"], answer)) and q["source"] in answer


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sarai", default=str(ROOT / "build/release/sarai"))
    p.add_argument("--adapter")
    p.add_argument("--half", choices=["choose", "test", "all"], default="choose")
    p.add_argument("--doubt", default="0")
    p.add_argument("--grounding", choices=["on", "off"], default="on")
    p.add_argument("--papers", action="store_true")
    p.add_argument("--search", action="store_true")
    p.add_argument("--squad")
    p.add_argument("--show", action="store_true")
    args = p.parse_args()
    asked = papers(200 if args.search else 70) if args.papers else squad(args.squad) if args.squad else authored(args.half)
    present = [q for q in asked if "any" in q]
    folder, settings = tempfile.TemporaryDirectory(), {}
    if args.search:
        settings["STORE_PATH"] = held_papers.index(args.sarai, folder.name)
        for q in asked:
            del q["passages"]
    print(f"{len(present)} questions that are answered, {len(asked) - len(present)} that are not; grounding {args.grounding}")
    for doubt in args.doubt.split(","):
        answers = ask(args, asked, float(doubt), settings)
        right = [is_right(q, a) for q, a in zip(asked, answers)]
        told = sum(r for q, r in zip(asked, right) if "any" in q) / len(present)
        untold = sum(r for q, r in zip(asked, right) if "any" not in q) / (len(asked) - len(present))
        print(f"  doubt {doubt:>5}: answered {100 * told:5.1f} %, not in the passage {100 * untold:5.1f} %, "
              f"mean {50 * (told + untold):5.1f} %", flush=True)
        for q, a, r in zip(asked, answers, right):
            if args.show and not r:
                print(f"    {q['text']} → {a}")


if __name__ == "__main__":
    main()
