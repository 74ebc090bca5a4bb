"""Voice to voice: from the last sample of a question to the first audible sample of the answer, in real time.

    python3 bench/voice.py [--sarai build/release/sarai] [--repeats 3] [--json FILE]
    bench/run.sh voice                  # beside the peer of bench/rig.py; installs what that needs

The questions of bench/questions.txt are spoken by two voices (`sarai say`), put into one recording with
pauses between them, and played to `sarai talk` as the microphone, at the pace of the clock. Both instants are read
off the two files alone: the last and the first sample of at least 1 % of full scale. The stages come from the
event stream. CPU seconds and memory are those of the whole process. With --peer the usual chain hears the same
recording in turns with Sarai, in real time too. Needs numpy and soundfile.
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import soundfile

import chain

VOICE_RATE = 24000
AUDIBLE = 0.01
LEAD_S, GAP_S = 1.0, 9.0  # before the first question; after each, for the whole answer
VOICES = ("em_alex", "ef_dora")


def read_questions(path):
    with open(path, encoding="utf-8") as f:
        return [line.strip() for line in f if line.strip() and not line.startswith("#")]


def speak(sarai, text, voice, folder, number):
    path = os.path.join(folder, f"{voice}-{number}.wav")
    subprocess.run([sarai, "say", text, "--voice", voice, "-o", path], check=True, capture_output=True)
    pcm, rate = soundfile.read(path, dtype="float32")
    assert rate == VOICE_RATE
    loud = np.flatnonzero(np.abs(pcm) >= AUDIBLE)
    return pcm[: loud[-1] + 1]


def record(sarai, questions, folder):
    """One recording of all questions: samples at VOICE_RATE, and where each question ends in seconds."""
    parts, ends, at = [np.zeros(int(LEAD_S * VOICE_RATE), np.float32)], [], LEAD_S
    for number, text in enumerate(questions):
        pcm = speak(sarai, text, VOICES[number % len(VOICES)], folder, number)
        parts += [pcm, np.zeros(int(GAP_S * VOICE_RATE), np.float32)]
        ends.append(at + len(pcm) / VOICE_RATE)
        at += len(pcm) / VOICE_RATE + GAP_S
    return np.concatenate(parts), ends


class Sarai:
    """`sarai talk`, a process for each pass."""

    def __init__(self, program):
        self.program, self.cpu_s, self.megabytes = program, 0, 0

    def converse(self, recording):
        """The loudspeaker's samples and the stages of each turn."""
        with tempfile.TemporaryDirectory() as folder:
            answer, events, said = (os.path.join(folder, name) for name in ("answer.wav", "events", "said"))
            with open(events, "w") as out, open(said, "w") as err:
                process = subprocess.Popen([self.program, "talk", "--input", recording, "--output", answer, "--events"],
                                           stdout=out, stderr=err)  # fmt: skip
                # Its own figures: those of all children are the largest of any, the peer's among them.
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                with open(said, encoding="utf-8") as f:
                    raise SystemExit(f"sarai talk: {f.read().strip()}")
            pcm, _ = soundfile.read(answer, dtype="float32")
            with open(events, encoding="utf-8") as f:
                told = [json.loads(line) for line in f]
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.megabytes = usage.ru_maxrss / 1024
        return pcm, [event["since_speech_ms"] for event in told if event["event"] == "turn"]

    def close(self):
        pass


def voice_to_voice(pcm, ends):
    """Milliseconds for each question; None where no answer came before the next one."""
    loud = np.flatnonzero(np.abs(pcm) >= AUDIBLE) / VOICE_RATE
    found = []
    for end in ends:
        after = loud[(loud > end) & (loud < end + GAP_S - 0.5)]
        found.append(1000 * (after[0] - end) if len(after) else None)
    return found


def spread(values, digits=0):
    low, middle, high = np.percentile(values, (0, 50, 95))
    return f"{middle:.{digits}f} | {high:.{digits}f} | {low:.{digits}f}–{max(values):.{digits}f}"


def report(name, engine, delays, stages):
    known = [ms for ms in delays if ms is not None]
    print(f"\n{name}: unanswered: {delays.count(None)}; {engine.cpu_s:.1f} CPU s a pass; {engine.megabytes:.0f} MB\n")
    print("| ms since the end of speech | median | p95 | range |")
    print(f"| **voice to voice**, from the files | {spread(known) if known else ''} |")
    for stage in ("speculated", "transcribed", "first_token", "first_audio", "confirmed", "sounding"):
        values = [s[stage] for s in stages if s.get(stage, -1) >= 0]
        if values:
            print(f"| {stage} | {spread(values)} |")
    saved = [max(0, s["confirmed"] - s["speculated"]) for s in stages if s.get("speculated", -1) >= 0]
    if saved:
        print(f"\nspeculation began {np.median(saved):.0f} ms before the turn was confirmed; wasted: "
              f"{sum(s['wasted'] for s in stages)} answers, {sum(s['wasted_ms'] for s in stages):.0f} ms")  # fmt: skip
    return {"voice_to_voice_ms": known, "stages": stages, "unanswered": delays.count(None), "cpu_s": engine.cpu_s,
            "megabytes": engine.megabytes}  # fmt: skip


def engines_of(args):
    engines = {"sarai": Sarai(args.sarai)}
    if args.peer:
        from rig import Rig  # whose engines need not be installed otherwise

        engines[f"Silero + smart-turn + {chain.NAME}"] = Rig(args)
    return engines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sarai", default=os.path.join(chain.ROOT, "build", "release", "sarai"))
    parser.add_argument("--questions", default=os.path.join(os.path.dirname(__file__), "questions.txt"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--peer", action="store_true", help="needs --faster-whisper and --kokoro")
    parser.add_argument("--json", help="write all numbers there")
    chain.add_arguments(parser, required=False)
    args = parser.parse_args()
    questions = read_questions(args.questions)[: args.limit]
    engines = engines_of(args)
    delays, stages = {name: [] for name in engines}, {name: [] for name in engines}
    try:
        with tempfile.TemporaryDirectory() as folder:
            recording = os.path.join(folder, "questions.wav")
            pcm, ends = record(args.sarai, questions, folder)
            soundfile.write(recording, pcm, VOICE_RATE)
            for _ in range(args.repeats):
                for name, engine in engines.items():
                    answer, turns = engine.converse(recording)
                    delays[name] += voice_to_voice(answer, ends)
                    stages[name] += turns
    finally:
        for engine in engines.values():
            engine.close()
    lengths = [end - (LEAD_S if i == 0 else ends[i - 1] + GAP_S) for i, end in enumerate(ends)]
    print(f"{len(questions)} questions of {min(lengths):.1f}–{max(lengths):.1f} s in {len(pcm) / VOICE_RATE:.0f} s, "
          f"{args.repeats} times")  # fmt: skip
    numbers = {name: report(name, engine, delays[name], stages[name]) for name, engine in engines.items()}
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(numbers, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
