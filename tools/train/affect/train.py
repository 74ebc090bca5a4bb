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
import scipy.linalg
from head import CLASSES, Head, emotion_probabilities

PROFILE_SIZES = (0, 1, 2, 5, 10, 20)
DRAWS = 3  # of the utterances that a profile of a given size is made of
BINS = 10  # of the calibration error


def gram_basis(a, count):
    """Principal axes [count, width] of centred rows a [n, width] with n < width."""
    n = len(a)
    values, vectors = scipy.linalg.eigh(a @ a.T, subset_by_index=[n - count, n - 1])
    return ((vectors / np.sqrt(values)).T @ a)[::-1].astype(np.float32)


def discriminant(x, labels, weights, shrinkage):
    """Linear discriminant with a covariance shrunk towards a multiple of one: matrix and offset."""
    means = np.stack([np.average(x[labels == c], axis=0, weights=weights[labels == c]) for c in range(len(CLASSES))])
    apart = x - means[labels]
    covariance = (apart * weights[:, None]).T @ apart / weights.sum()
    width = len(covariance)
    covariance = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / width * np.eye(width)
    matrix = np.linalg.solve(covariance, means.T)
    return matrix, -0.5 * (means.T * matrix).sum(0)


class Corpus:
    """All clips, in the clean hearing first, then in the noisy one."""

    def __init__(self, rows, heard):
        self.n = len(rows)
        self.speaker, self.sentence, self.language, emotion = (
            np.array([row[key] for row in rows] * 2) for key in ("speaker", "sentence", "language", "emotion"))
        self.label = np.array([CLASSES.index(e) if e in CLASSES else -1 for e in emotion])
        self.noisy = np.repeat([False, True], self.n)
        self.stats = np.concatenate([Head.chosen(heard[c][0]) for c in ("clean", "noisy")])
        self.prosody = np.concatenate([heard[c][1] for c in ("clean", "noisy")])
        self.weight = np.where(self.language == "es", 2.0, 1.0)

    def voices(self):
        """Index lists: the clips of one speaker in one hearing."""
        for speaker in sorted(set(self.speaker)):
            for noisy in (False, True):
                yield np.flatnonzero((self.speaker == speaker) & (self.noisy == noisy))


def fit_axes(corpus, clips):
    """The unsupervised half of the head, from those clips."""
    head = Head()
    head.stats_mean, head.stats_scale = corpus.stats[clips].mean(0), 1 / (corpus.stats[clips].std(0) + 1e-6)
    head.prosody_mean, head.prosody_scale = corpus.prosody[clips].mean(0), 1 / (corpus.prosody[clips].std(0) + 1e-6)
    scaled = (corpus.stats[clips] - head.stats_mean) * head.stats_scale
    head.axes = gram_basis(scaled, Head.AXES)
    head.axes *= Head.FIRST_AXIS / (scaled @ head.axes[0]).std()
    head.quantise_axes()
    return head


def fit_classes(head, corpus, projected, clips):
    """The supervised half: one discriminant for unknown voices, two for known ones."""
    labels, weights = corpus.label[clips], corpus.weight[clips]
    usual = np.zeros_like(projected)
    spread = np.ones_like(projected)
    inside = []
    for voice in corpus.voices():
        usual[voice] = projected[voice].mean(0)
        spread[voice] = projected[voice].std(0)
        inside.append(projected[voice].std(0))
    head.spread = np.mean(inside, 0).astype(np.float32)
    apart = projected - usual
    scaled = apart / (spread + 1e-3) * head.spread
    head.cold = discriminant(projected[clips], labels, weights, Head.SHRINKAGE)
    head.known = discriminant(scaled[clips], labels, weights, Head.SHRINKAGE)
    head.moved = discriminant(apart[clips], labels, weights, Head.SHRINKAGE)


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


def profile_logits(head, projected, voice, clips, size, random):
    """Logits of clips with a profile of `size` other utterances of the voice; None: of all of them."""
    if size is None:
        own = projected[voice]
        return head.logits(projected[clips], own.mean(0), own.std(0), len(voice))
    rows = []
    for clip in clips:
        others = projected[random.choice(voice[voice != clip], max(size, 1), replace=False)]
        rows.append(head.logits(projected[clip][None], others.mean(0), others.std(0), size)[0])
    return np.stack(rows)


def evaluate(corpus):
    """Out-of-fold logits of all Spanish clips: {(new_sentences, size, noisy, draw): [n, classes]}."""
    speakers = sorted(s for s in set(corpus.speaker) if s.startswith("es"))
    sentences = sorted(set(corpus.sentence[corpus.language == "es"]))
    logits = {}
    for at, speaker in enumerate(speakers):
        others = (corpus.speaker != speaker) & (corpus.label >= 0)
        head = fit_axes(corpus, np.flatnonzero(others & ~corpus.noisy))
        projected = head.project(corpus.stats, corpus.prosody)
        for tested_sentences in [*([s] for s in sentences), sentences]:
            is_new = len(tested_sentences) == 1
            held = np.isin(corpus.sentence, tested_sentences) & (corpus.language == "es")
            fit_classes(head, corpus, projected, np.flatnonzero(others & ~held if is_new else others))
            for noisy in (False, True):
                voice = np.flatnonzero((corpus.speaker == speaker) & (corpus.noisy == noisy))
                tested = voice[held[voice]]
                for size in (*PROFILE_SIZES, None) if is_new else (0, None):
                    for draw in range(DRAWS if size else 1):
                        random = np.random.default_rng(1000 * draw + at)
                        key = is_new, size, noisy, draw
                        logits.setdefault(key, np.zeros((len(corpus.label), len(CLASSES))))
                        logits[key][tested] = profile_logits(head, projected, voice, tested, size, random)
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
        name = "none (cold)" if size == 0 else "all clips of the speaker" if size is None else f"{size} utterances"
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
        head = fit_axes(corpus, labelled[~corpus.noisy[labelled]])
        fit_classes(head, corpus, head.project(corpus.stats, corpus.prosody), labelled)
        head.temperatures = tuple(float(measure.temperature(logits[True, size, False, 0])) for size in (0, None))
        version = hashlib.sha256(head.axes_int8.tobytes()).hexdigest()[:12]
        head.save(os.path.join(arguments.out, "affect-base.onnx"), [1, *heard["clean"][0].shape[1:]], version)


if __name__ == "__main__":
    main()
