"""The affect head: how it computes, in numpy for training and as the ONNX graph that Sarai runs.

The means of the encoder's first LAYERS residual states are scaled, projected on their principal axes and joined
by the scaled numbers of prosody.py: the features. (Its last state knows more of the words than of the voice, and
deviations over time add nothing for a sentence that was never heard.) Three linear discriminants judge them: one takes a voice as it comes; two take it relative to what is
usual for the speaker, one by the mean only, one by mean and deviation. The better the speaker is known, the more
the last two count.
"""

import numpy as np
import prosody
from graph import FLOAT, Graph

CLASSES = ["neutral", "happy", "sad", "angry", "fearful", "surprised", "disgusted"]  # the first of enum sarai_emo
HAPPY, SURPRISED, NEUTRAL = CLASSES.index("happy"), CLASSES.index("surprised"), CLASSES.index("neutral")

# Valence, arousal, dominance of the nine moods: what people said of such words, rounded (Russell and Mehrabian
# 1977, "Evidence for a three-factor theory of emotions"); neutral is the origin.
AXES_OF_MOODS = np.array([
    [0.0, 0.0, 0.0], [0.8, 0.5, 0.4], [-0.6, -0.3, -0.3], [-0.5, 0.6, 0.3], [-0.6, 0.6, -0.4],
    [0.4, 0.7, -0.1], [-0.6, 0.4, 0.1], [0.6, -0.4, 0.2], [0.6, 0.8, 0.4],
], np.float32)  # fmt: skip

SURE, LEAN = 0.85, 0.3  # entropy (of the largest) from which chances lean to neutral; the most they lean
MOST_SHIFT = 0.5  # share of neutral that may become calm, of happy and surprised that may become excited


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def emotion_probabilities(logits):
    """Chances of CLASSES; the less they say, the more they lean to neutral."""
    chances = softmax(logits)
    entropy = -(chances * np.log(chances + 1e-9)).sum(-1, keepdims=True) / np.log(len(CLASSES))
    lean = LEAN * np.maximum((entropy - SURE) / (1 - SURE), 0)
    return (1 - lean) * chances + lean * np.eye(len(CLASSES))[NEUTRAL]


class Head:
    LAYERS, AXES = 6, 240
    FIRST_AXIS = 5.0  # deviation of the first axis, where those of prosody are 1
    SHRINKAGE = 0.3
    # Utterances after which a profile counts as much as what was known of all voices: for the mean, for the
    # deviation, for which discriminant judges.
    MEAN_WORTH, DEVIATION_WORTH, PROFILE_WORTH = 2.0, 20.0, 4.0

    temperatures = 1.0, 1.0  # factors on the logits, of an unknown and of a known voice

    @classmethod
    def chosen(cls, stats):
        """[n, layers, 2, width] → what the head looks at, [n, LAYERS × width]."""
        return stats[:, : cls.LAYERS, 0].reshape(len(stats), -1)

    def quantise_axes(self):
        """The axes as they are kept, int8: what is fitted on top knows of the rounding."""
        self.axes_scale = (np.abs(self.axes).max(1) / 127).astype(np.float32)
        self.axes_int8 = np.round(self.axes / self.axes_scale[:, None]).astype(np.int8)
        self.axes = self.axes_int8 * self.axes_scale[:, None]

    def project(self, stats, numbers):
        parts = [((block - self.stats_mean) * self.stats_scale) @ self.axes.T for block in np.array_split(stats, 8)]
        return np.concatenate([np.concatenate(parts), (numbers - self.prosody_mean) * self.prosody_scale], 1)

    def usual(self, mean, deviation, utterances):
        """What is taken as usual for a voice of which so much is known."""
        known = utterances / (utterances + self.MEAN_WORTH)
        variance = utterances * deviation**2 + self.DEVIATION_WORTH * self.spread**2
        return known * mean, np.sqrt(variance / (utterances + self.DEVIATION_WORTH))

    def logits(self, features, mean, deviation, utterances):
        mean, deviation = self.usual(mean, deviation, utterances)
        cold = features @ self.cold[0] + self.cold[1]
        moved = (features - mean) @ self.moved[0] + self.moved[1]
        known = (features - mean) / deviation * self.spread @ self.known[0] + self.known[1]
        share = utterances / (utterances + self.PROFILE_WORTH)
        return (1 - share) * cold + share * (moved + known) / 2

    def save(self, path, stats_shape, version):
        g = Graph()
        g.input("pcm", FLOAT, [1, "samples"])
        g.input("layer_stats", FLOAT, stats_shape)
        width = self.AXES + len(prosody.NAMES)
        g.input("profile_mean", FLOAT, [1, width])
        g.input("profile_deviation", FLOAT, [1, width])
        g.input("utterances", FLOAT, [1])
        write_graph(g, self)
        g.output("features", FLOAT, [1, width])
        g.output("emo_vec", FLOAT, [1, 15])
        g.save(path, "affect", {
            "sarai.role": "affect-head", "sarai.contract": 1, "sarai.features": width, "sarai.version": version,
            "sarai.sample_rate": prosody.HZ, "sarai.licence": "research-only",
        })  # fmt: skip


