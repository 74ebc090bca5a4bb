"""What Sarai says, heard by Sarai: word error rate of `sarai say` → `sarai transcribe`, and DNSMOS of the
speech beside the untouched Kokoro file and human clips.

    python3 bench/roundtrip.py [--sarai build/release/sarai] [--normalise build/dev/normalise] [--voice ef_dora]
        [--kokoro kokoro-v1.0.int8.onnx --models models] [--human DIR] [--work DIR] [--json FILE]

The sentences are tests/data/frases.txt. Reference and transcript both go through the product's own text
normaliser before their words are compared, in lower case and without accents: "10:30" and "diez y media" are
the same words, whoever wrote which; a wrong number stays wrong. The untouched Kokoro (--kokoro: the four parts
joined) speaks the same normalised text, by espeak-ng's program and the signs of its own reader, with the same
style row and no gain of ours, and is transcribed too; all are brought to 16 kHz alike for DNSMOS (PyPI speechmos).
DNSMOS rates the silence around the words too, so that Kokoro is rated both as it comes and trimmed as Sarai trims.
--human: a folder with manifest.tsv, of which 60 clips are rated.
Needs bench/requirements.txt; DNSMOS takes half an hour.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import tempfile

import numpy as np

from wer import Score, edits, words

SENTENCES = "tests/data/frases.txt"
RATE_HZ, JUDGE_HZ = 24000, 16000
LEAD, TAIL, AUDIBLE = RATE_HZ // 50, RATE_HZ * 6 // 100, 0.004  # src/speak/trimming.h
PAUSE = RATE_HZ * 32 // 100  # after the last sentence: src/speak/speaker.c
JOINED = {"a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ɔ^ɪ": "Y", "t^s": "ʦ", "d^z": "ʣ", "t^ʃ": "ʧ", "d^ʒ": "ʤ"}
HUMAN_CLIPS = 60


def normalise(program, lines):
    text = "".join(line.replace("\n", " ") + "\n" for line in lines)
    out = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    return out.split("\n")[: len(lines)]


def say(sarai, voice, lines, folder):
    pattern = os.path.join(folder, "%d.wav")
    subprocess.run([sarai, "say", "-", "--voice", voice, "-o", pattern], input="\n".join(lines) + "\n", text=True,
                   check=True)  # fmt: skip
    return [pattern % (i + 1) for i in range(len(lines))]


def transcribe(sarai, paths):
    out = subprocess.run([sarai, "transcribe", "--json", "--lang", "es"] + paths, capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    return [json.loads(line)["text"] for line in out.splitlines()]


def round_trip(args, lines, paths):
    """Prints what was misheard; returns the rates."""
    heard = transcribe(args.sarai, paths)
    said, understood = normalise(args.normalise, lines), normalise(args.normalise, heard)
    score = Score()
    for reference, text, raw in zip(said, understood, heard):
        score.add(reference, text)
        if edits(words(reference), words(text)):
            print(f"  {reference}\n    → {raw.strip()}")
    word_rate, letter_rate = score.rates()
    print(f"round trip of {len(lines)} sentences, {score.words} words: WER {word_rate:.2f} %, CER {letter_rate:.2f} %")
    return {"wer": word_rate, "cer": letter_rate, "words": score.words}


class Judge:
    """DNSMOS P.835 (overall, signal, background) and P.808 of clips."""

    def __init__(self):
        from speechmos import dnsmos

        self.dnsmos = dnsmos

    def rate(self, name, clips):
        """clips: (samples, Hz) pairs."""
        import soxr

        rows = []
        for pcm, hz in clips:
            pcm = soxr.resample(pcm.astype(np.float32), hz, JUDGE_HZ) if hz != JUDGE_HZ else pcm
            got = self.dnsmos.run(np.clip(pcm, -1, 1), sr=JUDGE_HZ)
            rows.append([got["ovrl_mos"], got["sig_mos"], got["bak_mos"], got["p808_mos"]])
        mean = np.mean(rows, axis=0)
        print("| %s | %d | %.2f | %.2f | %.2f | %.2f |" % (name, len(rows), *mean))
        return dict(zip(("overall", "signal", "background", "p808"), mean.tolist()))


class Kokoro:
    """The file as published, fed by the espeak-ng program."""

    def __init__(self, path, models, voice):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        with open(os.path.join(models, "onnx", "kokoro-82m.vocab.json"), encoding="utf-8") as f:
            self.table = json.load(f)["vocab"]
        self.styles = np.fromfile(os.path.join(models, "voices", voice + ".bin"), np.float32).reshape(510, 256)

    def phonemes(self, text):
        """Clause by clause, the marks kept."""
        parts = []
        for clause in re.findall(r"[^,.;:!?¡¿…—]+|[,.;:!?¡¿…—]", text):
            if re.match(r"[,.;:!?¡¿…—]", clause):
                parts.append(clause)
            elif clause.strip():
                command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", "es", "--", clause]
                ipa = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                parts.append((" " if parts and parts[-1] not in "¡¿" else "") + " ".join(ipa.split()))
        ipa = re.sub("|".join(map(re.escape, JOINED)), lambda pair: JOINED[pair[0]], "".join(parts))
        return re.sub("[_^\u200d]", "", ipa)

    def speak(self, text):
        ids = [self.table[c] for c in self.phonemes(text) if c in self.table]
        feed = {"tokens": np.array([[0, *ids, 0]], np.int64), "style": self.styles[None, len(ids)],
                "speed": np.ones(1, np.float32)}  # fmt: skip
        return self.session.run(None, feed)[0].reshape(-1)


def trimmed(pcm):
    """The sound as src/speak/trimming.c cuts it."""
    audible = np.flatnonzero(np.abs(pcm) >= AUDIBLE)
    return np.concatenate([pcm[max(0, audible[0] - LEAD) : audible[-1] + 1 + TAIL], np.zeros(PAUSE, np.float32)])


def human_clips(folder):
    import soundfile

    with open(os.path.join(folder, "manifest.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows[:: max(1, len(rows) // HUMAN_CLIPS)][:HUMAN_CLIPS]:
        yield soundfile.read(os.path.join(folder, row["file"]), dtype="float32")


def speak_published(args, lines, folder):
    """The sentences by the file as published; returns paths."""
    import soundfile

    kokoro = Kokoro(args.kokoro, args.models, args.voice)
    paths = [os.path.join(folder, f"published-{i + 1}.wav") for i in range(len(lines))]
    for path, text in zip(paths, normalise(args.normalise, lines)):
        soundfile.write(path, kokoro.speak(text), RATE_HZ)
    return paths


def rate_all(args, paths, published):
    import soundfile

    def clips(paths):
        return (soundfile.read(path, dtype="float32") for path in paths)

    judge = Judge()
    print("| DNSMOS | clips | overall | signal | background | P.808 |\n|---|---|---|---|---|---|")
    rates = {"sarai": judge.rate("Sarai", clips(paths))}
    if published:
        rates["kokoro"] = judge.rate("Kokoro as published", clips(published))
        rates["trimmed"] = judge.rate("the same, trimmed alike", ((trimmed(pcm), hz) for pcm, hz in clips(published)))
    if args.human:
        rates["human"] = judge.rate("people", human_clips(args.human))
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--normalise", default="build/dev/normalise")
    parser.add_argument("--voice", default="ef_dora")
    parser.add_argument("--kokoro", help="the published kokoro-v1.0.int8.onnx; DNSMOS is rated when it is given")
    parser.add_argument("--models", default="models", help="where the table and the voices are")
    parser.add_argument("--human", help="folder with manifest.tsv of people's speech")
    parser.add_argument("--work", help="folder of the speech; 1.wav … that are there already are not made again")
    parser.add_argument("--json", help="write the numbers there")
    args = parser.parse_args()
    with open(SENTENCES, encoding="utf-8") as f:
        lines = f.read().splitlines()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.work or temporary
        paths = [os.path.join(folder, f"{i + 1}.wav") for i in range(len(lines))]
        if not all(map(os.path.exists, paths)):
            paths = say(args.sarai, args.voice, lines, folder)
        numbers, published = {"round_trip": round_trip(args, lines, paths)}, []
        if args.kokoro:
            published = speak_published(args, lines, folder)
            print("\nKokoro as published:")
            numbers["published"] = round_trip(args, lines, published)
        if args.kokoro or args.human:
            numbers["dnsmos"] = rate_all(args, paths, published)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(numbers, f, indent=1)


if __name__ == "__main__":
    main()
