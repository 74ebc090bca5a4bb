"""From the end of a spoken question to the first audio of its answer: `sarai run` beside the usual chain of
faster-whisper, a llama.cpp server and kokoro-onnx, in one run on the same machine.

    python3 bench/turn.py --faster-whisper CT2_DIR --kokoro DIR [--sarai build/release/sarai] [--models models]
        [--llama-lib deps/llama/lib] [--threads 2] [--rounds 4] [--json FILE]

The questions are about 3 s long and in Sarai's own second voice, made here. Both sides have the same language
model and the same prompt, are warm, and take turns: one round of all questions each. The chain (bench/chain.py)
synthesises the first sentence when it is complete.
Memory is what both sides have resident after the last turn, the server's process included.
Needs what bench/requirements.txt names.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time

import numpy as np
import soundfile

import chain
from chain import ROOT, Chain

QUESTIONS = [
    "¿Me puedes decir cuál es la capital de Italia?",
    "Oye, Sarai, ¿quién pintó el cuadro de Las Meninas?",
    "¿En qué continente está el desierto del Sáhara?",
    "Me gustaría saber cómo se llama el río de Londres.",
    "¿Sabes en qué año llegó el hombre a la Luna?",
    "Estoy muy contenta porque he aprobado el examen.",
    "¿Qué océano separa España de los Estados Unidos?",
    "Hola, buenas tardes, ¿me dices cómo te llamas?",
]


def make_questions(sarai, folder):
    paths = [os.path.join(folder, f"{i}.wav") for i in range(1, len(QUESTIONS) + 1)]
    subprocess.run([sarai, "say", "-", "--voice", "em_alex", "-o", os.path.join(folder, "%d.wav")],
                   input="\n".join(QUESTIONS), text=True, check=True)  # fmt: skip
    return paths


class Sarai:
    """The program itself, one process a round; the first file of each warms it up."""

    def __init__(self, program, threads):
        self.program, self.memory_mb, self.load_ms = program, 0, []
        self.environment = dict(os.environ, ORT_NUM_THREADS=str(threads), LLAMA_THREADS=str(threads),
                                LLM_ADAPTER="none")  # the chain has none either

    def answer(self, paths):
        with tempfile.TemporaryDirectory() as out:
            warming = shutil.copy(paths[0], os.path.join(out, "warming.wav"))  # an answer has its question's name
            done = subprocess.run([self.program, "run", "--json", "-o", out, warming] + paths,
                                  env=self.environment, capture_output=True, text=True)  # fmt: skip
        turns = [json.loads(line) for line in done.stdout.splitlines()]
        if len(turns) != len(paths) + 1:
            raise SystemExit(f"sarai: {done.stderr.strip()}")
        self.memory_mb = max(turn["rss_bytes"] for turn in turns) / 2**20
        self.load_ms.append(turns[0]["stages_ms"]["load"])
        stages = [turn["stages_ms"] for turn in turns[1:]]
        return [{"text": turn["text"], "answer": turn["answer"], "hear": s["listen"],
                 "think": s["think_first_token"], "first_audio": s["first_audio"]}
                for turn, s in zip(turns[1:], stages)]  # fmt: skip

    def warm(self, path):
        self.answer([path])

    def close(self):
        pass


class TimedChain(Chain):
    """bench/chain.py, one question after the other."""

    memory_mb = 0

    def turn(self, path):
        start = time.perf_counter()

        def elapsed_ms():
            return 1000 * (time.perf_counter() - start)

        def token_came():
            times.setdefault("think", elapsed_ms() - times["hear"])

        times, answer = {"text": self.hear(path)}, []
        times["hear"] = elapsed_ms()
        for sentence in self.sentences(times["text"], token_came):
            if not answer:
                self.say(sentence)
                times["first_audio"] = elapsed_ms()
            answer.append(sentence)
        return dict(times, answer=" ".join(answer))

    def answer(self, paths):
        turns = [self.turn(path) for path in paths]
        self.memory_mb = self.resident_mb()
        return turns

    def warm(self, path):
        self.wait_for_server()
        self.turn(path)


def report(turns, engines, seconds):
    """Prints the table; returns it as an object for --json."""
    summary = {"question_s": [round(s, 2) for s in seconds]}
    base = np.median([t["first_audio"] for t in turns["sarai"]])
    print(f"| {len(turns['sarai'])} questions of {min(seconds):.1f}–{max(seconds):.1f} s, ms | hear | first token "
          "| first audio: min | median | p90 | × sarai | resident MB |")  # fmt: skip
    for name, results in turns.items():
        first = [t["first_audio"] for t in results]
        row = {"hear": np.median([t["hear"] for t in results]), "think": np.median([t["think"] for t in results]),
               "min": min(first), "median": np.median(first), "p90": np.percentile(first, 90),
               "times_sarai": np.median(first) / base, "resident_mb": engines[name].memory_mb}  # fmt: skip
        summary[name] = {key: round(float(value), 2) for key, value in row.items()}
        print(f"| {name} | {row['hear']:.0f} | {row['think']:.0f} | {row['min']:.0f} | {row['median']:.0f} "
              f"| {row['p90']:.0f} | {row['times_sarai']:.1f} | {row['resident_mb']:.0f} |")  # fmt: skip
    load = engines["sarai"].load_ms
    summary["sarai"]["load_ms"] = {"min": round(min(load)), "median": round(float(np.median(load)))}
    print(f"\nsarai, process start to ready: {min(load):.0f} ms at best, {np.median(load):.0f} ms median of {len(load)}")
    return summary


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    chain.add_arguments(parser, required=True)
    parser.add_argument("--sarai", default=os.path.join(ROOT, "build", "release", "sarai"))
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", help="write numbers and texts there")
    args = parser.parse_args()
    engines = {"sarai": Sarai(args.sarai, args.threads), chain.NAME: TimedChain(args)}
    turns = {name: [] for name in engines}
    try:
        with tempfile.TemporaryDirectory() as folder:
            paths = make_questions(args.sarai, folder)
            seconds = [soundfile.info(path).duration for path in paths]
            for engine in engines.values():  # before any is timed: a side that still starts would disturb the other
                engine.warm(paths[0])
            for _ in range(args.rounds):
                for name, engine in engines.items():
                    turns[name] += engine.answer(paths)
    finally:
        for engine in engines.values():
            engine.close()
    summary = report(turns, engines, seconds)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"summary": summary, "turns": turns}, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
