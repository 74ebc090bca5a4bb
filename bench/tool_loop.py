"""What is said in the end when the tools run for real: the prompts of tests/brain that want a tool, through the whole turn.

    python3 bench/tool_loop.py [--sarai build/release/sarai] [--every 1] [--show failed|all]

The turn is the product's own: commands that a rule knows are done without the model, the rest is the model's call, the tool,
and the result told. Each prompt is a conversation of its own with an agenda of its own. It passes when a sentence comes that is
no call and no complaint, and where the arguments are known word for word (sums, units, times) when it has the figures that the
tool itself gives for them. Tools that need a service (weather, news, home) are left out where none is configured.
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

import brain

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMPLAINT = re.compile(r"no entiendo|no tengo la herramienta|no he podido|falta decir|no es de la clase|^\{", re.I)
FIGURES = re.compile(r"\d+")


def environment(folder):
    return {**os.environ, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "TZ": "Europe/Madrid", "TOOLS": "on",
            "LLM_TOOLS": "", "REMEMBER": "on", "TURN_LOG": "off"}


def run(args, env, *words, given=None):
    return subprocess.run([args.sarai, *words], input=given, capture_output=True, text=True, env=env)


def told_by_tool(args, env, call):
    """The figures that the tool gives for these arguments; None where they are not known word for word."""
    arguments = {k: v.strip("^$") for k, v in call["arguments"].items()}
    if call["name"] not in ("calcula", "convierte", "hora") or any(re.search(r"[|\\()\[\].?*+]", v) for v in arguments.values()):
        return None
    done = run(args, env, "tools", "call", call["name"], json.dumps(arguments, ensure_ascii=False))
    return FIGURES.findall(done.stdout) if done.returncode == 0 else None


def minutes(figures):
    return int(figures[0]) * 60 + int(figures[1]) if len(figures) == 2 else None


def is_told(name, answer, before, after):
    """The figures of the tool; a time may be any between those that it gave before and after."""
    told = FIGURES.findall(answer)
    if name != "hora":
        return all(f in told for f in after)
    day, first, at, last = 24 * 60, minutes(before), minutes(told), minutes(after)
    return at is not None and (at - first) % day <= (last - first) % day


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sarai", default=str(ROOT / "build/release/sarai"))
    p.add_argument("--every", type=int, default=1)
    p.add_argument("--show", choices=["failed", "all"])
    args = p.parse_args()
    passed, by_rule = collections.defaultdict(list), 0
    with tempfile.TemporaryDirectory() as folder:
        there = {t["name"] for t in json.loads(run(args, environment(folder), "tools", "list", "--json").stdout)}
        asked = [q for q in brain.prompts() if "call" in q and q["call"]["name"] in there][::args.every]
        before = [told_by_tool(args, environment(folder), q["call"]) if q["call"]["name"] == "hora" else None for q in asked]
        lines = "".join(json.dumps({"text": q["text"]}, ensure_ascii=False) + "\n" for q in asked)
        done = run(args, environment(folder), "ask", "--json", "-", given=lines)
        if done.returncode:
            sys.exit(f"{args.sarai} ask: {done.stderr}")
        for q, line, first in zip(asked, done.stdout.splitlines(), before):
            turn = json.loads(line)
            figures = told_by_tool(args, environment(folder), q["call"])
            ok = not turn["call"] and not COMPLAINT.search(turn["answer"]) and \
                (figures is None or is_told(q["call"]["name"], turn["answer"], first, figures))
            passed[q["call"]["name"]].append(ok)
            by_rule += turn["tokens"]["generated"] == 0
            if args.show == "all" or args.show and not ok:
                print(f"{q['text']} → {turn['answer']}" + (f"  (the tool: {' '.join(figures)})" if figures else ""))
    for name, results in sorted(passed.items()):
        print(f"  {name:14} {100 * sum(results) / len(results):5.1f} %  of {len(results)}")
    every = [r for results in passed.values() for r in results]
    print(f"  {'all':14} {100 * sum(every) / len(every):5.1f} %  of {len(every)}; {by_rule} by rule, without the model")


if __name__ == "__main__":
    main()
