"""How Sarai answers: the behaviour set of tests/brain, by group, for any model, with or without an adapter.

    python3 bench/brain.py [--sarai build/release/sarai] [--model NAME|FILE.gguf] [--adapter auto|none|NAME|FILE]
        [--seeds 1] [--temperature 0] [--every 1] [--groups casa,…] [--papers] [--show failed|all] [--json FILE]

Every prompt is asked anew through `sarai ask --json -`; a seed beyond the first is of use only with a temperature.
Prompts of the groups with tools are given the list of tools (LLM_TOOLS); a model without Sarai's adapter cannot
call them and fails there. What a check asks for is in tests/brain/README.md. --papers: 120 documents that have nothing to do
with the prompts were read before, as anybody's.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

import held_papers

ROOT = pathlib.Path(__file__).resolve().parents[1]
SET = ROOT / "tests/brain"
TRAINING = ROOT / "tools/train/brain/data"
MAX_WORDS = 45
COPIED_WORDS = 12  # an answer of so many words that is a training answer word for word is a copy
FOREIGN = re.compile(r"\b(the|and|you|is|are|what|this|that|with|not|bonjour|ich|und)\b", re.I)
SPOKEN = re.compile(r"[*#_|<>\[\]]|^\s*[-•]|https?://|[\U0001F000-\U0001FAFF\u2600-\u27BF]", re.M)


def plain(text):
    """Lower case, without accents and marks: for comparing."""
    text = unicodedata.normalize("NFD", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", "".join(c for c in text if not unicodedata.combining(c)))).strip()


def found(pattern, text):
    """Regular expressions are written with accents; answers are searched with and without."""
    return re.search(pattern, text, re.I) or re.search(plain_pattern(pattern), plain_pattern(text), re.I)


def plain_pattern(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def prompts():
    groups = json.loads((SET / "grupos.json").read_text())
    out = []
    for name, group in groups.items():
        for n, line in enumerate((SET / f"{name}.jsonl").read_text().splitlines(), 1):
            own = json.loads(line)
            by_sub = group.get("by_sub", {}).get(own.get("sub"), {})
            if own.get("sub") == "sabido":  # what it is to know: the group's own check does not hold
                shared = {k: v for k, v in group.items() if k != "any"}
            else:
                shared = group
            out.append({"group": name, "n": n, **shared, **by_sub, **own})
    return out


def request(p):
    """The prompt as `sarai ask --json -` reads it."""
    line = {"text": p["text"]}
    if p.get("mood"):
        line["mood"] = p["mood"]
    if "passages" in p:
        line["passages"] = [{"source": s, "text": t} for s, t in p["passages"]]
    line["history"] = [{"text": q, "answer": a} for q, a in p.get("history", [])]
    if "result" in p:
        call, given = p["result"]
        line["history"].append({"text": p["text"], "answer": call})
        line = {"text": given, "result": True, "history": line["history"]}
    return line


def ask(args, asked, tools, seed):
    """Answers in order: (text, is it a call, milliseconds to the first token)."""
    env = {**os.environ, "LLM_ADAPTER": args.adapter, "LLM_MODEL": args.model, "LLM_FRAME": args.frame,
           "LLM_SEED": str(seed), "LLM_TEMPERATURE": str(args.temperature), "LLM_TOOLS": tools, "TOOLS": "off",
           **args.store}  # fmt: skip
    with tempfile.TemporaryDirectory() as env["XDG_DATA_HOME"], subprocess.Popen(
            [args.sarai, "ask", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as sarai:
        answers = []
        for p in asked:
            sarai.stdin.write(json.dumps(request(p), ensure_ascii=False) + "\n")
            sarai.stdin.flush()
            answers.append(json.loads(sarai.stdout.readline() or sys.exit(f"{args.sarai} ask failed")))
            for kept in pathlib.Path(env["XDG_DATA_HOME"]).rglob("recuerdos.db*"):
                kept.unlink()  # what one prompt tells of a person, the next does not know
    return [(a["answer"], a["call"], a["stages_ms"]["think_first_token"]) for a in answers]


def training_answers():
    """Whole answers that training shows, plain; openers and questions are put together as training does."""
    answers = set()

    def add(value):
        if isinstance(value, str):
            answers.add(plain(value))
        elif isinstance(value, list):
            for v in value:
                add(v)

    openers = collections.defaultdict(list)
    for line in (TRAINING / "openers.jsonl").read_text().splitlines():
        j = json.loads(line)
        openers[j["m"], j["i"]] = j["a"]
    for name in TRAINING.glob("*.jsonl"):
        for line in name.read_text().splitlines():
            j = json.loads(line)
            add(j.get("a", []))
            for turn in j.get("t", []):
                add(turn[1])
            for opener in openers[j["m"], j["i"]] if name.name == "moods.jsonl" else []:
                add([f"{opener} {q}" for q in j["q"]])
    return answers


def call_faults(p, answer, is_call):
    if not is_call:
        return ["no call"]
    try:
        call = json.loads(answer)
        name, arguments = call["name"], call["arguments"]
        arguments.items()
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["call is not JSON"]
    if name != p["call"]["name"]:
        return [f"calls {name}"]
    return [f"argument {k}" for k, v in p["call"]["arguments"].items()
            if not found(v, str(arguments.get(k, "")))]


def faults(p, answer, is_call, copies):
    """Why an answer does not pass; empty when it does."""
    if "call" in p:
        return call_faults(p, answer, is_call)
    out = ["a call"] if is_call else []
    words = plain(answer).split()
    sentences = [s for s in re.split(r"(?<=[.!?…])\s+", answer) if s]
    out += [f"lacks {a}" for a in p.get("any", []) if not found(a, answer)]
    out += [f"has {n}" for n in p.get("none", []) if found(n, answer)]
    if "source" in p and not found(p["source"], answer):
        out.append("no source")
    if len(words) > p.get("max_words", MAX_WORDS) or len(sentences) > 3 or not words:
        out.append("length")
    if SPOKEN.search(answer.replace(p["passages"][0][0], "") if p.get("passages") else answer):
        out.append("not for the ear")
    if len(FOREIGN.findall(answer)) > 1:
        out.append("language")
    if len(set(sentences)) < len(sentences):
        out.append("repeats itself")
    if len(words) >= COPIED_WORDS and plain(answer) in copies:
        out.append("copy of training")
    return out


def report(rows):
    by_group = collections.defaultdict(list)
    for r in rows:
        by_group[r["group"]].append(not r["faults"])

    def rate(of):
        chosen = [not r["faults"] for r in rows if of(r)]
        return (100 * sum(chosen) / len(chosen), len(chosen)) if chosen else (0.0, 0)

    for name, passed in by_group.items():
        print(f"  {name:14} {100 * sum(passed) / len(passed):5.1f} %  of {len(passed)}")
    for title, of in (("all", lambda r: True), ("empathy", lambda r: r.get("empathy")),
                      ("hard", lambda r: r.get("hard"))):
        print(f"  {title:14} {rate(of)[0]:5.1f} %  of {rate(of)[1]}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sarai", default=str(ROOT / "build/release/sarai"))
    p.add_argument("--model", default="gemma-3-270m")
    p.add_argument("--adapter", default="auto")
    p.add_argument("--frame", default="auto")
    p.add_argument("--seeds", default="1")
    p.add_argument("--temperature", type=float, default=0)
    p.add_argument("--every", type=int, default=1, help="ask only every n-th prompt, for a first look")
    p.add_argument("--groups", help="only these, with commas")
    p.add_argument("--papers", action="store_true")
    p.add_argument("--show", choices=["failed", "all"])
    p.add_argument("--json")
    args = p.parse_args()
    folder = tempfile.TemporaryDirectory()
    args.store = {"STORE_PATH": held_papers.index(args.sarai, folder.name)} if args.papers else {}
    signatures = json.loads((TRAINING / "herramientas.json").read_text())
    tools = ", ".join(f"{n}({', '.join(a)})" for n, a in signatures.items())
    copies, rows = training_answers(), []
    for seed in (int(s) for s in args.seeds.split(",")):
        for with_tools in (False, True):
            asked = [q for q in prompts()[::args.every] if q.get("tools", False) == with_tools
                     and (not args.groups or q["group"] in args.groups.split(","))]
            if not asked:
                continue
            for q, (answer, is_call, ms) in zip(asked, ask(args, asked, tools if with_tools else "", seed)):
                rows.append({**q, "answer": answer, "ms": ms, "seed": seed,
                             "faults": faults(q, answer, is_call, copies),
                             "is_copy": plain(answer) in copies})
    print(f"{args.model}, adapter {args.adapter}, temperature {args.temperature:g}, seeds {args.seeds}")
    report(rows)
    print(f"  word for word a training answer, of any length: "
          f"{100 * sum(r['is_copy'] for r in rows) / len(rows):.1f} %")
    print(f"  first token: median {sorted(r['ms'] for r in rows)[len(rows) // 2]:.0f} ms")
    for r in rows:
        if args.show == "all" or args.show and r["faults"]:
            print(f"{r['group']} {r['n']}: {r['text']} → {r['answer']}  {'; '.join(r['faults'])}")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(rows, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
