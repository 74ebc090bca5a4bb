"""Word error rate and latency of `sarai transcribe` beside faster-whisper and whisper.cpp, in one run.

    python3 bench/wer.py --data DIR [--sarai build/release/sarai]
        [--faster-whisper CT2_DIR] [--whisper-cpp GGML_FILE] [--limit N] [--threads 2] [--json FILE]

DIR holds manifest.tsv (file, text, speaker, source) and the sound. All engines hear the same files in
turns of a few, so that other load on the machine meets them alike; each is warmed up with a file that is
not counted. Words are compared in lower case without accents and punctuation. Latency is the time from
sound in memory (sarai: from the file, its reading included) to the text.
Needs: numpy, soundfile; faster-whisper and pywhispercpp (built from its source) for the peers.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import time
import unicodedata

import numpy as np
import soundfile

BLOCK = 40  # files that one engine hears before it is the next one's turn
QUESTION_S = (2.0, 6.0)  # the lengths whose latency is reported: a spoken question


class Sarai:
    """The program itself, one process a block."""

    def __init__(self, program, threads):
        self.program = program
        self.environment = dict(os.environ, ORT_NUM_THREADS=str(threads))

    def hear(self, paths):
        command = [self.program, "transcribe", "--json", "--lang", "es", paths[0]] + paths
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if len(lines) != len(paths) + 1:
            raise SystemExit(f"sarai: {done.stderr.strip()}")
        return [(line["text"], line["listen_ms"]) for line in lines[1:]]


class Peer:
    """An engine in this process: `transcribe(pcm)` gives a text."""

    def hear(self, paths):
        heard = []
        for path in paths:
            pcm, _ = soundfile.read(path, dtype="float32")
            start = time.perf_counter()
            text = self.transcribe(pcm)
            heard.append((text, 1000 * (time.perf_counter() - start)))
        return heard


class FasterWhisper(Peer):
    def __init__(self, folder, threads):
        from faster_whisper import WhisperModel

        self.model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)

    def transcribe(self, pcm):
        segments, _ = self.model.transcribe(pcm, language="es", beam_size=1)
        return "".join(segment.text for segment in segments)


class WhisperCpp(Peer):
    """Its context is cut to the utterance and two seconds, at least 512 of 1500 frames: less makes it loop."""

    def __init__(self, path, threads):
        from pywhispercpp.model import Model

        self.model = Model(path, n_threads=threads, language="es", print_progress=False, print_realtime=False,
                           redirect_whispercpp_logs_to=None)  # fmt: skip

    def transcribe(self, pcm):
        context = min(1500, max(512, int(len(pcm) / 320) + 100))
        segments = self.model.transcribe(pcm, audio_ctx=context, single_segment=len(pcm) < 28 * 16000)
        return " ".join(segment.text for segment in segments)


def words(text):
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain).split()


def edits(reference, heard):
    """Levenshtein distance of two sequences."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (wanted != got))
    return row[-1]


class Score:
    """Errors and lengths of one engine on one source."""

    def __init__(self):
        self.word_edits = self.words = self.letter_edits = self.letters = 0

    def add(self, reference, heard):
        reference, heard = words(reference), words(heard)
        self.word_edits += edits(reference, heard)
        self.words += len(reference)
        self.letter_edits += edits(" ".join(reference), " ".join(heard))
        self.letters += len(" ".join(reference))

    def rates(self):
        return 100 * self.word_edits / max(1, self.words), 100 * self.letter_edits / max(1, self.letters)


def read_manifest(folder, limit):
    with open(os.path.join(folder, "manifest.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        row["path"] = os.path.join(folder, row["file"])
        info = soundfile.info(row["path"])
        row["seconds"] = info.frames / info.samplerate
    rows.sort(key=lambda row: hash_of(row["file"]))  # sources mixed, the same way each time
    return rows[:limit] if limit else rows


def hash_of(text):
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def hear_all(engines, rows):
    """{engine: [(text, milliseconds) for each row]}, block by block."""
    heard = {name: [] for name in engines}
    for at in range(0, len(rows), BLOCK):
        paths = [row["path"] for row in rows[at : at + BLOCK]]
        for name, engine in engines.items():
            if at == 0 and isinstance(engine, Peer):
                engine.hear(paths[:1])
            heard[name] += engine.hear(paths)
    return heard


def report(rows, heard):
    """Prints the tables; returns them as an object for --json."""
    summary = {}
    sources = sorted({row["source"] for row in rows})
    questions = [i for i, row in enumerate(rows) if QUESTION_S[0] <= row["seconds"] <= QUESTION_S[1]]
    for name, results in heard.items():
        scores = {source: Score() for source in sources + ["total"]}
        for row, (text, _) in zip(rows, results):
            scores[row["source"]].add(row["text"], text)
            scores["total"].add(row["text"], text)
        latency = [results[i][1] for i in questions]
        summary[name] = {
            "wer_cer": {source: [round(rate, 2) for rate in score.rates()] for source, score in scores.items()},
            "latency_ms": {str(p): round(float(np.percentile(latency, p)), 1) for p in (0, 50, 90)},
        }
    print("| WER / CER % | " + " | ".join(sources + ["total"]) + " |")
    for name, entry in summary.items():
        print(f"| {name} | " + " | ".join(f"{w:.1f} / {c:.1f}" for w, c in entry["wer_cer"].values()) + " |")
    print(f"\n| latency ms, {len(questions)} clips of 2–6 s | min | median | p90 | × sarai |")
    base = summary.get("sarai", next(iter(summary.values())))["latency_ms"]["50"]
    for name, entry in summary.items():
        ms = entry["latency_ms"]
        print(f"| {name} | {ms['0']:.0f} | {ms['50']:.0f} | {ms['90']:.0f} | {ms['50'] / base:.1f} |")
    return summary


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, help="folder with manifest.tsv")
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--faster-whisper", help="folder of the CTranslate2 model")
    parser.add_argument("--whisper-cpp", help="ggml file, see bench/whisper_ggml.py")
    parser.add_argument("--limit", type=int, help="hear only so many clips")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", help="write numbers and texts there")
    args = parser.parse_args()
    engines = {"sarai": Sarai(args.sarai, args.threads)}
    if args.faster_whisper:
        engines["faster-whisper int8"] = FasterWhisper(args.faster_whisper, args.threads)
    if args.whisper_cpp:
        engines["whisper.cpp"] = WhisperCpp(args.whisper_cpp, args.threads)
    rows = read_manifest(args.data, args.limit)
    heard = hear_all(engines, rows)
    summary = report(rows, heard)
    if args.json:
        texts = [{"file": row["file"], "text": row["text"], **{name: heard[name][i][0] for name in heard}}
                 for i, row in enumerate(rows)]  # fmt: skip
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"summary": summary, "texts": texts}, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
