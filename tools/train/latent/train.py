#!/usr/bin/env python3
"""Train, evaluate and export the projector from sound to the embedder's space (latent_z).

    tools/train/latent/train.py --data ../shared/data --sarai build/release/sarai --models models/onnx [--out models/heads]

Ridge regression, in its dual form, from the encoder's statistics of an utterance to the vector of its words as a
question. It learns from read Spanish (speech-es) and from MADE sentences of the router's data and the finder's, spoken by
voices of Kokoro's that are not Sarai's (npm kokoro-js; models/voices must have them); it is judged by questions of
squad_es that Sarai's own voices speak and that must find their paragraph: by latent_z, by the vector of the
transcript, and by both. Nothing of squad_es is learnt from.
"""
import argparse
import csv
import json
import os
import random
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", part) for part in ("affect", "router", "finder", os.path.join("..", "models"))]
import data as router  # noqa: E402
import features  # noqa: E402
import pairs  # noqa: E402
import soxr  # noqa: E402
from evaluate import LONGEST_S, embed, transcripts  # noqa: E402
from graph import FLOAT, Graph  # noqa: E402

RIDGE = 0.3
PARAGRAPHS, QUESTIONS = 2, 24  # of an article; spoken in all
VOICES = "ef_dora", "em_alex", "em_santa"
OTHERS = "if_sara", "ff_siwis", "af_heart", "am_michael", "bf_emma", "bm_george", "hf_alpha", "jm_kumo", "im_nicola"
MADE, LONGEST_CHARACTERS = 600, 90


def row_of(stats):
    """What the projector sees: the mean over time of every residual state."""
    return stats[:, 0].reshape(-1)


def kept(path, make):
    if not os.path.exists(path):
        np.save(path, make())
    return np.load(path)


