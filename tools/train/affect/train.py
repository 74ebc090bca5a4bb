#!/usr/bin/env python3
"""Train, evaluate and export the affect head.

    tools/train/affect/train.py --data ../shared/data --models models/onnx --out models/heads

Evaluation leaves one Spanish speaker out and, in the rows of new sentences, also the Spanish sentence that is
tested: neither the voice nor the words were heard before. Everything is fitted inside the fold; German and
Italian clips join the training. See README.md for the method.
"""
import argparse
import hashlib
import os
import sys

import features
import numpy as np
import prosody
import scipy.linalg
from head import CLASSES, Head, Profile, emotion_probabilities

AXES, FIRST_AXIS = 400, 5.0  # FIRST_AXIS: deviation of the first one, where those of prosody are 1
SHRINKAGE = 0.3
CENTRING = np.eye(len(CLASSES)) - 1 / len(CLASSES)
MOSTLY_NEUTRAL, NEUTRAL_SHARE = "neutral", 0.7
PROFILE_SIZES = (0, 1, 5, 20, None, MOSTLY_NEUTRAL)
DRAWS = 3  # of the utterances that a profile of a given size is made of
BINS = 10  # of the calibration error


def principal_axes(a, count):
    """[width, count] of centred rows a [n, width] with n < width, as long as the first is to have a deviation of
    FIRST_AXIS."""
    values, vectors = scipy.linalg.eigh(a @ a.T, subset_by_index=[len(a) - count, len(a) - 1])
    axes = (a.T @ (vectors / np.sqrt(values)))[:, ::-1].astype(np.float32)
    return axes * (FIRST_AXIS / (a @ axes[:, 0]).std())


def discriminant(x, labels, weights):
    """Linear discriminant with a covariance shrunk towards a multiple of one: matrix, and the means of the classes."""
    means = np.stack([np.average(x[labels == c], axis=0, weights=weights[labels == c]) for c in range(len(CLASSES))])
    apart = x - means[labels]
    covariance = (apart * weights[:, None]).T @ apart / weights.sum()
    width = len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / width * np.eye(width)
    return np.linalg.solve(covariance, means.T), means


def places_of(matrix, means):
    """The discriminant as a space in which the spread inside a class is one: basis [width, PLACES], centres."""
    values, vectors = np.linalg.eigh((means - means.mean(0)) @ matrix @ CENTRING)
    basis = matrix @ CENTRING @ (vectors[:, -Head.PLACES :] / np.sqrt(values[-Head.PLACES :]))
    return basis, means @ basis


class Corpus:
    """All clips, in the clean hearing first, then in the noisy one."""

    def __init__(self, rows, heard):
        self.n = len(rows)
        self.speaker, self.sentence, self.language, emotion = (
            np.array([row[key] for row in rows] * 2) for key in ("speaker", "sentence", "language", "emotion"))
        self.label = np.array([CLASSES.index(e) if e in CLASSES else -1 for e in emotion])
        self.noisy = np.repeat([False, True], self.n)
        self.prosody = np.concatenate([heard[c][1] for c in ("clean", "noisy")])
        self.chosen = Head.chosen(np.concatenate([heard[c][0] for c in ("clean", "noisy")]), self.prosody)
        self.weight = np.where(self.language == "es", 2.0, 1.0)
        self.voices = [np.flatnonzero((self.speaker == speaker) & (self.noisy == noisy))
                       for speaker in sorted(set(self.speaker)) for noisy in (False, True)]

    def apart(self, x):
        """Each clip relative to what is usual for its voice."""
        found = np.empty_like(x)
        for voice in self.voices:
            found[voice] = x[voice] - x[voice].mean(0)
        return found


class Map:
    """What the head looks at → what the discriminants are fitted on: principal axes of how voices differ from their
    usual selves, and the numbers of prosody. Unsupervised."""

    def __init__(self, corpus, clips):
        self.mean = corpus.chosen[clips].mean(0)
        scale = 1 / (corpus.chosen[clips].std(0) + 1e-6)
        split = len(self.mean) - corpus.prosody.shape[1]
        scaled = (corpus.apart(corpus.chosen)[clips] * scale)[:, :split]
        self.matrix = scipy.linalg.block_diag(scale[:split, None] * principal_axes(scaled - scaled.mean(0), AXES),
                                              np.diag(scale[split:])).astype(np.float32)  # fmt: skip

    def __call__(self, chosen):
        return (chosen - self.mean) @ self.matrix


