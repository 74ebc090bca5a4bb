"""The figures of a live conversation: `sarai talk` over recordings that are made here.

    python3 bench/conversation.py turns    [--half report]    early cuts at inner pauses, wait after finished sentences
    python3 bench/conversation.py bargein  [--half report]    how soon an interruption is noticed; coughs, "ajá", echo
    python3 bench/conversation.py wake     [--half report]    wake phrases that are understood, and mistaken
    python3 bench/conversation.py noise    [--minutes 10]     transcripts of noise; utterances missed in noise
    python3 bench/conversation.py idle     [--seconds 60]     CPU time while nobody speaks
    python3 bench/conversation.py soak     [--minutes 120]    turns lost or doubled, memory over time
    python3 bench/conversation.py echo     [--half report]    echo return loss and AECMOS of the canceller
    python3 bench/conversation.py drift    [--half report]    echo return loss where two devices have two clocks

Common options: --sarai build/release/sarai, --data ../shared/data, --json FILE. Of the sentences and recordings one
half is for choosing thresholds (--half choose), the other for the figures that are published.
All but `idle` run at `--pace fast`, where time stands still while Sarai works: what is decided is the same as in real
time as long as the transcript is there before the shortest wait, and it does not depend on how busy the machine is.
Instants are read off the events' sound_ms and off the files. Needs bench/requirements.txt, as `make bench` installs it.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
import soundfile
import soxr

import sounds
from sounds import RATE_HZ, silence

VOICE_RATE_HZ = 24000
VOICES = ("em_alex", "ef_dora")
WAKE_VOICES = (*VOICES, "em_santa")
BENCH = os.path.dirname(os.path.abspath(__file__))
OWN = tempfile.TemporaryDirectory()  # no timer, list or memory of whoever measures, nor of another measurement
ENVIRONMENT = {"SARAI_ENV_FILE": "/dev/null", "SARAI_LANG": "en", "XDG_DATA_HOME": OWN.name}


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
        pcm = sounds.person(path) if whole else None
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


# ---- barge-in --------------------------------------------------------------------------------------

INTERRUPTIONS = ("Espera un momento, por favor.", "No, no es eso lo que quería saber.", "Perdona, ¿y qué hora es?",
                 "Basta, cuéntame otra cosa.", "Oye, tengo otra pregunta.", "¿Puedes hablar más despacio?",
                 "Para, que me llaman por teléfono.", "Mejor dime cómo se llama tu madre.",
                 "Eso ya lo sé, sigue con otra cosa.", "Un segundo, que no te he entendido.")  # fmt: skip
MURMURS = ("Ajá.", "Vale.", "Sí, sí.", "Claro.", "Bueno.")
LEAD_S, AFTER_S, DELAYS_MS = 2.5, 8.0, (40, 80, 120, 160, 200)
READY = {"READY_SOUND": "on"}  # as with a loudspeaker; it and what is learnt from it are over within LEAD_S
DRIFTS_PPM = (0, 10, 30, 100, -100)


class Answer:
    """The last of some questions in a conversation of its own, and where its answer sounds when nobody interrupts."""

    def __init__(self, args, questions, text):
        self.questions, self.text = questions, text
        recording, end_ms = self.recording()
        _, self.voice = talk(args, recording.samples(), output=True, **READY)
        loud = np.flatnonzero(np.abs(self.voice) >= sounds.AUDIBLE) / VOICE_RATE_HZ
        loud = loud[loud > end_ms / 1000]
        self.begin_s, self.end_s = (loud[0], loud[-1]) if len(loud) else (0, 0)

    def recording(self):
        recording = Recording(LEAD_S)
        for question in self.questions:
            _, end_ms = recording.add(question, AFTER_S)
        return recording, end_ms


def is_long(answer, least_s=2.5):
    return answer.end_s - answer.begin_s >= least_s


def answers(args, folder):
    """Those of the questions of questions.txt that are answered at length; and the same behind another question."""
    with open(os.path.join(BENCH, "questions.txt"), encoding="utf-8") as f:
        texts = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    asked = list(zip(sounds.speak(args.sarai, VOICES[0], texts, folder), texts))
    first = [answer for answer in (Answer(args, [pcm], text) for pcm, text in asked) if is_long(answer)]
    others = [pcm for pcm, text in asked if text not in [answer.text for answer in first]]
    later = [Answer(args, [other, *answer.questions], answer.text) for answer in first for other in others[:3]]
    return first, [answer for answer in later if is_long(answer)]


def interrupt(args, answer, sound, name, *options):
    """The sound over the answer, at a moment drawn: when it was ducked, fell silent, and whether it was given up."""
    at_s = sounds.generator("moment", name).uniform(answer.begin_s + 0.3, answer.end_s - 1.2)
    pcm = np.concatenate([answer.recording()[0].samples(), silence(AFTER_S)])
    at = int(at_s * RATE_HZ)
    pcm[at : at + len(sound)] += sound
    events, voice = talk(args, pcm, *options, output=True, **READY)
    after = [t for t in states(events, "interrupted") if t > 1000 * at_s]
    before = [e["state"] for e in events if e["event"] == "state" and e["sound_ms"] <= 1000 * at_s]
    return {"name": name, "answer": answer.text, "at_s": round(at_s, 2),
            "ducked_ms": after[0] - 1000 * at_s if after else None,
            "silent_ms": silent_after(voice, at_s, after[0] / 1000) if after else None,
            "sounding": before[-1:] == ["speaking"], "before": int(sum(t <= 1000 * at_s for t in states(events, "interrupted"))),
            "taken": sum(e["event"] == "interrupted" for e in events)}  # fmt: skip


def silent_after(voice, onset_s, ducked_s, least_s=0.1):
    """From the onset to where the loudspeaker gives nothing for a while, in ms."""
    at, n = int(ducked_s * VOICE_RATE_HZ), int(least_s * VOICE_RATE_HZ)
    quiet = np.convolve(voice[at : at + 3 * VOICE_RATE_HZ] == 0, np.ones(n), "valid") >= n
    return 1000 * (ducked_s - onset_s + np.argmax(quiet) / VOICE_RATE_HZ) if quiet.any() else None


def interrupting_sounds(args, folder):
    for voice in VOICES:
        for text, pcm in zip(INTERRUPTIONS, sounds.speak(args.sarai, voice, INTERRUPTIONS, folder)):
            yield f"{voice}: {text}", pcm
    for path, text in sounds.human_clips(args.data, args.half)[:20]:
        yield f"person: {text}", sounds.person(path)[: 3 * RATE_HZ]


def harmless_sounds(args, folder):
    for voice in VOICES:
        for text, pcm in zip(MURMURS, sounds.speak(args.sarai, voice, MURMURS, folder)):
            yield f"{voice}: {text}", pcm
    for number in range(10):
        yield f"cough {number}", sounds.cough(args.half, number)


def in_rooms(args):
    """The options of `sarai talk` for every room with every delay, at −6 dB."""
    return [("--room", room, "--room-delay", str(delay), "--room-level", "-6")
            for delay in DELAYS_MS for room in sounds.rooms(args.data)]  # fmt: skip


def report_interruptions(name, cases):
    """Without those whose question was heard otherwise, so that the answer was over already."""
    cases = [case for case in cases if case["sounding"] or case["before"]]
    soon = sum(case["ducked_ms"] is not None and case["ducked_ms"] <= 200 for case in cases)
    ducked, quiet = ([case[key] for case in cases if case[key] is not None] for key in ("ducked_ms", "silent_ms"))
    print(f"| {name} | {len(cases)} | {percent(soon, len(cases))} | {spread(ducked)} | {spread(quiet)} "
          f"| {sum(case['taken'] > 0 for case in cases)} | {sum(case['before'] for case in cases)} |")  # fmt: skip


def measure_bargein(args):
    with tempfile.TemporaryDirectory() as folder:
        over, later = answers(args, folder)
        people, harmless = list(interrupting_sounds(args, folder)), list(harmless_sounds(args, folder))
    wet, cases = in_rooms(args), {}
    cases["headphones"] = [interrupt(args, over[i % len(over)], pcm, name) for i, (name, pcm) in enumerate(people)]
    for kind, found in (("first", over), ("second", later)):
        cases[f"room, echo at −6 dB, {kind} answer"] = [
            interrupt(args, found[i % len(found)], pcm, name, *wet[7 * i % len(wet)]) for i, (name, pcm) in enumerate(people)]
    print("| interruptions | number | ducked within 200 ms | ducked after ms: median | p95 | range "
          "| silent after ms: median | p95 | range | answer given up | ducked before |")  # fmt: skip
    for name, found in cases.items():
        report_interruptions(name, found)
    cases["harmless"] = [interrupt(args, over[i % len(over)], pcm, name) for i, (name, pcm) in enumerate(harmless)]
    for kind, chosen in (("murmurs", lambda name: "cough" not in name), ("coughs, made up", lambda name: "cough" in name)):
        mine = [case for case in cases["harmless"] if chosen(case["name"])]
        print(f"{kind}: the answer was given up in {percent(sum(case['taken'] > 0 for case in mine), len(mine))}, "
              f"ducked in {sum(case['ducked_ms'] is not None for case in mine)}")  # fmt: skip
    cases["echo"] = []
    for i, options in enumerate(wet):
        recording = Recording(LEAD_S)
        for k in range(3):
            recording.add(over[(i + k) % len(over)].questions[0], AFTER_S)
        events, _ = talk(args, recording.samples(), *options, **READY)
        cases["echo"].append({"options": options[1:], "answers": sum(e["event"] == "turn" for e in events),
                              "ducked": len(states(events, "interrupted")),
                              "taken": sum(e["event"] == "interrupted" for e in events)})  # fmt: skip
    print(f"own echo, {len(wet)} rooms and delays: of {sum(case['answers'] for case in cases['echo'])} answers "
          f"{sum(case['ducked'] for case in cases['echo'])} times ducked, "
          f"{sum(case['taken'] for case in cases['echo'])} given up")  # fmt: skip
    return cases


# ---- wake phrase -----------------------------------------------------------------------------------

PHRASES = ("oye sarai", "hola casa")
CALLS = ("¿qué tiempo hace en Sevilla?", "pon una alarma a las siete.", "¿cuántos kilómetros hay hasta la Luna?",
         "apaga la luz de la cocina.", "cuéntame un chiste.", "recuérdame que llame a Juan.")  # fmt: skip
NOT_CALLED = ("Oye, María, ven un momento.", "Hoy salimos a cenar.", "Será mejor que te calles.", "Oye, ¿sabes qué hora es?",
              "Sara viene mañana a casa.", "Hola, Carmen, ¿cómo estás?", "Saldremos por la tarde.", "Voy a sacar al perro.")  # fmt: skip


def heard_within(args, phrase, sounds_of):
    """For each sound the text that was taken as meant for Sarai; None where it was not."""
    recording = Recording()
    placed = [recording.add(pcm, 4.0) for pcm in sounds_of]
    events, _ = talk(args, recording.samples(), WAKE_PHRASE=phrase, WAKE_WINDOW_S="0", LLM_MAX_TOKENS="2")
    heard = [(e["sound_ms"], e["text"]) for e in events if e["event"] == "heard"]
    found = [[text for at, text in heard if begin < at < end + 3500] for begin, end in placed]
    return [texts[-1] if texts else None for texts in found]


def measure_wake(args):
    cases = {}
    people = [sounds.person(path)[: 6 * RATE_HZ] for path, _ in sounds.human_clips(args.data, args.half)[:40]]
    for phrase in PHRASES:
        said = phrase.capitalize().replace(" ", ", ").replace("sarai", "Sarai")
        with tempfile.TemporaryDirectory() as folder:
            called = [pcm for v in WAKE_VOICES for pcm in sounds.speak(args.sarai, v, [f"{said}, {c}" for c in CALLS], folder)]
            not_called = [pcm for v in WAKE_VOICES for pcm in sounds.speak(args.sarai, v, NOT_CALLED, folder)]
        found = {name: heard_within(args, phrase, of) for name, of in (("called", called), ("not", not_called), ("people", people))}
        cases[phrase] = found
        print(f"“{phrase}”: understood {percent(len(called) - found['called'].count(None), len(called))}; mistaken: "
              + ", ".join(f"{name} {percent(len(found[key]) - found[key].count(None), len(found[key]))}"
                          for key, name in (("not", "what sounds alike"), ("people", "people"))))  # fmt: skip
        for text in found["not"] + found["people"]:
            if text is not None:
                print(f"  mistaken: {text}")
    return cases


# ---- noise -----------------------------------------------------------------------------------------


def measure_noise(args):
    seconds = 60 * (args.minutes or 10)
    rng, parts = sounds.generator("levels", args.half), []
    pcm = sounds.noise(args.data, 0.8 * seconds, args.half)
    for at in range(0, len(pcm), 20 * RATE_HZ):  # every 20 s another loudness
        parts.append(pcm[at : at + 20 * RATE_HZ] * np.float32(10 ** (rng.uniform(-50, -22) / 20)))
    events, _ = talk(args, np.concatenate(parts + [silence(0.2 * seconds)]), LLM_MAX_TOKENS="2")
    heard = [(e["sound_ms"], e["text"]) for e in events if e["event"] == "heard"]
    turns = sum(e["event"] == "turn" for e in events)
    print(f"{seconds / 60:.0f} minutes of noise and silence: {len(heard)} transcripts, {turns} answered {heard}")
    recording, placed = Recording(), []
    for path, text in sounds.human_clips(args.data, args.half)[:60]:
        placed.append((text, recording.add(sounds.person(path), 5.0)))
    clean = recording.samples()
    noise = sounds.noise(args.data, len(clean) / RATE_HZ, "speech", args.half)
    noisy = clean + noise * np.float32(sounds.SPEECH_RMS * 10 ** (-10 / 20))
    cases = {"noise": heard}
    for name, pcm in (("clean", clean), ("10 dB of noise", noisy)):
        events, _ = talk(args, np.clip(pcm, -1, 1), LLM_MAX_TOKENS="2")
        heard = np.array([e["sound_ms"] for e in events if e["event"] == "heard"])
        answered = np.array([e["sound_ms"] for e in events if e["event"] == "turn"])
        missed = [t for t, (begin, end) in placed if not np.any((heard > begin) & (heard < end + 3500))]
        silent = [t for t, (begin, end) in placed if not np.any((answered > begin) & (answered < end + 4500))]
        cases[name] = {"missed": missed, "unanswered": silent}
        print(f"{len(placed)} utterances, {name}: {len(missed)} without a transcript, {len(silent)} without an answer; "
              f"{len(answered)} turns {missed or silent}")  # fmt: skip
    return cases


# ---- load and memory ---------------------------------------------------------------------------------


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def start(args, recording, *options):
    command = [args.sarai, "talk", "--input", recording, "--events", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            env=dict(os.environ, **ENVIRONMENT))  # fmt: skip


def measure_idle(args):
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "mic.wav")
        n = int((args.seconds + 10) * RATE_HZ)
        for name, level in (("digital silence", 0), ("a quiet room, −60 dB", 0.001)):
            room = sounds.generator("room").standard_normal(n).astype(np.float32) * np.float32(level)
            soundfile.write(path, room, RATE_HZ)
            with start(args, path) as process:
                process.stdout.readline()
                time.sleep(2)
                begin_s, begin_cpu = time.monotonic(), cpu_seconds(process.pid)
                time.sleep(args.seconds)
                load = (cpu_seconds(process.pid) - begin_cpu) / (time.monotonic() - begin_s)
                process.kill()
            cases[name] = load
            print(f"{name}: {100 * load:.1f} % of one core over {args.seconds:.0f} s of real time")
    return cases


def measure_soak(args):
    """Turns for so many minutes of sound; each question must be answered once, memory must not grow."""
    seconds, gap_s = 60 * (args.minutes or 120), 9.0
    with open(os.path.join(BENCH, "questions.txt"), encoding="utf-8") as f:
        texts = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    recording, placed, curve = Recording(), [], []
    with tempfile.TemporaryDirectory() as folder:
        asked = [pcm for voice in VOICES for pcm in sounds.speak(args.sarai, voice, texts, folder)]
        while recording.n < seconds * RATE_HZ:
            placed.append(recording.add(asked[len(placed) % len(asked)], gap_s))
        path = os.path.join(folder, "mic.wav")
        soundfile.write(path, recording.samples(), RATE_HZ)
        turns, began = [], time.monotonic()
        with start(args, path, "--pace", "fast") as process:
            for line in process.stdout:
                event = json.loads(line)
                if event["event"] == "turn":
                    turns.append(event["sound_ms"])
                    curve.append((round(event["sound_ms"] / 60000, 1), round(resident_mb(process.pid))))
        took_s = time.monotonic() - began
    turns = np.array(turns)
    counts = [int(np.sum((turns > begin) & (turns < end + 1000 * gap_s))) for begin, end in placed]
    print(f"{recording.n / RATE_HZ / 60:.0f} minutes of sound in {took_s / 60:.0f} minutes, code {process.returncode}: "
          f"{len(placed)} questions, {counts.count(0)} lost, {sum(n > 1 for n in counts)} answered more than once")  # fmt: skip
    print("resident MB: " + ", ".join(f"{mb} at {minute:.0f} min" for minute, mb in curve[:: max(1, len(curve) // 12)]))
    late = np.array(curve[len(curve) // 4 :])
    if len(late) > 2:
        print(f"slope over the last three quarters: {60 * np.polyfit(late[:, 0], late[:, 1], 1)[0]:.2f} MB an hour")
    return {"counts": counts, "resident_mb": curve}


# ---- echo --------------------------------------------------------------------------------------------


def cancel(args, mic, played):
    """Through the canceller as `sarai talk` runs it (bench/cancel.c)."""
    program = os.path.join(os.path.dirname(args.sarai), "bench", "cancel")
    pairs = np.stack([mic, played], axis=1).astype("<f4")
    done = subprocess.run([program, *args.behind], input=pairs.tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4")


def measure_echo(args):
    from speechmos import aecmos

    learn = 5 * RATE_HZ
    with tempfile.TemporaryDirectory() as folder:
        said = [np.concatenate(sounds.speak(args.sarai, voice, texts, folder))
                for voice in VOICES for texts in (INTERRUPTIONS[:6], INTERRUPTIONS[4:])]  # fmt: skip
    people = [sounds.person(path) for path, _ in sounds.human_clips(args.data, args.half)[:50]]
    cases = []
    for number, options in enumerate(in_rooms(args)):
        played = said[number % len(said)]
        played = played[: min(14 * RATE_HZ, len(played) // sounds.FRAME * sounds.FRAME)]
        hiss = sounds.generator("hiss", number).standard_normal(len(played)).astype(np.float32) * np.float32(3e-4)
        echoed = sounds.echo(played, options[1], float(options[3]), -6) + hiss
        near = np.zeros_like(played)
        voice = np.concatenate([people[2 * number % 50], people[(2 * number + 1) % 50]])[: len(near) - learn]
        near[learn : learn + len(voice)] = voice
        for talk_type, mic in (("st", echoed), ("dt", echoed + near)):
            mic = np.clip(mic, -1, 1)
            clean = cancel(args, mic, played)
            case = {"type": talk_type, "room": os.path.basename(options[1]), "delay_ms": int(options[3])}
            if talk_type == "st":
                case["erle_db"] = float(10 * np.log10(np.sum(mic[learn:] ** 2) / np.sum(clean[learn:] ** 2)))
            for name, enhanced in (("without", mic), ("with", clean)):
                sample = {"lpb": played, "mic": mic, "enh": np.clip(enhanced, -1, 1)}
                mos = aecmos.run({key: pcm[learn:] for key, pcm in sample.items()}, RATE_HZ, talk_type=talk_type)
                case[name] = {"echo": mos["echo_mos"], "other": mos["deg_mos"]}
            cases.append(case)
    loss = [case["erle_db"] for case in cases if "erle_db" in case]
    print(f"echo return loss after {learn // RATE_HZ} s: {np.median(loss):.1f} dB ({min(loss):.1f}–{max(loss):.1f})\n")
    print("| AECMOS, median (least) | echo, without | with the canceller | other degradation, without | with |")
    for talk_type, title in (("st", "far end alone"), ("dt", "both talk")):
        row = [f"{np.median(mos):.2f} ({min(mos):.2f})" for what in ("echo", "other") for name in ("without", "with")
               for mos in [[case[name][what] for case in cases if case["type"] == talk_type]]]  # fmt: skip
        print(f"| {title} ({len(cases) // 2}) | " + " | ".join(row) + " |")
    return cases


def measure_drift(args):
    """Return loss of the canceller where the loudspeaker's clock is slower (faster: below 0) than the microphone's."""
    learn, length = 20 * RATE_HZ, 50 * RATE_HZ
    people = [sounds.person(path) for path, _ in sounds.human_clips(args.data, args.half)[:50]]
    cases = []
    print("| drift, ppm | echo return loss after 20 s, dB: median (least and most) |")
    for ppm in DRIFTS_PPM:
        for number, options in enumerate(in_rooms(args)[::3]):
            chance, parts = sounds.generator("drift", number), []
            while sum(map(len, parts)) < length:
                parts += [people[(3 * number + len(parts)) % 50], silence(chance.uniform(0.3, 2.5))]
            played = np.concatenate(parts)[:length].astype(np.float32)
            echoed = sounds.echo(played, options[1], float(options[3]), -6)
            echoed = soxr.resample(echoed, 1e6, 1e6 + ppm)[:length]
            mic = chance.standard_normal(length).astype(np.float32) * np.float32(3e-4)
            mic[: len(echoed)] += echoed
            clean = cancel(args, np.clip(mic, -1, 1), played)
            loss = 10 * np.log10(np.sum(mic[learn:] ** 2) / np.sum(clean[learn:] ** 2))
            cases.append({"ppm": ppm, "room": os.path.basename(options[1]), "delay_ms": int(options[3]), "erle_db": float(loss)})
        mine = [case["erle_db"] for case in cases if case["ppm"] == ppm]
        print(f"| {ppm} | {np.median(mine):.1f} ({min(mine):.1f}–{max(mine):.1f}) |")
    return cases


# ---- the command ---------------------------------------------------------------------------------

MEASURES = {"turns": measure_turns, "bargein": measure_bargein, "wake": measure_wake, "noise": measure_noise, "idle": measure_idle,
            "soak": measure_soak, "echo": measure_echo, "drift": measure_drift}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--data", default=os.environ.get("SARAI_TEST_DATA", "../shared/data"))
    parser.add_argument("--half", choices=("choose", "report"), default="report")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--behind", action="append", default=[], choices=("speex", "webrtc"), help="of echo and drift: that canceller behind ours")
    parser.add_argument("--json", help="write all cases there")
    args = parser.parse_args()
    cases = MEASURES[args.measure](args)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(cases, f, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
