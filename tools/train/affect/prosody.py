"""How something was said, in 18 numbers: pitch, energy, rate and their movement, as an ONNX graph.

The graph is the only implementation: training runs it and Sarai runs it, so both hear the same. Pitch is
found as Boersma (1993, "Accurate short-term analysis of the fundamental frequency…") does: the autocorrelation
of a windowed frame, divided by that of the window, at its highest lag. Here the lags are those of a
logarithmic scale of pitch, and the autocorrelation comes from the power spectrum by a matrix product.

`add(graph, "pcm")` takes mono float [1, N] at 16 kHz and gives the name of a value [1, len(NAMES)].
"""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "models"))
from graph import INT64  # noqa: E402

NAMES = [
    "pitch", "pitch_rise", "pitch_fall", "pitch_deviation", "pitch_motion", "pitch_slope",
    "voiced", "periodicity", "periodicity_deviation",
    "energy", "energy_deviation", "energy_peak", "energy_slope", "tilt", "tilt_deviation",
    "rate", "pauses", "seconds",
]  # fmt: skip
PITCH, ENERGY, RATE = NAMES.index("pitch"), NAMES.index("energy"), NAMES.index("rate")

HZ, LOW_HZ = 16000, 4000  # of the sound, and of the copy in which pitch is looked for
WINDOW, HOP = 256, 64  # samples at LOW_HZ: 64 ms, 16 ms
LEAST_HZ, MOST_HZ, LAGS = 60.0, 500.0, 144
HOP_S = HOP / LOW_HZ
VOICED = 0.45  # least periodicity of a voiced frame
OCTAVE_COST = 0.02  # what a candidate an octave lower must be better by
SPEECH_DB, SYLLABLE_DB = 30.0, 25.0  # below the loudest frame: still speech; still a syllable


def low_pass():
    """[1, 1, 63]: a windowed sinc with its edge at 1.7 kHz."""
    n = np.arange(-31, 32)
    taps = np.sinc(2 * 1700 / HZ * n) * np.hamming(63)
    return (taps / taps.sum()).astype(np.float32)[None, None]


def spectrum_filters(p):
    """[514, 1, WINDOW]: Hann-windowed cosines, then sines, of a transform over twice the window. Written as steps
    that are computed once at load: half a megabyte less in the file."""
    bins = p.g.const("bins", np.arange(WINDOW + 1)[:, None])
    turn = p.op("Mul", bins, p.g.const("samples", np.arange(WINDOW)[None]))
    turn = p.op("Cast", p.op("Mod", turn, p.g.ints(2 * WINDOW)), to=1)
    angle = p.op("Mul", turn, p.number(np.pi / WINDOW))
    waves = p.g.op("Concat", [p.op("Cos", angle), p.op("Sin", angle)], axis=0)
    windowed = p.op("Mul", waves, p.g.const("hann", np.hanning(WINDOW).astype(np.float32)))
    return p.op("Unsqueeze", windowed, p.g.ints(1))


def pitches():
    """Semitones above 100 Hz, from high to low, and their lags in samples."""
    hz = MOST_HZ * (LEAST_HZ / MOST_HZ) ** (np.arange(LAGS) / (LAGS - 1))
    return 12 * np.log2(hz / 100), LOW_HZ / hz


def correlation_matrix():
    """[WINDOW + 1, LAGS + 1]: power spectrum → autocorrelation at lag 0 and at the lags, over the window's."""
    _, lags = pitches()
    lags = np.concatenate([[0.0], lags])
    weights = np.full(WINDOW + 1, 2.0)
    weights[[0, -1]] = 1
    weights[:6] = 0  # below 45 Hz there is hum and the mean
    matrix = weights[:, None] * np.cos(2 * np.pi * np.outer(np.arange(WINDOW + 1), lags) / (2 * WINDOW))
    window = np.hanning(WINDOW)
    spectrum = np.abs(np.fft.rfft(window, 1 << 14)) ** 2
    frequency = 2 * np.pi * np.arange(len(spectrum)) / (1 << 14)
    own = (np.cos(np.outer(lags, frequency)) * spectrum).sum(1)
    return (matrix / (own / own[0])).astype(np.float32)


