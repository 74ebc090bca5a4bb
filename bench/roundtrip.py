"""What Sarai says, heard by Sarai: word error rate of `sarai say` → `sarai transcribe`, and DNSMOS of the
speech beside the untouched Kokoro file and human clips.

    python3 bench/roundtrip.py [--sarai build/release/sarai] [--normalise build/dev/normalise] [--voice ef_dora]
        [--kokoro kokoro-v1.0.int8.onnx --models models] [--human DIR] [--faster-whisper CT2_DIR] [--work DIR]
        [--json FILE]

The sentences are tests/data/frases.txt. Reference and transcript both go through the product's own text
normaliser before their words are compared, in lower case and without accents: "10:30" and "diez y media" are
the same words, whoever wrote which; a wrong number stays wrong. The untouched Kokoro (--kokoro: the four parts
joined) speaks the same normalised text, by espeak-ng's program and the signs of its own reader, with the same
style row and no gain of ours, and is transcribed too; all are brought to 16 kHz alike for DNSMOS (PyPI speechmos).
DNSMOS rates the silence around the words too, so that Kokoro is rated both as it comes and trimmed as Sarai trims.
--human: a folder with manifest.tsv, of which 60 clips are rated, and those transcribed that are as long as the
sentences. --faster-whisper: a second ear, which hears the same files.
Needs bench/requirements.txt and espeak-ng; DNSMOS takes half an hour.
"""

import argparse
import csv
import difflib
import json
import os
import re
import subprocess
import tempfile

import numpy as np

from wer import FasterWhisper, Score, words

SENTENCES = "tests/data/frases.txt"
RATE_HZ, JUDGE_HZ = 24000, 16000
LEAD, TAIL, AUDIBLE = RATE_HZ // 50, RATE_HZ * 6 // 100, 0.004  # src/speak/trimming.h
PAUSE = RATE_HZ * 32 // 100  # after the last sentence: src/speak/speaker.c
JOINED = {"a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ɔ^ɪ": "Y", "t^s": "ʦ", "d^z": "ʣ", "t^ʃ": "ʧ", "d^ʒ": "ʤ"}
HUMAN_CLIPS = 60
SPELLING = "the same sound, spelled otherwise"
DRAWS, INTERVAL = 10000, (2.5, 97.5)  # of the sentences, for what chance may do to a mean


def normalise(program, lines):
    text = "".join(line.replace("\n", " ") + "\n" for line in lines)
    out = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    return out.split("\n")[: len(lines)]


def say(sarai, voice, lines, folder):
    pattern = os.path.join(folder, "%d.wav")
    subprocess.run([sarai, "say", "-", "--voice", voice, "-o", pattern], input="\n".join(lines) + "\n", text=True,
                   check=True)  # fmt: skip
    return [pattern % (i + 1) for i in range(len(lines))]


def transcribe(args, paths):
    """What Sarai hears, normalised."""
    out = subprocess.run([args.sarai, "transcribe", "--json", "--lang", "es"] + paths, capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    return normalise(args.normalise, [json.loads(line)["text"] for line in out.splitlines()])


def sound_of(group):
    """What the words sound like in a row, where c, s and z are one sound: how they are spelled and parted is left out."""
    command = ["espeak-ng", "-q", "--ipa", "-v", "es-419", "--", " ".join(group)]
    ipa = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-zðɣʝŋɲɾβʃθ]", "", ipa))


def misheard(reference, text):
    """[(places in the reference, the words there, what is heard instead)]; an inserted word is at that before it."""
    reference, text = words(reference), words(text)
    places = difflib.SequenceMatcher(None, reference, text, autojunk=False).get_opcodes()
    return [(set(range(i, j)) or {i - 1}, reference[i:j], text[k:end]) for tag, i, j, k, end in places if tag != "equal"]


def places_misheard(said, understood):
    return [set().union(*(at for at, _, _ in misheard(*pair))) for pair in zip(said, understood)]


