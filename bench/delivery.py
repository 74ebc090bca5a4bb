"""How the tones of src/speak/delivery.c sound: the same sentences in each, by pitch, energy, rate and pauses, by Sarai's
own affect head, and whether they are still understood.

    python3 bench/delivery.py [--sarai build/release/sarai] [--normalise build/dev/normalise] [--every 4] [--work DIR]

The sentences are tests/data/frases.txt, every n-th. Pitch is the median of the voiced frames (autocorrelation, 40 ms),
energy the level of the frames that are within 35 dB of the loudest, rate the letters in a second of speech. The
affect head hears each tone's files in one run, after as many plain ones, as a voice that it knows by then; means of its
numbers are told. Needs numpy and soundfile.
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import soundfile

from roundtrip import SENTENCES, normalise, transcribe
from wer import Score

TONES = "plain", "tender", "soothing", "even", "bright"
FRAME_S, HOP_S, LOWEST_HZ, HIGHEST_HZ, VOICED = 0.04, 0.01, 70, 400, 0.5
QUIET_DB = 35
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
    """Means of emo_vec by name, of a voice that is known by the plain files."""
    out = subprocess.run([sarai, "hear", "--json", *known, *paths], capture_output=True, text=True, check=True).stdout
    vectors = [json.loads(line)["emo_vec"] for line in out.splitlines()][len(known):]
    names = ["neutral", "happy", "sad", "angry", "fearful", "surprised", "disgusted", "calm", "excited", "valence",
             "arousal", "dominance", "pitch", "energy", "rate"]  # fmt: skip
    mean = np.mean([v for v in vectors if v], axis=0)
    return {name: float(mean[names.index(name)]) for name in HEARD}


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
    print("| tone | pitch, Hz | energy, dB | letters/s | pauses | WER % | " + " | ".join(HEARD) + " |")
    print("|---" * (6 + len(HEARD)) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.work or temporary
        plain = say(args.sarai, "plain", lines, folder)
        for tone in TONES:
            paths = say(args.sarai, tone, lines, folder)
            pitch, energy, rate, pauses = np.nanmean([measure(p, t) for p, t in zip(paths, said)], axis=0)
            score = Score()
            for reference, text in zip(said, normalise(args.normalise, transcribe(args.sarai, paths))):
                score.add(reference, text)
            heard = hear(args.sarai, plain, paths)
            print(f"| {tone} | {pitch:.0f} | {energy:.1f} | {rate:.1f} | {pauses:.3f} | {score.rates()[0]:.2f} | "
                  + " | ".join(f"{heard[name]:.2f}" for name in HEARD) + " |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