class Prosody:
    """The steps, over one graph."""

    def __init__(self, g):
        self.g = g

    def op(self, kind, *inputs, **attributes):
        return self.g.op(kind, list(inputs), **attributes)

    def number(self, value):
        return self.g.scalar(float(value))

    def total(self, x):
        return self.op("ReduceSum", x, self.g.ints(1), keepdims=1)

    def mean(self, x, mask):
        count = self.op("Max", self.total(mask), self.number(1))
        return self.op("Div", self.total(self.op("Mul", x, mask)), count)

    def deviation(self, x, mask):
        apart = self.op("Sub", x, self.mean(x, mask))
        return self.op("Sqrt", self.op("Add", self.mean(self.op("Mul", apart, apart), mask), self.number(1e-6)))

    def slope(self, x, mask, seconds):
        """Per second, by least squares; 0 where there is next to no time."""
        late = self.op("Sub", seconds, self.mean(seconds, mask))
        above = self.op("Sub", x, self.mean(x, mask))
        spread = self.mean(self.op("Mul", late, late), mask)
        return self.op("Div", self.mean(self.op("Mul", late, above), mask), self.op("Add", spread, self.number(0.01)))

    def above(self, x, y):
        return self.op("Cast", self.op("Greater", x, y), to=1)

    def both(self, a, b):
        return self.op("Mul", a, b)

    def sliced(self, x, start, end):
        return self.op("Slice", x, self.g.ints(start), self.g.ints(end), self.g.ints(1))

    def seconds(self, x):
        """[1, T] like x: the time of each frame."""
        frames = self.op("Squeeze", self.op("Shape", x, start=1, end=2))
        order = self.op("Range", self.g.const("zero", np.int64(0)), frames, self.g.const("one", np.int64(1)))
        times = self.op("Mul", self.op("Cast", order, to=1), self.number(HOP_S))
        return self.op("Unsqueeze", times, self.g.ints(0))

    def quantile(self, x, mask, part):
        """Of the values where mask is 1; 0 where there are none."""
        hidden = self.op("Where", self.op("Cast", mask, to=9), x, self.number(1e9))
        frames = self.op("Shape", x, start=1, end=2)
        ordered, _ = self.g.op("TopK", [hidden, frames], n_out=2, axis=1, largest=0)
        at = self.op("Floor", self.op("Mul", self.total(mask), self.number(part)))
        value = self.op("GatherElements", ordered, self.op("Cast", at, to=INT64), axis=1)
        return self.op("Where", self.op("Greater", value, self.number(1e8)), self.number(0), value)