def fit(corpus, to, mapped, apart, clips):
    """The head, from those clips; `mapped` and `apart` are of all of them."""
    head, labels, weights = Head(), corpus.label[clips], corpus.weight[clips]
    cold, means = discriminant(mapped[clips], labels, weights)
    offset = -(means.T * cold).sum(0) / 2
    basis, head.centres = places_of(*discriminant(apart[clips], labels, weights))
    head.matrix = (to.matrix @ np.concatenate([cold, basis], 1)).astype(np.float32)
    head.offset = np.concatenate([offset, np.zeros(Head.PLACES)]) - to.mean @ head.matrix
    return head


def measure_three(head, corpus, clips):
    """What the z-scores of pitch, energy and rate are relative to."""
    three = corpus.prosody[:, [prosody.PITCH, prosody.ENERGY, prosody.RATE]]
    head.three_mean, head.three_scale = three[clips].mean(0), 1 / three[clips].std(0)
    inside = np.mean([three[voice].std(0) for voice in corpus.voices], 0)
    head.three_spread = inside * head.three_scale


def best_temperature(logits, labels):
    """The factor on the logits that makes the labels likeliest."""
    factors = np.geomspace(0.05, 2, 60)

    def surprise(factor):
        scaled = logits * factor
        scaled = scaled - scaled.max(1, keepdims=True)
        return (np.log(np.exp(scaled).sum(1)) - scaled[np.arange(len(labels)), labels]).mean()

    return factors[np.argmin([surprise(factor) for factor in factors])]