def read_speech(folder, hearing):
    with open(os.path.join(folder, "manifest.tsv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    clips = (hearing.cut(features.read(os.path.join(folder, row["file"])))[: LONGEST_S * features.HZ] for row in rows)
    return rows, clips


def squad(data):
    """(paragraphs, [(question, index of its paragraph)]), questions spread over the articles."""
    with open(os.path.join(data, "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"), encoding="utf-8") as file:
        articles = json.load(file)["data"]
    paragraphs, questions = [], []
    for article in articles:
        for paragraph in article["paragraphs"][:PARAGRAPHS]:
            questions += [(qa["question"], len(paragraphs)) for qa in paragraph["qas"][:1]]
            paragraphs.append(paragraph["context"].replace("\n", " "))
    return paragraphs, questions[:: max(1, len(questions) // QUESTIONS)][:QUESTIONS]


def made(folder):
    """Half of what is said to an assistant, half of what is asked of documents; nothing of squad_es."""
    said = sorted({text for source, text, _ in router.load(folder) if source not in (*router.HELD, *router.FRESH, "squad")})
    asked = sorted({question for question, *_ in pairs.generated(1, 2)})
    r = random.Random(1)
    return [text for texts in (said, asked) for text in r.sample([t for t in texts if len(t) < LONGEST_CHARACTERS], MADE // 2)]


def spoken(sarai, texts, work, name="question", voices=VOICES):
    """Paths of the texts, the voices by turns."""
    paths = [os.path.join(work, f"{name}-{i}.wav") for i in range(len(texts))]
    for v, voice in enumerate(voices):
        mine = [i for i in range(v, len(texts), len(voices)) if not os.path.exists(paths[i])]
        if mine:
            pattern = os.path.join(work, voice + "-%d.wav")
            subprocess.run([sarai, "say", "-", "--voice", voice, "-o", pattern], text=True, check=True,
                           input="\n".join(texts[i] for i in mine) + "\n")  # fmt: skip
            for n, i in enumerate(mine):
                os.rename(pattern % (n + 1), paths[i])
    return paths


def read_24(path):
    import soundfile

    pcm, hz = soundfile.read(path, dtype="float32")
    return soxr.resample(pcm, hz, features.HZ)


def fit(x, y):
    """(mean, scale, W, mean of y): y ≈ (x − mean) · scale · W + mean of y."""
    mean, scale, middle = x.mean(0), 1 / (x.std(0) + 1e-6), y.mean(0)
    z = (x - mean) * scale
    likeness = z @ z.T / z.shape[1]
    weights = z.T @ np.linalg.solve(likeness + RIDGE * np.eye(len(z)), y - middle) / z.shape[1]
    return mean, scale, weights.astype(np.float32), middle


def project(model, x):
    mean, scale, weights, middle = model
    return unit((x - mean) * scale @ weights + middle)


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def table(name, queries, passages, right):
    scores = queries @ passages.T
    better = (scores > scores[np.arange(len(right)), right][:, None]).sum(1)
    print(f"| {name} | {(better < 1).mean():.3f} | {(better < 5).mean():.3f} |", flush=True)


def spread(x):
    """Without what all have in common: a projector's vectors lie closer to it, and would count for less."""
    return unit(x - x.mean(0))


def export(model, shape, path):
    mean, scale, weights, middle = model
    g = Graph()
    g.input("layer_stats", FLOAT, [1, *shape])
    means = g.op("Slice", ["layer_stats", g.ints(0), g.ints(1), g.ints(2)])
    row = g.op("Reshape", [means, g.ints(1, -1)])
    folded = (scale[:, None] * weights).astype(np.float16)  # half a float is plenty: 2e-4 in a cosine
    wide = g.op("Cast", [g.const("weights", folded)], to=1)
    offset = (middle - (mean * scale) @ weights).astype(np.float32)
    raw = g.op("Add", [g.op("MatMul", [row, wide]), g.const("offset", offset[None])])
    length = g.op("Sqrt", [g.op("ReduceSum", [g.op("Mul", [raw, raw]), g.ints(1)], keepdims=1)])
    g.op("Div", [raw, length], out="latent_z")
    g.output("latent_z", FLOAT, [1, len(middle)])
    g.save(path, "latent", {"sarai.role": "latent-projector", "sarai.contract": 1,
                            "sarai.embedder": "multilingual-e5-small", "sarai.dimension": len(middle)})  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with speech-es/ and retrieval/")
    parser.add_argument("--sarai", default="build/release/sarai")
    parser.add_argument("--models", default="models/onnx")
    parser.add_argument("--work", default="build/train/latent")
    parser.add_argument("--out", help="folder for latent-e5.onnx")
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    in_work = lambda name: os.path.join(arguments.work, name)  # noqa: E731
    hearing = features.Hearing(arguments.models, arguments.work)
    rows, clips = read_speech(os.path.join(arguments.data, "speech-es"), hearing)
    stats = kept(in_work("speech.npy"), lambda: np.stack([hearing.encode(clip) for clip in clips]))
    written = kept(in_work("speech-vectors.npy"), lambda: embed(arguments.sarai, [r["text"] for r in rows]))
    texts = made(arguments.data)
    voiced = spoken(arguments.sarai, texts, arguments.work, "made", OTHERS)
    others = kept(in_work("made.npy"), lambda: np.stack([row_of(hearing.encode(hearing.cut(read_24(p)))) for p in voiced]))
    meant = kept(in_work("made-vectors.npy"), lambda: embed(arguments.sarai, texts))
    model = fit(np.concatenate([np.stack([row_of(s) for s in stats]), others]), np.concatenate([written, meant]))
    if arguments.out:
        export(model, stats.shape[1:], os.path.join(arguments.out, "latent-e5.onnx"))
    paragraphs, questions = squad(arguments.data)
    paths = spoken(arguments.sarai, [q for q, _ in questions], arguments.work)
    asked = kept(in_work("asked.npy"), lambda: np.stack([row_of(hearing.encode(hearing.cut(read_24(p)))) for p in paths]))
    passages = kept(in_work("passages.npy"), lambda: embed(arguments.sarai, paragraphs, "--passage"))
    text = kept(in_work("text.npy"), lambda: embed(arguments.sarai, transcripts(arguments.sarai, paths)))
    right = np.array([at for _, at in questions])
    print(f"| query ({len(questions)} spoken questions, {len(paragraphs)} paragraphs) | recall@1 | recall@5 |\n|---|---|---|")
    middle, latent = passages - passages.mean(0), project(model, asked)
    table("latent_z", latent, unit(passages), right)
    table("latent_z, without the common part", spread(latent), unit(middle), right)
    table("vector of the transcript", unit(text), unit(passages), right)
    table("both", unit(spread(text) + spread(latent)), unit(middle), right)
    table("both, latent_z a quarter", unit(spread(text) + 0.25 * spread(latent)), unit(middle), right)


if __name__ == "__main__":
    main()
