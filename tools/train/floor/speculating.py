#!/usr/bin/env python3
"""How often an answer is prepared in vain where people speak, by SPECULATE_MS: pauses within their clips.

    tools/train/floor/speculating.py --data ../shared/data --models models/onnx

A clip is one utterance; every pause in it that lasts so long has an answer prepared which nobody hears. The work goes on
from then until the person has gone on for NOTICED_MS, at most until the first sound is ready (docs/BENCHMARKS.md, section Voice
to voice).
"""

import argparse
import csv
import os

import numpy as np

import stops  # noqa: F401 (finds bench/)
import sounds
from hearing import ENTER, HZ, LEAVE, WINDOW, Hearing

WINDOW_MS, NOTICED_MS, MOST_WORK_MS, LEAD_S, AFTER_S = 1000 * WINDOW // HZ, 64, 343, 0.6, 1.0
SPECULATE_MS = (64, 96, 128, 160)


def pauses(likely):
    """Lengths in ms of the silences between speech, as src/floor.c counts them: a single window of speech ends none."""
    found, silent, run, begun = [], 0, 0, False
    for p in likely:
        speaks = p >= (LEAVE if begun and silent == 0 else ENTER)
        run = run + 1 if speaks else 0
        begun = begun or speaks
        if not speaks:
            silent += begun
        elif silent and run > 1:
            found.append(WINDOW_MS * silent)
            silent = 0
    return np.array(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", required=True)
    args = parser.parse_args()
    hearing, of_source = Hearing(args.models), {}
    with open(os.path.join(args.data, "speech-es", "manifest.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    for row in rows:
        person = sounds.person(os.path.join(args.data, "speech-es", row["file"]))
        pcm = np.concatenate([sounds.silence(LEAD_S), person, sounds.silence(AFTER_S)])
        of_source.setdefault(row["source"], []).append(pauses(hearing.speech(pcm)))
    of_source["all"] = [clip for clips in of_source.values() for clip in clips]
    print("| clips | SPECULATE_MS | in vain, an utterance | … ms of work |")
    for source, clips in of_source.items():
        for ms in SPECULATE_MS:
            long = [clip[clip >= ms] for clip in clips]
            work = sum(np.minimum(clip - ms + NOTICED_MS, MOST_WORK_MS).sum() for clip in long)
            print(f"| {source}, {len(clips)} | {ms} | {sum(map(len, long)) / len(clips):.2f} | {work / len(clips):.0f} |")


if __name__ == "__main__":
    main()
