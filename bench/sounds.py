"""Sounds for the measurements of a conversation: speech by Sarai's voices and by people, pauses within it, noise.

All are mono float32 at RATE_HZ, at one loudness, and the same at every run: what is drawn is drawn from seeds that
are made of names. Needs bench/requirements.txt.
"""

import csv
import glob
import hashlib
import os
import subprocess

import numpy as np
import soundfile
import soxr

RATE_HZ = 16000
FRAME = RATE_HZ // 100
AUDIBLE = 0.01
SPEECH_RMS = 0.06
NOISES = ("noise*.flac", "[1-5]-*.flac")
ROOMS = ("rir*.flac",)
ROOM_FRAMES = RATE_HZ // 2  # of a response, as src/audio/room.h
HUMAN = ("rmcpantoja", "lingvo1")  # one speaker reading, many on the telephone


def generator(*names):
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def silence(seconds):
    return np.zeros(int(seconds * RATE_HZ), np.float32)


def read(path):
    pcm, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(pcm.mean(axis=1), rate, RATE_HZ).astype(np.float32)


def frame_db(pcm):
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)


def levelled(pcm):
    """At SPEECH_RMS, measured where somebody speaks."""
    db = frame_db(pcm)
    spoken = db[db > db.max() - 30]
    return pcm * (SPEECH_RMS / np.sqrt(np.mean(10 ** (spoken / 10)))).astype(np.float32)


def trimmed(pcm):
    """From the first to the last audible sample, which is what the figures count from."""
    loud = np.flatnonzero(np.abs(pcm) >= AUDIBLE)
    return pcm[loud[0] : loud[-1] + 1]


def spoken(pcm, below_db=26):
    """From the first to the last 10 ms that are about as loud as speech: of a recording of people, whose room and
    breath are audible too."""
    loud = np.flatnonzero(frame_db(pcm) > frame_db(pcm).max() - below_db)
    return pcm[loud[0] * FRAME : (loud[-1] + 1) * FRAME]


def person(path):
    return spoken(levelled(read(path)))


def speak(sarai, voice, texts, folder):
    """Each text by a voice of Sarai's, levelled and trimmed."""
    pattern = os.path.join(folder, f"{voice}-%d.wav")
    subprocess.run([sarai, "say", "-", "--voice", voice, "-o", pattern], input="\n".join(texts) + "\n", text=True,
                   check=True, capture_output=True)  # fmt: skip
    return [trimmed(levelled(read(pattern % (i + 1)))) for i in range(len(texts))]


def human_clips(data, half):
    """(path, text) of one half of the people's clips, divided by the sum of the name: "choose" or "report"."""
    with open(os.path.join(data, "speech-es", "manifest.tsv"), encoding="utf-8") as f:
        rows = [row for row in csv.DictReader(f, delimiter="\t") if row["source"] in HUMAN]
    wanted = 0 if half == "choose" else 1
    chosen = [row for row in rows if hashlib.sha256(row["file"].encode()).digest()[0] % 2 == wanted]
    return [(os.path.join(data, "speech-es", row["file"]), row["text"]) for row in chosen]


def widest_gap(pcm, edge_s=0.6, least_s=0.06):
    """The longest soft stretch between words, as (first, last + 1) sample; None where there is none."""
    soft = frame_db(pcm) < frame_db(pcm).max() - 32
    edge, best, begin = int(edge_s * 100), (0, 0), None
    for i in range(edge, max(edge, len(soft) - edge) + 1):
        inside = i < len(soft) - edge and soft[i]
        if inside and begin is None:
            begin = i
        elif not inside and begin is not None:
            best = max(best, (i - begin, begin))
            begin = None
    return (best[1] * FRAME, (best[1] + best[0]) * FRAME) if best[0] >= least_s * 100 else None


def stretched(pcm, gap, seconds):
    """The gap made longer or shorter: its own sound to and fro, so that the room goes on."""
    there = pcm[gap[0] : gap[1]]
    there = np.concatenate([there, there[::-1]])
    wanted = int(seconds * RATE_HZ)
    return np.concatenate([pcm[: gap[0]], np.resize(there, wanted), pcm[gap[1] :]])


def cough(*names):
    """A made-up cough: one to three bursts of noise through a throat's resonances, each dying away."""
    rng = generator("cough", *names)
    parts = []
    for _ in range(rng.integers(1, 4)):
        n = int(rng.uniform(0.12, 0.22) * RATE_HZ)
        noise = rng.standard_normal(n)
        at = np.fft.rfftfreq(n, 1 / RATE_HZ)
        shape = sum(np.exp(-(((at - f) / w) ** 2)) for f, w in ((500, 300), (1500, 500), (rng.uniform(2200, 3500), 900)))
        burst = np.fft.irfft(np.fft.rfft(noise) * shape, n) * np.exp(-np.arange(n) / (0.045 * RATE_HZ))
        parts += [burst.astype(np.float32), silence(rng.uniform(0.05, 0.15))]
    sound = np.concatenate(parts)
    return trimmed(sound * np.float32(0.5 / np.abs(sound).max()))


def files(data, patterns):
    return sorted(path for p in patterns for path in glob.glob(os.path.join(data, "noise", p)) if "freesound" not in path)


def noise(data, seconds, *names):
    """Recorded noises one after the other, in an order and from places drawn, cross-faded, with an RMS of 1."""
    rng, paths = generator("noise", *names), files(data, NOISES)
    fade, out = RATE_HZ // 4, silence(0.25)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    while len(out) < seconds * RATE_HZ:
        piece = read(paths[rng.integers(len(paths))])
        piece = np.roll(piece, int(rng.integers(len(piece))))
        piece = piece / np.sqrt(np.mean(piece**2) + 1e-12)
        piece[:fade] = piece[:fade] * ramp + out[-fade:] * (1 - ramp)
        out = np.concatenate([out[:-fade], piece])
    return out[: int(seconds * RATE_HZ)].astype(np.float32)


def rooms(data):
    return files(data, ROOMS)


def echo(played, room, delay_ms, level_db):
    """What a microphone hears of `played`: as src/audio/room.c makes it for `sarai talk --room`."""
    response = read(room)[:ROOM_FRAMES]
    response = response * 10 ** (level_db / 20) / np.sqrt(np.sum(response**2))
    n = len(played) + len(response)
    wet = np.fft.irfft(np.fft.rfft(played, n) * np.fft.rfft(response, n), n)
    return np.concatenate([silence(delay_ms / 1000), wet])[: len(played)].astype(np.float32)
