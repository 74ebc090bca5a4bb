"""The affect head: how it computes, in numpy for training and as the ONNX graph that Sarai runs.

Statistics over time of the encoder's first LAYERS residual states (its last knows more of the words than of the
voice) and the numbers of prosody.py are looked at by one linear map: seven numbers judge a voice as it comes, six more
place it in the space where the moods lie furthest apart. There each mood has a centre, and the nearest one counts. What
is learnt of a speaker, without labels, is where their usual self is and where their moods lie: every utterance moves the
centre of each mood by the chance that it has this mood (one pass of expectation and maximisation over a mixture, after
Dempster, Laird and Rubin 1977, with the centres of all voices as what is known before: Gauvain and Lee 1994). The
better the speaker is known, the more the second judgement counts.
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


class Profile:
    """What is known of some voices, a row each: means over their utterances of what Head.features() gives."""

    def __init__(self, voices, places):
        self.n = 0
        self.place = np.zeros((voices, places))
        self.chance = np.zeros((voices, len(CLASSES)))
        self.placed = np.zeros((voices, len(CLASSES), places))

    def learn(self, place, chance):
        self.n += 1
        for mean, new in ((self.place, place), (self.chance, chance), (self.placed, chance[..., None] * place[:, None])):
            mean += (new - mean) / self.n


class Head:
    LAYERS, KINDS = 6, 1  # of the statistics: the means alone, or deviations too
    PLACES = len(CLASSES) - 1
    # Utterances after which a profile counts as much as what was known of all voices: for where the speaker's usual
    # self is, for where a mood of theirs lies, for which judgement counts; for the deviations of three z-scores.
    MEAN_WORTH, MOOD_WORTH, PROFILE_WORTH, DEVIATION_WORTH = 2.0, 3.0, 4.0, 20.0
    MIX = 0.25  # of a mean that is not the usual self's, as somebody was mostly glad, so much is taken off for it
    LEARNING = 1.2  # factor on the logits that make the chances by which a mood's centre moves

    temperatures = 1.0, 1.0  # factors on the logits, of an unknown and of a known voice

    @classmethod
    def chosen(cls, stats, numbers):
        """[n, layers, 2, width], [n, numbers] → what the head looks at."""
        return np.concatenate([stats[:, : cls.LAYERS, : cls.KINDS].reshape(len(stats), -1), numbers], 1)

    def look(self, chosen):
        """Logits of the voice as it comes [n, classes], and its place [n, PLACES]."""
        found = chosen @ self.matrix + self.offset
        return found[:, : len(CLASSES)], found[:, len(CLASSES) :]

    def logits(self, cold, place, p):
        """Of voices of which so much is known."""
        usual = p.n / (p.n + self.MEAN_WORTH) * (p.place - self.MIX * p.chance @ self.centres)
        apart = p.n * (p.placed - p.chance[..., None] * usual[:, None])
        centres = (self.MOOD_WORTH * self.centres + apart) / (self.MOOD_WORTH + p.n * p.chance)[..., None]
        moved = ((place - usual)[:, None] * centres).sum(-1) - (centres**2).sum(-1) / 2
        share = p.n / (p.n + self.PROFILE_WORTH)
        return (1 - share) * cold + share * moved

    def chances_to_learn(self, logits):
        return softmax(self.LEARNING * logits)

    def save(self, path, stats_shape, version):
        g = Graph()
        g.input("pcm", FLOAT, [1, "samples"])
        g.input("layer_stats", FLOAT, stats_shape)
        width = self.PLACES + 3 + len(CLASSES) * (1 + self.PLACES)
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

    def columns(self, x, first, count):
        return self("Slice", x, self.g.ints(first), self.g.ints(first + count), self.g.ints(1))


def write_graph(g, head):
    """The steps of Head, then what makes the 15 numbers of them. The features are the place, the three numbers whose
    z-scores are told, the chances of the moods, and the place as often as there are moods, weighed by its chance."""
    s, moods, places = Steps(g), len(CLASSES), head.PLACES
    stats = s("Slice", "layer_stats", g.ints(0, 0), g.ints(head.LAYERS, head.KINDS), g.ints(1, 2))
    numbers = prosody.add(g, "pcm")
    chosen = s("Concat", s("Reshape", stats, g.ints(1, -1)), numbers, axis=1)
    found = s("Add", s("MatMul", chosen, s.array("matrix", head.matrix)), s.array("offset", head.offset))
    cold, place = s.columns(found, 0, moods), s.columns(found, moods, places)
    share = s("Div", "utterances", s("Add", "utterances", head.PROFILE_WORTH))
    moved = write_moved(s, head, place)
    logits = s("Add", cold, s("Mul", share, s("Sub", moved, cold)))
    chances = s("Softmax", s("Mul", logits, head.LEARNING), axis=1)
    placed = s("Mul", s("Reshape", chances, g.ints(moods, 1)), place)
    three = s("Gather", numbers, g.ints(prosody.PITCH, prosody.ENERGY, prosody.RATE), axis=1)
    three = s("Mul", s("Sub", three, s.array("three.mean", head.three_mean)), s.array("three.scale", head.three_scale))
    g.op("Concat", [place, three, chances, s("Reshape", placed, g.ints(1, -1))], axis=1, out="features")
    factor = s("Add", head.temperatures[0], s("Mul", share, head.temperatures[1] - head.temperatures[0]))
    write_vector(s, s("Mul", logits, factor), write_likeness(s, head, three))


def write_moved(s, head, place):
    """Head.logits() for a voice of which something is known."""
    moods, places = len(CLASSES), head.PLACES
    known = s("Div", "utterances", s("Add", "utterances", head.MEAN_WORTH))
    chances = s.columns("profile_mean", places + 3, moods)
    chance = s("Reshape", chances, s.g.ints(moods, 1))
    placed = s("Reshape", s.columns("profile_mean", places + 3 + moods, moods * places), s.g.ints(moods, places))
    mixed = s("MatMul", chances, s.array("mixed", head.MIX * head.centres))
    usual = s("Mul", known, s("Sub", s.columns("profile_mean", 0, places), mixed))
    apart = s("Mul", "utterances", s("Sub", placed, s("Mul", chance, usual)))
    count = s("Add", s("Mul", "utterances", chance), head.MOOD_WORTH)
    centres = s("Div", s("Add", apart, s.array("centres", head.MOOD_WORTH * head.centres)), count)
    length = s("ReduceSum", s("Mul", centres, centres), s.g.ints(1), keepdims=1)
    near = s("MatMul", centres, s("Reshape", s("Sub", place, usual), s.g.ints(places, 1)))
    return s("Reshape", s("Sub", near, s("Mul", length, 0.5)), s.g.ints(1, moods))


def write_likeness(s, head, three):
    """z-scores of pitch, energy and rate, within ±3."""
    known = s("Div", "utterances", s("Add", "utterances", head.MEAN_WORTH))
    mean, deviation = (s.columns(name, head.PLACES, 3) for name in ("profile_mean", "profile_deviation"))
    prior = s.array("prior", head.DEVIATION_WORTH * head.three_spread**2)
    variance = s("Add", s("Mul", s("Mul", deviation, deviation), "utterances"), prior)
    variance = s("Div", variance, s("Add", "utterances", head.DEVIATION_WORTH))
    return s("Clip", s("Div", s("Sub", three, s("Mul", known, mean)), s("Sqrt", variance)), -3.0, 3.0)


def write_vector(s, logits, three):
    """Logits and z-scores → emo_vec. A voice lower and slower than usual moves neutral towards calm, one higher
    and faster moves happy and surprised towards excited: the data have clips of neither."""
    chances = s("Softmax", logits, axis=1)
    entropy = s("ReduceSum", s("Mul", chances, s("Log", s("Add", chances, 1e-9))), s.g.ints(1))
    lean = s("Add", s("Mul", entropy, -1 / np.log(len(CLASSES)) / (1 - SURE)), -SURE / (1 - SURE))
    lean = s("Mul", s("Max", lean, 0.0), LEAN)
    neutral = s.array("neutral", np.eye(len(CLASSES))[NEUTRAL])
    chances = s("Add", chances, s("Mul", lean, s("Sub", neutral, chances)))
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