def round_trip(said, understood, others):
    """Prints what was misheard and what that may be; returns the rates. `others`: {who: what was understood} where
    another ear heard, or another voice spoke, the same sentences."""
    wrong_there = {f"wrong with {who} too": places_misheard(said, texts) for who, texts in others.items()}
    score, kinds, n_wrong = Score(), dict.fromkeys([SPELLING, *wrong_there], 0), 0
    for i, (reference, text) in enumerate(zip(said, understood)):
        score.add(reference, text)
        for at, wanted, got in misheard(reference, text):
            tags = [SPELLING] if sound_of(wanted) == sound_of(got) else []
            tags += [kind for kind, places in wrong_there.items() if places[i] & at]
            print("  %s → %s" % (" ".join(wanted), " ".join(got)) + (f"  ({'; '.join(tags)})" if tags else ""))
            n_wrong += max(len(wanted), len(got))
            for tag in tags:
                kinds[tag] += max(len(wanted), len(got))
    word_rate, letter_rate = score.rates()
    print(f"round trip of {len(said)} sentences, {score.words} words: WER {word_rate:.2f} %, CER {letter_rate:.2f} %")
    print(f"of {n_wrong} words wrong: " + ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
    return {"wer": word_rate, "cer": letter_rate, "words": score.words, "kinds": kinds}


def second_ear(args, paths):
    """What faster-whisper hears, through the same normaliser."""
    return normalise(args.normalise, [text for text, _ in FasterWhisper(args.faster_whisper, 2).hear(paths)])


def people(args, lines):
    """How people's clips of as many words as the sentences have are heard, by source."""
    lengths, scores = [len(words(line)) for line in lines], {}
    rows = [row for row in human_rows(args.human) if min(lengths) <= len(words(row["text"])) <= max(lengths)]
    said = normalise(args.normalise, [row["text"] for row in rows])
    heard = transcribe(args, [os.path.join(args.human, row["file"]) for row in rows])
    for row, reference, text in zip(rows, said, heard):
        scores.setdefault(row["source"], []).append((reference, text))
    for source, pairs in sorted(scores.items()):
        score = Score()
        for pair in pairs:
            score.add(*pair)
        print(f"people, {source}: {len(pairs)} clips, {score.words} words: WER %.2f %%, CER %.2f %%" % score.rates())


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
            rows.append([float(got[f"{kind}_mos"]) for kind in ("ovrl", "sig", "bak", "p808")])
        print("| %s | %d | %.2f | %.2f | %.2f | %.2f |" % (name, len(rows), *np.mean(rows, axis=0)))
        return {kind: [row[i] for row in rows] for i, kind in enumerate(("overall", "signal", "background", "p808"))}


def difference(ours, theirs):
    """Prints how much better the overall rating of the same sentences is, and where chance in their choice puts it."""
    gains = np.array(ours["overall"]) - np.array(theirs["overall"])
    means = np.random.default_rng(0).choice(gains, (DRAWS, len(gains))).mean(axis=1)
    print("Sarai − Kokoro as published, overall: %+.3f, 95 %% of draws of the sentences %+.3f … %+.3f"
          % (gains.mean(), *np.percentile(means, INTERVAL)))  # fmt: skip


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


def human_rows(folder):
    with open(os.path.join(folder, "manifest.tsv"), encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def human_clips(folder):
    import soundfile

    rows = human_rows(folder)
    for row in rows[:: max(1, len(rows) // HUMAN_CLIPS)][:HUMAN_CLIPS]:
        yield soundfile.read(os.path.join(folder, row["file"]), dtype="float32")


def speak_published(args, texts, folder):
    """The normalised sentences by the file as published; returns paths."""
    import soundfile

    kokoro = Kokoro(args.kokoro, args.models, args.voice)
    paths = [os.path.join(folder, f"published-{i + 1}.wav") for i in range(len(texts))]
    for path, text in zip(paths, texts):
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
        difference(rates["sarai"], rates["kokoro"])
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
    parser.add_argument("--faster-whisper", help="folder of the CTranslate2 model: a second ear")
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
        numbers, others, published = {}, {}, []
        said = normalise(args.normalise, lines)
        if args.kokoro:
            published = speak_published(args, said, folder)
            others["the published voice"] = transcribe(args, published)
            print("Kokoro as published:")
            numbers["published"] = round_trip(said, others["the published voice"], {})
        if args.faster_whisper:
            others["faster-whisper"] = second_ear(args, paths)
        print("\nSarai:")
        numbers["round_trip"] = round_trip(said, transcribe(args, paths), others)
        if args.human:
            people(args, lines)
        if args.kokoro or args.human:
            numbers["dnsmos"] = rate_all(args, paths, published)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(numbers, f, indent=1)


if __name__ == "__main__":
    main()