class Steps:
    """Arithmetic on a graph, written almost as arithmetic."""

    def __init__(self, g):
        self.g = g

    def __call__(self, kind, *inputs, **attributes):
        return self.g.op(kind, [self.value(i) for i in inputs], **attributes)

    def value(self, x):
        return x if isinstance(x, str) else self.g.scalar(float(x))

    def array(self, name, values):
        return self.g.const(name, np.asarray(values, np.float32))

    def judge(self, x, name, discriminant):
        matrix, offset = discriminant
        return self("Add", self("MatMul", x, self.array(name, matrix)), self.array(name + ".b", offset))

    def columns(self, x, *which):
        return self("Gather", x, self.g.ints(*which), axis=1)


def write_graph(g, head):
    """The steps of Head, then what makes the 15 numbers of them."""
    s = Steps(g)
    means = s("Slice", "layer_stats", g.ints(0, 0), g.ints(head.LAYERS, 1), g.ints(1, 2))
    flat = s("Reshape", means, g.ints(1, -1))
    scaled = s("Mul", s("Sub", flat, s.array("stats.mean", head.stats_mean)), s.array("stats.scale", head.stats_scale))
    axes = s("DequantizeLinear", g.const("axes", head.axes_int8.T), s.array("axes.scale", head.axes_scale), axis=1)
    numbers = s("Sub", prosody.add(g, "pcm"), s.array("prosody.mean", head.prosody_mean))
    numbers = s("Mul", numbers, s.array("prosody.scale", head.prosody_scale))
    features = g.op("Concat", [s("MatMul", scaled, axes), numbers], axis=1, out="features")
    mean, deviation = write_usual(s, head)
    apart = s("Sub", features, mean)
    likeness = s("Div", apart, deviation)
    cold = s.judge(features, "cold", head.cold)
    moved = s.judge(apart, "moved", head.moved)
    known = s.judge(s("Mul", likeness, s.array("spread", head.spread)), "known", head.known)
    share = s("Div", "utterances", s("Add", "utterances", head.PROFILE_WORTH))
    both = s("Mul", s("Add", moved, known), 0.5)
    logits = s("Add", cold, s("Mul", share, s("Sub", both, cold)))
    factor = s("Add", head.temperatures[0], s("Mul", share, head.temperatures[1] - head.temperatures[0]))
    write_vector(s, s("Mul", logits, factor), s("Clip", likeness, -3.0, 3.0), head.AXES)


def write_usual(s, head):
    known = s("Div", "utterances", s("Add", "utterances", head.MEAN_WORTH))
    square = s("Mul", "profile_deviation", "profile_deviation")
    prior = s.array("prior", head.DEVIATION_WORTH * head.spread**2)
    variance = s("Div", s("Add", s("Mul", square, "utterances"), prior), s("Add", "utterances", head.DEVIATION_WORTH))
    return s("Mul", known, "profile_mean"), s("Sqrt", variance)


def write_vector(s, logits, likeness, first):
    """Logits and z-scores → emo_vec. A voice lower and slower than usual moves neutral towards calm, one higher
    and faster moves happy and surprised towards excited: the data have clips of neither."""
    chances = s("Softmax", logits, axis=1)
    entropy = s("ReduceSum", s("Mul", chances, s("Log", s("Add", chances, 1e-9))), s.g.ints(1))
    lean = s("Add", s("Mul", entropy, -1 / np.log(len(CLASSES)) / (1 - SURE)), -SURE / (1 - SURE))
    lean = s("Mul", s("Max", lean, 0.0), LEAN)
    neutral = s.array("neutral", np.eye(len(CLASSES))[NEUTRAL])
    chances = s("Add", chances, s("Mul", lean, s("Sub", neutral, chances)))
    three = s.columns(likeness, *(first + i for i in (prosody.PITCH, prosody.ENERGY, prosody.RATE)))
    lively = s("ReduceMean", three, s.g.ints(1))
    calm = s("Mul", s("Clip", s("Neg", lively), 0.0, 1.0), MOST_SHIFT)
    excited = s("Mul", s("Clip", lively, 0.0, 1.0), MOST_SHIFT)
    to_calm = s("Mul", s("Mul", chances, neutral), calm)
    glad = np.eye(len(CLASSES))[HAPPY] + np.eye(len(CLASSES))[SURPRISED]
    to_excited = s("Mul", s("Mul", chances, s.array("glad", glad)), excited)
    left = s("Sub", s("Sub", chances, to_calm), to_excited)
    moods = s("Concat", left, s("ReduceSum", to_calm, s.g.ints(1)), s("ReduceSum", to_excited, s.g.ints(1)), axis=1)
    space = s("MatMul", moods, s.array("space", AXES_OF_MOODS))
    s.g.op("Concat", [moods, space, three], axis=1, out="emo_vec")
