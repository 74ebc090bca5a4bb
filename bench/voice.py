"""Voice to voice: from the last sample of a question to the first audible sample of the answer, in real time.

    python3 bench/voice.py [--sarai build/release/sarai] [--repeats 3] [--json FILE]

The questions of bench/questions.txt are spoken by two voices (`sarai say`), put into one recording with
pauses between them, and played to `sarai talk` as the microphone, at the pace of the clock. Both instants are read
off the two files alone: the last and the first sample of at least 1 % of full scale. The stages come from the
event stream. CPU seconds and memory are those of the whole process. Needs numpy and soundfile.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile

import numpy as np
import soundfile

RATE, VOICE_RATE = 16000, 24000
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


def converse(sarai, recording, folder):
    """Plays it to `sarai talk`; (the loudspeaker's samples, events, CPU seconds, MB of memory)."""
    answer = os.path.join(folder, "answer.wav")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sarai, "talk", "--input", recording, "--output", answer, "--events"],
                          capture_output=True, text=True)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"sarai talk: {done.stderr.strip()}")
    pcm, _ = soundfile.read(answer, dtype="float32")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return pcm, events, cpu_s, after.ru_maxrss / 1024


def voice_to_voice(pcm, ends):
    """Milliseconds for each question; None where no answer came before the next one."""
    loud = np.flatnonzero(np.abs(pcm) >= AUDIBLE) / VOICE_RATE
    found = []
    for end in ends:
        after = loud[(loud > end) & (loud < end + GAP_S - 0.5)]
        found.append(1000 * (after[0] - end) if len(after) else None)
    return found


def turn_stages(events):
    """since_speech_ms of every turn that was answered."""
    return [event["since_speech_ms"] for event in events if event["event"] == "turn"]


def spread(values, digits=0):
    low, middle, high = np.percentile(values, (0, 50, 95))
    return f"{middle:.{digits}f} | {high:.{digits}f} | {low:.{digits}f}–{max(values):.{digits}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--questions", default=os.path.join(os.path.dirname(__file__), "questions.txt"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", help="write all numbers there")
    args = parser.parse_args()
    questions = read_questions(args.questions)[: args.limit]
    delays, stages, missed = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        recording = os.path.join(folder, "questions.wav")
        pcm, ends = record(args.sarai, questions, folder)
        soundfile.write(recording, pcm, VOICE_RATE)
        lengths = [end - (LEAD_S if i == 0 else ends[i - 1] + GAP_S) for i, end in enumerate(ends)]
        for _ in range(args.repeats):
            answer, events, cpu_s, megabytes = converse(args.sarai, recording, folder)
            found = voice_to_voice(answer, ends)
            missed += found.count(None)
            delays += [ms for ms in found if ms is not None]
            stages += turn_stages(events)
    print(f"{len(questions)} questions of {min(lengths):.1f}–{max(lengths):.1f} s, {args.repeats} times; "
          f"unanswered: {missed}; {cpu_s:.1f} CPU s for {len(pcm) / VOICE_RATE:.0f} s; {megabytes:.0f} MB\n")  # fmt: skip
    print("| ms since the end of speech | median | p95 | range |")
    print(f"| **voice to voice**, from the files | {spread(delays)} |")
    for name in ("speculated", "transcribed", "first_token", "first_audio", "confirmed", "sounding"):
        values = [s[name] for s in stages if s[name] >= 0]
        if values:
            print(f"| {name} | {spread(values)} |")
    saved = [max(0, s["confirmed"] - s["speculated"]) for s in stages if s["speculated"] >= 0]
    print(f"\nspeculation began {np.median(saved):.0f} ms before the turn was confirmed; wasted: "
          f"{sum(s['wasted'] for s in stages)} answers, {sum(s['wasted_ms'] for s in stages):.0f} ms")  # fmt: skip
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump({"voice_to_voice_ms": delays, "stages": stages, "unanswered": missed, "cpu_s": cpu_s,
                       "megabytes": megabytes}, f, indent=1)  # fmt: skip


if __name__ == "__main__":
    main()
