"""Where people and Sarai's voices stop speaking: finished, or in the middle of what they say.

Kept out of it: the half of the people's clips and of bench/pauses.txt that bench/conversation.py reports on, and
bench/questions.txt. A stop is made alike whether it is an end or a pause, so that nothing but the speech tells them
apart: cut at its last audible frame, then the room's own sound, noise or digital silence, drawn.
"""

import csv
import os
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "bench"))
import sounds  # noqa: E402
from conversation import human_pauses  # noqa: E402
from sounds import FRAME, RATE_HZ  # noqa: E402

LEAD_S, AFTER_S = 0.6, 0.7


def gaps(pcm, most, edge_s=0.6, least_s=0.05):
    """The longest soft stretches between words, as samples."""
    soft = sounds.frame_db(pcm) < sounds.frame_db(pcm).max() - 32
    edge, found, begin = int(edge_s * 100), [], None
    for i in range(edge, max(edge, len(soft) - edge) + 1):
        inside = i < len(soft) - edge and soft[i]
        if inside and begin is None:
            begin = i
        elif not inside and begin is not None:
            found.append((i - begin, begin))
            begin = None
    return [(at * FRAME, (at + n) * FRAME) for n, at in sorted(found, reverse=True)[:most] if n >= least_s * 100]


def quietest(pcm, seconds=0.1):
    """The softest stretch of a recording: its room."""
    power = np.convolve(10 ** (sounds.frame_db(pcm) / 10), np.ones(int(seconds * 100)), "valid")
    at = int(power.argmin()) * FRAME
    return pcm[at : at + int(seconds * RATE_HZ)]


def silence(pcm, seconds, rng):
    """What is heard when nobody speaks."""
    n, kind = int(seconds * RATE_HZ), rng.integers(3)
    if kind == 0:
        return np.zeros(n, np.float32)
    if kind == 1:
        room = quietest(pcm)
        return np.resize(np.concatenate([room, room[::-1]]), n)
    return (rng.standard_normal(n) * 10 ** (rng.uniform(-75, -55) / 20)).astype(np.float32)


def stopped(pcm, at, rng):
    """(samples, where it stops): the speech up to `at`, and silence around it; sometimes in noise, at some level."""
    speech = pcm[:at]
    loud = np.flatnonzero(sounds.frame_db(speech) > sounds.frame_db(pcm).max() - rng.uniform(26, 36))
    speech = speech[: (loud[-1] + 1) * FRAME]
    whole = np.concatenate([silence(pcm, LEAD_S, rng), speech, silence(pcm, AFTER_S, rng)])
    if rng.random() < 0.3:
        whole = whole + (rng.standard_normal(len(whole)) * 10 ** (rng.uniform(-70, -45) / 20)).astype(np.float32)
    whole = whole * np.float32(10 ** (rng.uniform(-8, 4) / 20))
    return np.clip(whole, -1, 1).astype(np.float32), int(LEAD_S * RATE_HZ) + len(speech)


def is_finished(text):
    """By its mark."""
    return text.strip()[-1:] in ".?!" and not text.strip().endswith("..")