def calibration_error(chances, labels):
    """Expected calibration error of the likeliest class."""
    top, right = chances.max(1), chances.argmax(1) == labels
    bins = np.minimum((top * BINS).astype(int), BINS - 1)
    return sum(abs(top[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins))


def profiles(head, cold, place, heard):
    """Of one speaker each, after hearing the clips of a row of `heard` [voices, utterances] one after the other."""
    known = Profile(len(heard), place.shape[1])
    for clips in heard.T:
        logits = head.logits(cold[clips], place[clips], known)
        known.learn(place[clips], head.chances_to_learn(logits))
    return known


def profile_logits(head, cold, place, calm, voice, clips, size, random):
    """Logits of clips with a profile of `size` other utterances of the voice, drawn for each; None: of all of them;
    "neutral": of as many as there are, most of them neutral."""
    if size == 0:
        return cold[clips]
    if size is None:
        known = profiles(head, cold, place, random.permutation(voice)[None])
    elif size == MOSTLY_NEUTRAL:
        weights = np.where(calm[voice], NEUTRAL_SHARE / calm[voice].sum(), (1 - NEUTRAL_SHARE) / (~calm[voice]).sum())
        known = profiles(head, cold, place, random.choice(voice, len(voice), p=weights)[None])
    else:
        heard = [random.choice(voice[voice != clip], size, replace=False) for clip in clips]
        known = profiles(head, cold, place, np.stack(heard))
    return head.logits(cold[clips], place[clips], known)


def evaluate(corpus):
    """Out-of-fold logits of all Spanish clips: {(new_sentences, size, noisy, draw): [n, classes]}."""
    speakers = sorted(s for s in set(corpus.speaker) if s.startswith("es"))
    sentences = sorted(set(corpus.sentence[corpus.language == "es"]))
    calm, logits = corpus.label == CLASSES.index("neutral"), {}
    for at, speaker in enumerate(speakers):
        others = (corpus.speaker != speaker) & (corpus.label >= 0)
        to = Map(corpus, np.flatnonzero(others & ~corpus.noisy))
        mapped = to(corpus.chosen)
        apart = corpus.apart(mapped)
        for tested_sentences in [*([s] for s in sentences), sentences]:
            is_new = len(tested_sentences) == 1
            held = np.isin(corpus.sentence, tested_sentences) & (corpus.language == "es")
            head = fit(corpus, to, mapped, apart, np.flatnonzero(others & ~held if is_new else others))
            cold, place = head.look(corpus.chosen)
            for noisy in (False, True):
                voice = np.flatnonzero((corpus.speaker == speaker) & (corpus.noisy == noisy))
                tested = voice[held[voice]]
                for size in PROFILE_SIZES:
                    for draw in range(DRAWS if size != 0 else 1):
                        random = np.random.default_rng(1000 * draw + at)
                        key = is_new, size, noisy, draw
                        logits.setdefault(key, np.zeros((len(corpus.label), len(CLASSES))))
                        logits[key][tested] = profile_logits(head, cold, place, calm, voice, tested, size, random)
        print(f"{speaker} done", flush=True, file=sys.stderr)
    return speakers, logits


class Measure:
    """Figures over the Spanish speakers for out-of-fold logits."""

    def __init__(self, corpus, speakers):
        self.corpus, self.speakers = corpus, speakers
        self.spanish = np.isin(corpus.speaker, speakers) & (corpus.label >= 0)

    def chances(self, logits):
        """Of all clips, each speaker's with the temperature that suits the other speakers."""
        clean, found = self.spanish & ~self.corpus.noisy, np.zeros_like(logits)
        for speaker in self.speakers:
            mine, rest = (clean & ((self.corpus.speaker == speaker) == is_mine) for is_mine in (True, False))
            factor = best_temperature(logits[rest], self.corpus.label[rest])
            found[mine] = emotion_probabilities(logits[mine] * factor)
        return found

    def figures(self, draws):
        """Accuracy of each speaker and calibration error of all, means over the draws of the profile."""
        clean, each, errors = self.spanish & ~self.corpus.noisy, [], []
        for logits in draws:
            chances = self.chances(logits)
            right = chances.argmax(1) == self.corpus.label
            each.append([right[clean & (self.corpus.speaker == s)].mean() for s in self.speakers])
            errors.append(calibration_error(chances[clean], self.corpus.label[clean]))
        return np.mean(each, 0), np.mean(errors)

    def in_noise(self, draws):
        loud = self.spanish & self.corpus.noisy
        return np.mean([(logits[loud].argmax(1) == self.corpus.label[loud]).mean() for logits in draws])

    def temperature(self, logits):
        clean = self.spanish & ~self.corpus.noisy
        return best_temperature(logits[clean], self.corpus.label[clean])


def report(measure, logits):
    """The tables of docs/BENCHMARKS.md."""
    lines = ["| sentences | profile | accuracy | speakers, least … most | deviation | calibration error | in noise |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    figures = {}
    for is_new, size in dict.fromkeys(key[:2] for key in logits):
        draws = {noisy: [v for k, v in logits.items() if k[:3] == (is_new, size, noisy)] for noisy in (False, True)}
        accuracy, error = figures[is_new, size] = measure.figures(draws[False])
        name = {0: "none (cold)", None: "all clips of the speaker", MOSTLY_NEUTRAL: "as many, most neutral"}.get(size, f"{size} utterances")
        lines.append(f"| {'new' if is_new else 'known'} | {name} | {accuracy.mean():.3f} "
                     f"| {accuracy.min():.2f} … {accuracy.max():.2f} | {accuracy.std():.3f} | {error:.3f} "
                     f"| {measure.in_noise(draws[True]):.3f} |")  # fmt: skip
    lines += ["", "| speaker | " + " | ".join(measure.speakers) + " |", "|---" * (len(measure.speakers) + 1) + "|"]
    for name, key in (("cold, new sentences", (True, 0)), ("profile, new sentences", (True, None)),
                      ("cold, known sentences", (False, 0)), ("profile, known sentences", (False, None))):  # fmt: skip
        lines.append(f"| {name} | " + " | ".join(f"{a:.2f}" for a in figures[key][0]) + " |")
    return "\n".join([*lines, "", confusion(measure, logits[True, None, False, 0])])


def confusion(measure, logits):
    labels, mine = measure.corpus.label, measure.spanish & ~measure.corpus.noisy
    lines = ["| said, heard → | " + " | ".join(CLASSES) + " |", "|---" * (len(CLASSES) + 1) + "|"]
    for c, name in enumerate(CLASSES):
        heard = logits[mine & (labels == c)].argmax(1)
        lines.append(f"| {name} | " + " | ".join(f"{(heard == k).mean():.2f}" for k in range(len(CLASSES))) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with emotion/ and noise/")
    parser.add_argument("--models", default="models/onnx", help="folder of the encoder and the voice activity model")
    parser.add_argument("--work", default="build/train/affect", help="where what was heard is kept between runs")
    parser.add_argument("--out", help="folder for affect-base.onnx and its report; without it only the figures")
    arguments = parser.parse_args()
    rows, heard = features.load(arguments.data, arguments.models, arguments.work)
    corpus = Corpus(rows, heard)
    speakers, logits = evaluate(corpus)
    measure = Measure(corpus, speakers)
    print(report(measure, logits))
    if arguments.out:
        labelled = np.flatnonzero(corpus.label >= 0)
        to = Map(corpus, labelled[~corpus.noisy[labelled]])
        mapped = to(corpus.chosen)
        head = fit(corpus, to, mapped, corpus.apart(mapped), labelled)
        measure_three(head, corpus, labelled)
        head.temperatures = tuple(float(measure.temperature(logits[True, size, False, 0])) for size in (0, None))
        version = hashlib.sha256(head.matrix.tobytes()).hexdigest()[:12]
        head.save(os.path.join(arguments.out, "affect-base.onnx"), [1, *heard["clean"][0].shape[1:]], version)


if __name__ == "__main__":
    main()
