"""From the end of a spoken question to the first audio of its answer: `sarai run` beside the usual chain of
faster-whisper, a llama.cpp server and kokoro-onnx, in one run on the same machine.

    python3 bench/turn.py --faster-whisper CT2_DIR --kokoro DIR [--sarai build/release/sarai] [--models models]
        [--llama-lib deps/llama/lib] [--threads 2] [--rounds 4] [--json FILE]

The questions are about 3 s long and in Sarai's own second voice, made here. Both sides have the same language
model and the same prompt (read out of src/think/frame.c), are warm, and take turns: one round of all questions
each. The chain transcribes (int8, beam 1), asks the server, which streams and keeps its prompt cache, and
synthesises the first sentence when it is complete. DIR of kokoro holds kokoro.onnx and voices.npz.
Memory is what both sides have resident after the last turn, the server's process included.
Needs what bench/requirements.txt names.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import numpy as np
import soundfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
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
PORT = 18231


def resident_mb(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


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


class Chain:
    """The three engines one after the other, as a script would join them."""

    def __init__(self, args):
        import onnxruntime
        from faster_whisper import WhisperModel
        from kokoro_onnx import Kokoro

        self.frame = few_shot_frame()
        self.ears = WhisperModel(args.faster_whisper, device="cpu", compute_type="int8", cpu_threads=args.threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = args.threads
        session = onnxruntime.InferenceSession(os.path.join(args.kokoro, "kokoro.onnx"), options,
                                               providers=["CPUExecutionProvider"])  # fmt: skip
        self.voice = Kokoro.from_session(session, os.path.join(args.kokoro, "voices.npz"))
        model = os.path.join(args.models, "gguf", "gemma-3-270m-es-q4_k_m.gguf")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "llama_cpp.server", "--model", model, "--n_ctx", "2048", "--port", str(PORT),
             "--n_threads", str(args.threads), "--n_threads_batch", str(args.threads)],
            env=dict(os.environ, LLAMA_CPP_LIB_PATH=os.path.abspath(args.llama_lib)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        self.memory_mb = 0

    def wait_for_server(self):
        for _ in range(300):
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{PORT}/v1/models").read()
            except OSError:
                if self.server.poll() is not None:
                    break
                time.sleep(0.2)
        raise SystemExit("the llama.cpp server does not start")

    def pieces(self, question):
        """The answer as the server streams it."""
        body = {"prompt": f"{self.frame} {question}\nSarai:", "stop": ["\n"], "max_tokens": 80, "temperature": 0,
                "stream": True}  # fmt: skip
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/v1/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})  # fmt: skip
        with urllib.request.urlopen(request) as response:
            for line in response:
                if line.startswith(b"data: {"):
                    yield json.loads(line[6:])["choices"][0]["text"]

    def turn(self, path):
        start = time.perf_counter()

        def elapsed_ms():
            return 1000 * (time.perf_counter() - start)

        segments, _ = self.ears.transcribe(path, language="es", beam_size=1)
        times = {"text": "".join(segment.text for segment in segments).strip()}
        times["hear"] = elapsed_ms()
        answer, said = "", False
        for piece in self.pieces(times["text"]):
            times.setdefault("think", elapsed_ms() - times["hear"])
            answer += piece
            if not said and re.search(r"[.!?…]\s*$", answer):
                self.say(answer)
                said = times["first_audio"] = elapsed_ms()
        if not said:
            self.say(answer)
            times["first_audio"] = elapsed_ms()
        return dict(times, answer=answer.strip())

    def say(self, text):
        self.voice.create(text.strip(), voice="ef_dora", speed=1.0, lang="es")

    def answer(self, paths):
        turns = [self.turn(path) for path in paths]
        self.memory_mb = resident_mb(os.getpid()) + resident_mb(self.server.pid)
        return turns

    def warm(self, path):
        self.wait_for_server()
        self.turn(path)

    def close(self):
        self.server.terminate()
        self.server.wait()


def few_shot_frame():
    """The prompt before the question, out of the C source: both sides read the same words."""
    with open(os.path.join(ROOT, "src", "think", "frame.c"), encoding="utf-8") as f:
        source = f.read()

    def text(name):
        body = re.search(name + r"\[\] =(.*?);\n", source, re.S).group(1)
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body)).replace("\\n", "\n")

    return f"{text('few_shot_persona')}\n\n{text('few_shot_examples')}Persona:"


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
    parser.add_argument("--faster-whisper", required=True, help="folder of the CTranslate2 model")
    parser.add_argument("--kokoro", required=True, help="folder with kokoro.onnx and voices.npz")
    parser.add_argument("--sarai", default=os.path.join(ROOT, "build", "release", "sarai"))
    parser.add_argument("--models", default=os.path.join(ROOT, "models"))
    parser.add_argument("--llama-lib", default=os.path.join(ROOT, "deps", "llama", "lib"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", help="write numbers and texts there")
    args = parser.parse_args()
    engines = {"sarai": Sarai(args.sarai, args.threads), "faster-whisper + llama.cpp server + kokoro-onnx": Chain(args)}
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