def clips(data):
    """(source, speaker, path, text) of people, none of them of the reporting half."""
    for path, text in sounds.human_clips(data, "choose"):
        source = path.split(os.sep)[-2]
        yield source, "rmc" if source == "rmcpantoja" else path, path, text
    with open(os.path.join(data, "speech-es", "manifest.tsv"), encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            if row["source"] == "asterisk":
                yield "asterisk", "asterisk", os.path.join(data, "speech-es", row["file"]), row["text"]


ENDS_AND_PAUSES = {"rmcpantoja": (2, 3), "lingvo1": (2, 3), "asterisk": (1, 2)}  # at most, of a clip
VOICES, MOST_S, HELD_OUT_ONE_IN = ("em_alex", "ef_dora"), 14, 5
# Of Kokoro's for other languages (npm kokoro-js; models/voices must have them): who say the short sentences, and who say those
# of them that are held out, voices that no head knows.
SHORT_VOICES = ("em_santa", "if_sara", "ff_siwis", "af_heart", "am_michael", "bf_emma", "bm_george", "hf_alpha", "jm_kumo")
APART_VOICES = ("im_nicola", "af_bella", "hm_omega")


@dataclass
class Stop:
    source: str
    key: str  # what is said: the same words are never in two folds
    finished: bool
    pcm: np.ndarray
    stop: int  # where the speech ends, a sample
    held_out: bool  # kept for choosing the rule of src/floor.c
    may_be_end: bool = False  # a pause in a text of several sentences
    speaker: str = ""  # of sentences that several people say


def drawn(key, n):
    return int(sounds.generator("fold", key).integers(n))


def clips(data, source):
    """(path, text) of people, none of them of the reporting half."""
    if source != "asterisk":
        return [c for c in sounds.human_clips(data, "choose") if c[0].split(os.sep)[-2] == source]
    with open(os.path.join(data, "speech-es", "manifest.tsv"), encoding="utf-8") as f:
        rows = [row for row in csv.DictReader(f, delimiter="\t") if row["source"] == source][::3]  # one speaker, prompts alike
    return [(os.path.join(data, "speech-es", row["file"]), row["text"]) for row in rows]


def people(data, source):
    chosen = {text for _, text, _, _ in human_pauses(SimpleNamespace(data=data, half="choose"))}
    for path, text in clips(data, source):
        pcm, (n_ends, n_pauses) = sounds.person(path), ENDS_AND_PAUSES[source]
        if len(pcm) > MOST_S * RATE_HZ:
            continue
        inner = any(c in text.strip()[:-1] for c in ".?!")
        for k in range(n_ends if is_finished(text) else 0):
            yield Stop(source, text, True, *stopped(pcm, len(pcm), sounds.generator("end", path, k)), text in chosen)
        for k, (begin, _) in enumerate(gaps(pcm, n_pauses)):
            pause = stopped(pcm, begin, sounds.generator("pause", path, k))
            yield Stop(source, text, False, *pause, text in chosen, inner)


def acted(data):
    """Of the emotional clips: many speakers, few sentences."""
    with open(os.path.join(data, "emotion", "manifest.tsv"), encoding="utf-8") as f:
        rows = [row for row in csv.DictReader(f, delimiter="\t") if row["language"] == "es"]
    for row in rows[::2]:
        pcm = sounds.person(os.path.join(data, "emotion", row["file"]))
        for name, at in [("end", len(pcm)), *(("pause", begin) for begin, _ in gaps(pcm, 1))]:
            end = stopped(pcm, at, sounds.generator(name, row["file"]))
            yield Stop("acted", row["sentence"], name == "end", *end, False, speaker=row["speaker"])


def texts(short):
    """(number, text, finished): what the voices say, all of it or the short ones. Of a text that goes on, the part before
    the pause is spoken with a comma; where it could be all that is said, also with its mark."""
    with open(os.path.join(HERE, "sentences.txt"), encoding="utf-8") as f:
        lines = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    lines.remove("finished")
    first, _ = (lines.index("short") if short else 0), lines.remove("short")
    for number, line in list(enumerate(lines))[first:]:
        parts = [part.strip() for part in line.replace(" / ", " | ").split("|")]
        if len(parts) == 2:
            yield number, parts[0].rstrip(",") + ",", False
        yield number, " ".join(parts), True
        if " / " in line:
            yield number, parts[0] + ("?" if line.startswith("¿") else "."), True


def spoken(sarai, voice, work):
    folder = os.path.join(work, "spoken")
    os.makedirs(folder, exist_ok=True)
    is_held = lambda number: number % HELD_OUT_ONE_IN == 0  # noqa: E731
    said = [t for t in texts(voice not in VOICES) if voice not in APART_VOICES or is_held(t[0])]
    for (number, text, finished), pcm in zip(said, sounds.speak(sarai, voice, [t for _, t, _ in said], folder)):
        key, speaker = f"sentence {number}", "" if voice in VOICES else voice
        end = stopped(pcm, len(pcm), sounds.generator("spoken", voice, text))
        yield Stop(voice, key, finished, *end, is_held(number), speaker=speaker)
        for begin, _ in gaps(pcm, 1, least_s=0.08) if finished else ():
            gap = stopped(pcm, begin, sounds.generator("gap", voice, text))
            yield Stop(voice, key, False, *gap, is_held(number), speaker=speaker)


def sources(data, sarai, work):
    for source in ENDS_AND_PAUSES:
        yield source, people(data, source)
    yield "acted", acted(data)
    for voice in (*VOICES, *SHORT_VOICES, *APART_VOICES):
        yield voice, spoken(sarai, voice, work)
