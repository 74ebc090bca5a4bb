"""The figures of a live conversation: `sarai talk` over recordings that are made here.

    python3 bench/conversation.py turns    [--half report]    early cuts at inner pauses, wait after finished sentences
    python3 bench/conversation.py bargein  [--half report]    how soon an interruption is noticed; coughs, "ajá", echo
    python3 bench/conversation.py noise    [--minutes 10]     transcripts of noise; utterances missed in noise
    python3 bench/conversation.py idle     [--seconds 60]     CPU time while nobody speaks
    python3 bench/conversation.py soak     [--minutes 120]    turns lost or doubled, memory over time
    python3 bench/conversation.py echo     [--half report]    echo return loss and AECMOS of the canceller

Common options: --sarai build/release/sarai, --data ../shared/data, --json FILE. Of the sentences and recordings one
half is for choosing thresholds (--half choose), the other for the figures that are published.
All but `idle` run at `--pace fast`, where time stands still while Sarai works: what is decided is the same as in real
time as long as the transcript is there before the shortest wait, and it does not depend on how busy the machine is.
Instants are read off the events' sound_ms and off the files. Needs numpy, soundfile, soxr; `echo` also speechmos.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
import soundfile

import sounds
from sounds import RATE_HZ, silence

VOICE_RATE_HZ = 24000
VOICES = ("em_alex", "ef_dora")
BENCH = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = {"SARAI_ENV_FILE": "/dev/null", "SARAI_LANG": "en"}


def talk(args, recording, *options, output=None, **settings):
    """Plays the samples to `sarai talk`; (events, the loudspeaker's samples or None)."""
    with tempfile.TemporaryDirectory() as folder:
        heard, said = os.path.join(folder, "mic.wav"), os.path.join(folder, "voice.wav")
        soundfile.write(heard, recording, RATE_HZ)
        command = [args.sarai, "talk", "--input", heard, "--pace", "fast", "--events", *options]
        done = subprocess.run(command + (["--output", said] if output else []), capture_output=True, text=True,
                              env=dict(os.environ, **ENVIRONMENT, **settings))  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"sarai talk: {done.stderr.strip()}")
        pcm = soundfile.read(said, dtype="float32")[0] if output else None
        return [json.loads(line) for line in done.stdout.splitlines()], pcm


class Recording:
    """Sounds on one time line; `add` returns where the sound begins and ends in ms."""

    def __init__(self, lead_s=1.0):
        self.parts, self.n = [silence(lead_s)], int(lead_s * RATE_HZ)

    def add(self, pcm, gap_s):
        begin, end = self.n, self.n + len(pcm)
        self.parts += [pcm, silence(gap_s)]
        self.n = end + int(gap_s * RATE_HZ)
        return 1000 * begin / RATE_HZ, 1000 * end / RATE_HZ

    def samples(self):
        return np.concatenate(self.parts)


def states(events, name):
    return np.array([e["sound_ms"] for e in events if e["event"] == "state" and e["state"] == name])


def percent(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.1f} %)"


def spread(values):
    low, middle, high = np.percentile(values, (0, 50, 95))
    return f"{middle:.0f} | {high:.0f} | {low:.0f}–{max(values):.0f}"


# ---- end of turn ---------------------------------------------------------------------------------


def sentences(half):
    """The sentences of pauses.txt as pairs of their two parts."""
    with open(os.path.join(BENCH, "pauses.txt"), encoding="utf-8") as f:
        lines = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    first, second = lines.index("choose"), lines.index("report")
    chosen = lines[first + 1 : second] if half == "choose" else lines[second + 1 :]
    return [tuple(part.strip() for part in line.split("|")) for line in chosen]


def pause_s(*names):
    return sounds.generator("pause", *names).uniform(0.3, 0.8)


def spoken_pauses(args, folder):
    """(source, text, samples, pause in s): both voices say all sentences, the first part as one that goes on."""
    for voice in VOICES:
        pairs = sentences(args.half)
        parts = sounds.speak(args.sarai, voice, [part for a, b in pairs for part in (a.rstrip(",") + ",", b)], folder)
        for number, pair in enumerate(pairs):
            pause = pause_s(voice, pair)
            yield voice, "|".join(pair), np.concatenate([parts[2 * number], silence(pause), parts[2 * number + 1]]), pause


def human_pauses(args, most=28):
    """The same of people: finished sentences whose longest gap between words is made a pause."""
    found = 0
    for path, text in sounds.human_clips(args.data, args.half):
        words = text.split()
        whole = len(words) >= 5 and words[-1][-1] in ".?!" and len(words[-1]) > 3 and not any(c in text[:-1] for c in ".?!")
        pcm = sounds.trimmed(sounds.levelled(sounds.read(path))) if whole else None
        gap = sounds.widest_gap(pcm) if whole else None
        if gap and found < most:
            found += 1
            pause = pause_s(path.split("/")[-1])
            yield "people", text, sounds.stretched(pcm, gap, pause), pause


def measure_turns(args):
    gap_s, cases = 6.0, []
    with tempfile.TemporaryDirectory() as folder:
        material = list(spoken_pauses(args, folder)) + list(human_pauses(args))
    for source in sorted({item[0] for item in material}):
        recording = Recording()
        placed = [(item, recording.add(item[2], gap_s)) for item in material if item[0] == source]
        # Short answers: they are over before the next sentence, and what is decided does not depend on them.
        events, _ = talk(args, recording.samples(), LLM_MAX_TOKENS="6")
        confirmed, sounding = states(events, "thinking"), states(events, "speaking")
        for (_, text, _, pause), (begin, end) in placed:
            early = confirmed[(confirmed > begin) & (confirmed < end)]
            after = confirmed[(confirmed >= end) & (confirmed < end + 1000 * gap_s - 500)]
            cases.append({"source": source, "text": text, "pause_s": round(pause, 2), "early": len(early),
                          "heard_early": int(np.any((sounding > begin) & (sounding < end))),
                          "wait_ms": float(after[0] - end) if len(after) else None})  # fmt: skip
    print("| sentences with a pause of 0.3–0.8 s | number | cut early | … heard | wait after the end, ms: median | p95 | range | unanswered |")
    for source in [*sorted({case["source"] for case in cases}), "all"]:
        mine = [case for case in cases if source in ("all", case["source"])]
        waits = [case["wait_ms"] for case in mine if case["wait_ms"] is not None]
        early, heard = (sum(case[key] > 0 for case in mine) for key in ("early", "heard_early"))
        print(f"| {source} | {len(mine)} | {100 * early / len(mine):.1f} % | {100 * heard / len(mine):.1f} % "
              f"| {spread(waits)} | {len(mine) - len(waits)} |")  # fmt: skip
    for case in cases:
        if case["early"] or case["wait_ms"] is None:
            print(f"  cut: {case['source']}, {case['pause_s']} s: {case['text']} ({case['wait_ms']})")
    return cases


# ---- the command ---------------------------------------------------------------------------------

MEASURES = {"turns": measure_turns}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--data", default=os.environ.get("SARAI_TEST_DATA", "../shared/data"))
    parser.add_argument("--half", choices=("choose", "report"), default="report")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", help="write all cases there")
    args = parser.parse_args()
    cases = MEASURES[args.measure](args)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(cases, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
