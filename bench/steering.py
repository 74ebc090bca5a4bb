"""What control vectors change in the answers: the same forty prompts of tests/brain (animo, ten a mood, each with its
mood named) at several strengths, judged by what did not make the vectors.

    tools/train/steer/derive.py --model MODEL.gguf --adapter ADAPTER.gguf --out FOLDER/NAME
    python3 bench/steering.py --steer FOLDER [--sarai build/release/sarai] [--scales 0,0.5,1,2] [--show]

Of each strength: how many answers are others than without, how many hold a word of warmth (WARM: written down before
an answer was read) and how many such words there are, how many pass as tests/brain has it, how many letters an answer has.
"""

import argparse
import json
import os
import re
import subprocess
import tempfile

import brain

AXES, EACH = ("triste", "miedo", "enfado", "alegre"), 10
WARM = re.compile(
    r"\b(lo siento|siento (mucho|que|lo)|lament\w+|tranquil\w+|calma|ánimo|anim\w+|a tu lado|contigo|estoy aquí|aquí estoy|aquí me tienes"
    r"|entiendo|comprendo|normal|abrazo|acompañ\w+|desahog\w+|cuéntame|te escucho|no estás sol[oa]|juntos"
    r"|qué (rabia|pena|duro|injusto|injusticia|susto|alegría|bien|ilusión|gusto)|enhorabuena|felicidades|me alegr\w+|disfrut\w+|celebr\w+"
    r"|dolor|duele|miedo|rabia|tristeza|injust\w+|derecho a)\b", re.I)  # fmt: skip


def prompts():
    all_of = [p for p in brain.prompts() if p["group"] == "animo"]
    return [{**p, "mood": mood} for mood in AXES for p in [p for p in all_of if p["sub"] == mood][:EACH]]


def answers(args, asked, scale):
    env = {**os.environ, "STEER_MODEL": args.steer, "STEER_SCALE": scale, "ROUTER": "off", "TOOLS": "off"}
    lines = "".join(json.dumps({"text": p["text"], "mood": p["mood"]}, ensure_ascii=False) + "\n" for p in asked)
    with tempfile.TemporaryDirectory() as env["XDG_DATA_HOME"]:
        out = subprocess.run([args.sarai, "ask", "--json", "-"], input=lines, stdout=subprocess.PIPE, text=True, env=env, check=True)
    return [json.loads(line)["answer"] for line in out.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--steer", required=True, help="folder of the control vectors")
    parser.add_argument("--scales", default="0,0.5,1,2", help="the first is what the others are compared with")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    asked, copies, usual = prompts(), brain.training_answers(), None
    print("| STEER_SCALE | other answers | with a warm word | warm words | pass | letters |\n|---|---|---|---|---|---|")
    for scale in args.scales.split(","):
        found = answers(args, asked, scale)
        usual = usual or found
        warm = [len(WARM.findall(a)) for a in found]
        passed = sum(not brain.faults(p, a, False, copies) for p, a in zip(asked, found, strict=True))
        print(f"| {scale} | {sum(a != b for a, b in zip(found, usual))} | {sum(map(bool, warm))} | {sum(warm)} | {passed} | "
              f"{sum(map(len, found)) / len(found):.0f} |", flush=True)  # fmt: skip
        for p, a, b in zip(asked, found, usual) if args.show else ():
            if a != b:
                print(f"    {p['mood']}: {p['text']}\n      {b}\n      {a}")


if __name__ == "__main__":
    main()