def energies(p, pcm):
    """pcm [1, 1, N] → loudness of frames and of their treble, in dB, [1, T]."""
    step = p.g.const("difference", np.array([[[-1, 1]]], np.float32))
    treble = p.op("Conv", pcm, step, pads=[1, 0])
    loudness = []
    scale = HZ // LOW_HZ
    for x in (pcm, treble):
        power = p.op("AveragePool", p.op("Mul", x, x), kernel_shape=[WINDOW * scale], strides=[HOP * scale],
                     pads=[WINDOW * scale // 2] * 2, count_include_pad=1)  # fmt: skip
        log = p.op("Log", p.op("Add", power, p.number(1e-9)))
        loudness.append(p.op("Squeeze", p.op("Mul", log, p.number(10 / np.log(10))), p.g.ints(1)))
    return loudness


def pitch_track(p, pcm):
    """pcm [1, 1, N] → semitones, periodicity and where there is voice, [1, T] each."""
    low = p.op("Conv", pcm, p.g.const("low_pass", low_pass()), strides=[HZ // LOW_HZ], pads=[31, 31])
    bins = p.op("Conv", low, spectrum_filters(p), strides=[HOP], pads=[WINDOW // 2] * 2)
    squares = p.op("Mul", bins, bins)
    half = WINDOW + 1
    power = p.op("Add", p.op("Slice", squares, p.g.ints(0), p.g.ints(half), p.g.ints(1)),
                 p.op("Slice", squares, p.g.ints(half), p.g.ints(2 * half), p.g.ints(1)))  # fmt: skip
    power = p.op("Transpose", power, perm=[0, 2, 1])
    found = p.op("MatMul", power, p.g.const("correlation", correlation_matrix()))
    whole = p.op("Slice", found, p.g.ints(0), p.g.ints(1), p.g.ints(2))
    parts = p.op("Slice", found, p.g.ints(1), p.g.ints(LAGS + 1), p.g.ints(2))
    likeness = p.op("Div", parts, p.op("Add", whole, p.number(1e-6)))
    semitones, lags = pitches()
    cost = p.g.const("octave_cost", (OCTAVE_COST * np.log2(lags / lags[0])).astype(np.float32))
    best = p.op("ArgMax", p.op("Sub", likeness, cost), axis=2, keepdims=1)
    periodicity = p.op("Squeeze", p.op("GatherElements", likeness, best, axis=2), p.g.ints(2))
    pitch = p.op("Squeeze", p.op("Gather", p.g.const("semitones", semitones.astype(np.float32)), best), p.g.ints(2))
    level = p.op("Squeeze", whole, p.g.ints(2))
    loud = p.op("Mul", p.op("ReduceMax", level, p.g.ints(1)), p.number(10 ** (-SPEECH_DB / 10)))
    voiced = p.both(p.above(level, loud), p.above(periodicity, p.number(VOICED)))
    return pitch, periodicity, voiced


def span(p, mask):
    """Frames from the first to the last where mask is 1, [1, 1]."""
    frames = p.op("Cast", p.op("Shape", mask, start=1, end=2), to=1)
    first = p.op("Cast", p.op("ArgMax", mask, axis=1, keepdims=1), to=1)
    last = p.op("Cast", p.op("ArgMax", mask, axis=1, keepdims=1, select_last_index=1), to=1)
    return p.op("Min", p.op("Add", p.op("Sub", last, first), p.number(1)), frames)


def syllables(p, energy, loudest):
    """Peaks of the smoothed loudness, [1, 1]."""
    smooth = p.op("AveragePool", p.op("Unsqueeze", energy, p.g.ints(1)), kernel_shape=[5], pads=[2, 2])
    smooth = p.op("Squeeze", smooth, p.g.ints(1))
    middle = p.sliced(smooth, 1, -1)
    peak = p.both(p.above(middle, p.sliced(smooth, 0, -2)), p.above(middle, p.sliced(smooth, 2, 1 << 40)))
    return p.total(p.both(peak, p.above(middle, p.op("Sub", loudest, p.number(SYLLABLE_DB)))))


def add(g, pcm):
    p = Prosody(g)
    pcm = p.op("Unsqueeze", pcm, g.ints(1))
    energy, treble = energies(p, pcm)
    pitch, periodicity, voiced = pitch_track(p, pcm)
    loudest = p.op("ReduceMax", energy, g.ints(1))
    speech = p.above(energy, p.op("Sub", loudest, p.number(SPEECH_DB)))
    length = span(p, speech)
    seconds = p.op("Mul", length, p.number(HOP_S))
    n_speech = p.total(speech)
    tilt = p.op("Sub", treble, energy)
    median = p.quantile(pitch, voiced, 0.5)
    ahead, behind = p.sliced(pitch, 1, 1 << 40), p.sliced(pitch, 0, -1)
    follow = p.both(p.sliced(voiced, 1, 1 << 40), p.sliced(voiced, 0, -1))
    step = p.op("Min", p.op("Abs", p.op("Sub", ahead, behind)), p.number(6))  # more is an error of an octave
    one = p.number(1)
    values = {
        "pitch": median,
        "pitch_rise": p.op("Sub", p.quantile(pitch, voiced, 0.9), median),
        "pitch_fall": p.op("Sub", median, p.quantile(pitch, voiced, 0.1)),
        "pitch_deviation": p.deviation(pitch, voiced),
        "pitch_motion": p.mean(step, follow),
        "pitch_slope": p.slope(pitch, voiced, p.seconds(pitch)),
        "voiced": p.op("Div", p.total(voiced), p.op("Max", n_speech, one)),
        "periodicity": p.mean(periodicity, voiced),
        "periodicity_deviation": p.deviation(periodicity, voiced),
        "energy": p.mean(energy, speech),
        "energy_deviation": p.deviation(energy, speech),
        "energy_peak": p.op("Sub", loudest, p.mean(energy, speech)),
        "energy_slope": p.slope(energy, speech, p.seconds(energy)),
        "tilt": p.mean(tilt, speech),
        "tilt_deviation": p.deviation(tilt, speech),
        "rate": p.op("Div", syllables(p, energy, loudest), p.op("Max", seconds, p.number(0.2))),
        "pauses": p.op("Sub", one, p.op("Div", n_speech, length)),
        "seconds": p.op("Log", p.op("Add", seconds, p.number(0.1))),
    }
    return g.op("Concat", [values[name] for name in NAMES], axis=1)
