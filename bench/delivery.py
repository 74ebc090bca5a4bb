"""How the tones of src/speak/delivery.c sound: the same sentences in each, by pitch, energy, rate and pauses, by Sarai's
own affect head, and whether they are still understood.

    python3 bench/delivery.py [--sarai build/release/sarai] [--normalise build/dev/normalise] [--every 4] [--work DIR]

The sentences are tests/data/frases.txt, every n-th. Pitch is the median of the voiced frames (autocorrelation, 40 ms),
energy the level of the frames that are within 35 dB of the loudest, rate the letters in a second of speech. The
affect head hears each tone's files in one run, after half as many plain ones, as a voice that it knows by then; means of its
numbers are told. A second table compares each sentence with itself in the plain voice (which the head heard after the
plain ones too): how often the tone goes the way that it is meant to, and how many words more or fewer are misheard, with
the interval that holds 95 % of draws of the sentences. Needs numpy and soundfile.
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import soundfile

from roundtrip import SENTENCES, normalise
from wer import edits, words

TONES = {"plain": 0, "tender": -1, "soothing": -1, "even": -1, "bright": 1}  # which way pitch, energy and rate are to go
FRAME_S, HOP_S, LOWEST_HZ, HIGHEST_HZ, VOICED = 0.04, 0.01, 70, 400, 0.5
QUIET_DB = 35
NAMES = ("neutral", "happy", "sad", "angry", "fearful", "surprised", "disgusted", "calm", "excited", "valence",
         "arousal", "dominance", "pitch", "energy", "rate")  # fmt: skip
DRAWS = 2000
HEARD = "sad", "fearful", "happy", "calm", "excited", "valence", "arousal", "pitch", "energy", "rate"


def frames(pcm, hz):
    size, hop = int(FRAME_S * hz), int(HOP_S * hz)
    at = np.arange(0, len(pcm) - size, hop)
    return pcm[at[:, None] + np.arange(size)]


def pitch_of(pieces, hz):
    """Median of the voiced frames, Hz."""
    pieces = pieces - pieces.mean(1, keepdims=True)
    spectrum = np.fft.rfft(pieces, 2 * pieces.shape[1])
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)[:, : pieces.shape[1]]
    overlap = 1 - np.arange(pieces.shape[1]) / pieces.shape[1]
    likeness = likeness / (likeness[:, :1] + 1e-12) / np.maximum(overlap, 0.2)
    lags = slice(hz // HIGHEST_HZ, hz // LOWEST_HZ)
    best = likeness[:, lags].argmax(1) + lags.start
    voiced = likeness[np.arange(len(best)), best] > VOICED
    return float(np.median(hz / best[voiced])) if voiced.any() else float("nan")


def measure(path, text):
    """pitch in Hz, level in dB, letters a second of speech, pauses as a share."""
    pcm, hz = soundfile.read(path, dtype="float32")
    pieces = frames(pcm, hz)
    level = 10 * np.log10((pieces**2).mean(1) + 1e-10)
    spoken = level > level.max() - QUIET_DB
    seconds = spoken.sum() * HOP_S
    energy = 10 * np.log10((pieces[spoken] ** 2).mean())
    return pitch_of(pieces[spoken], hz), energy, sum(map(str.isalpha, text)) / seconds, 1 - spoken.mean()


def say(sarai, tone, lines, folder):
    paths = [os.path.join(folder, f"{tone}-{i + 1}.wav") for i in range(len(lines))]
    if not all(map(os.path.exists, paths)):
        subprocess.run([sarai, "say", "-", "--tone", tone, "-o", os.path.join(folder, tone + "-%d.wav")],
                       input="\n".join(lines) + "\n", text=True, check=True)  # fmt: skip
    return paths


def hear(sarai, known, paths):
    """Text and emo_vec (nan where none was felt) of each file, of a voice that is known by some plain files."""
    out = subprocess.run([sarai, "hear", "--json", "--lang", "es", *known, *paths], capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    heard = [json.loads(line) for line in out.splitlines()][len(known):]
    return [h["text"] for h in heard], np.array([h["emo_vec"] or [np.nan] * len(NAMES) for h in heard], float)


def misheard(said, heard):
    """Words wrong of each sentence, and the words there are."""
    return np.array([(edits(words(a), words(b)), len(words(a))) for a, b in zip(said, heard, strict=True)])


def right_way(way, tone, plain):
    """Share of the sentences that lie on the meant side of the same one in the plain voice."""
    return np.nanmean(np.where(np.isnan(tone - plain), np.nan, way * (tone - plain) > 0), axis=0)


def rise(wrong, plain):
    """Points of the word error rate above the plain voice's, and 95 % of draws of the sentences."""
    random, more, of = np.random.default_rng(1), wrong[:, 0] - plain[:, 0], plain[:, 1]
    draws = random.integers(len(of), size=(DRAWS, len(of)))
    low, high = np.percentile(100 * more[draws].sum(1) / of[draws].sum(1), [2.5, 97.5])
    return f"{100 * more.sum() / of.sum():+.2f} ({low:+.1f} … {high:+.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--normalise", default="build/dev/normalise")
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--work", help="folder of the speech; what is there already is not made again")
    args = parser.parse_args()
    with open(SENTENCES, encoding="utf-8") as f:
        lines = f.read().splitlines()[:: args.every]
    said = normalise(args.normalise, lines)
    compared = "arousal", "pitch", "energy", "rate"
    own = [NAMES.index(name) for name in compared]
    rows = []
    print("| tone | pitch, Hz | energy, dB | letters/s | pauses | WER % | " + " | ".join(HEARD) + " |")
    print("|---" * (6 + len(HEARD)) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.work or temporary
        plain = say(args.sarai, "plain", lines, folder)
        for tone, way in TONES.items():
            paths = say(args.sarai, tone, lines, folder)
            measured = np.array([measure(p, t) for p, t in zip(paths, said)])
            texts, heard = hear(args.sarai, plain[::2], paths)
            wrong = misheard(said, normalise(args.normalise, texts))
            pitch, energy, rate, pauses = np.nanmean(measured, axis=0)
            print(f"| {tone} | {pitch:.0f} | {energy:.1f} | {rate:.1f} | {pauses:.3f} | {100 * wrong[:, 0].sum() / wrong[:, 1].sum():.2f} | "
                  + " | ".join(f"{x:.2f}" for x in np.nanmean(heard, axis=0)[[NAMES.index(n) for n in HEARD]]) + " |", flush=True)  # fmt: skip
            if not way:
                usual = measured, heard, wrong
                continue
            ways = [*right_way(way, measured[:, :3], usual[0][:, :3]), *right_way(way, heard[:, own], usual[1][:, own])]
            rows.append(f"| {tone} | " + " | ".join(f"{x:.2f}" for x in ways) + f" | {rise(wrong, usual[2])} |")
    print("\n| tone | pitch | energy | letters/s | " + " | ".join(f"head: {name}" for name in compared) + " | WER, points |")
    print("|---" * (5 + len(compared)) + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
