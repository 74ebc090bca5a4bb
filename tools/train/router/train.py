#!/usr/bin/env python3
"""Train, evaluate and export the router: the vector of a question → hard, soft, web.

    tools/train/router/train.py --data ../shared/data --sarai build/release/sarai --out models/heads

The model is a Tiny Recursive Model (Jolicoeur-Martineau 2025, "Less is More: Recursive Reasoning with Tiny
Networks", arXiv 2510.04871): two small blocks with the same weights at each step, one that thinks (a latent is
revised INNER times from question, answer and itself), one that answers (the answer is revised from the latent),
OUTER times; each of the SUPERVISED passes is trained on, and starts from the last one's answer and latent. A linear
probe on the same vectors is trained beside it. What is held out are whole sources (data.HELD).
"""
import argparse
import json
import os
import subprocess
import sys

import data
import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models"))
from graph import FLOAT, Graph  # noqa: E402

WIDTH, HIDDEN, LAYERS = 128, 256, 2  # of a block
INNER, OUTER, SUPERVISED = 4, 2, 2
EPOCHS, BATCH, RATE, DECAY, SEEDS = 12, 64, 1e-3, 0.1, 3
NOISE, DROP, SMOOTH = 0.02, 0.1, 0.05  # of the vectors in training, of what enters, of the labels
NAMES = "hard", "soft", "web"


def embed(texts, sarai, work):
    """Vectors of the texts, by the program itself; kept in the work folder."""
    path = os.path.join(work, "vectors.npz")
    if os.path.exists(path):
        with np.load(path) as kept:
            if list(kept["texts"]) == texts:
                return kept["vectors"]
    run = subprocess.run([sarai, "embed", "-"], input="\n".join(texts) + "\n", text=True, stdout=subprocess.PIPE, check=True)
    vectors = np.array([json.loads(line) for line in run.stdout.splitlines()], np.float32)
    np.savez(path, texts=np.array(texts), vectors=vectors)
    return vectors


class Block(nn.Module):
    """LAYERS times: x + SwiGLU(x), then RMS norm."""

    def __init__(self):
        super().__init__()
        self.up = nn.ModuleList(nn.Linear(WIDTH, 2 * HIDDEN, bias=False) for _ in range(LAYERS))
        self.down = nn.ModuleList(nn.Linear(HIDDEN, WIDTH, bias=False) for _ in range(LAYERS))

    def forward(self, x):
        for up, down in zip(self.up, self.down):
            gate, value = up(x).chunk(2, -1)
            x = x + down(functional.silu(gate) * value)
            x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5)
        return x


class Router(nn.Module):
    def __init__(self, dimension):
        super().__init__()
        self.enter, self.leave = nn.Linear(dimension, WIDTH), nn.Linear(WIDTH, len(NAMES))
        self.think, self.answer = Block(), Block()
        self.start = nn.Parameter(torch.randn(2, WIDTH) * 0.5)

    def recurse(self, x, y, z):
        for _ in range(OUTER):
            for _ in range(INNER):
                z = self.think(x + y + z)
            y = self.answer(y + z)
        return y, z

    def forward(self, vectors):
        """The logits after each supervised pass."""
        x = functional.dropout(self.enter(vectors * vectors.shape[-1] ** 0.5), DROP, self.training)
        y, z = (self.start[i].expand_as(x) for i in range(2))
        found = []
        for _ in range(SUPERVISED):
            y, z = self.recurse(x, y, z)
            found.append(self.leave(y))
            y, z = y.detach(), z.detach()
        return found


class Probe(nn.Module):
    def __init__(self, dimension):
        super().__init__()
        self.linear = nn.Linear(dimension, len(NAMES))

    def forward(self, vectors):
        return [self.linear(vectors * vectors.shape[-1] ** 0.5)]


def fit(make, vectors, labels, seed):
    torch.manual_seed(seed)
    model = make(vectors.shape[1])
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(vectors) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3 * RATE, total_steps=steps)
    targets = torch.tensor(labels).float() * (1 - SMOOTH) + SMOOTH / 2
    inputs = torch.tensor(vectors)
    model.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH):
            noisy = inputs[batch] + NOISE * torch.randn_like(inputs[batch])
            loss = sum(functional.binary_cross_entropy_with_logits(found, targets[batch]) for found in model(noisy))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    return model.eval()


def f1(found, labels):
    right = (found & labels).sum(0)
    return 2 * right / np.maximum(found.sum(0) + labels.sum(0), 1)


def scores(model, vectors):
    with torch.no_grad():
        return torch.sigmoid(model(torch.tensor(vectors))[-1]).numpy()


def export(model, path, dimension):
    """The same steps as Router, unrolled."""
    g = Graph()
    g.input("vector", FLOAT, [1, dimension])
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}

    def block(x, name):
        for layer in range(LAYERS):
            both = g.op("MatMul", [x, g.const(f"{name}.up.{layer}", weights[f"{name}.up.{layer}.weight"].T)])
            gate, value = g.op("Split", [both], n_out=2, axis=-1, num_outputs=2)
            inner = g.op("Mul", [g.op("Mul", [gate, g.op("Sigmoid", [gate])]), value])
            down = g.const(f"{name}.down.{layer}", weights[f"{name}.down.{layer}.weight"].T)
            x = g.op("Add", [x, g.op("MatMul", [inner, down])])
            square = g.op("ReduceMean", [g.op("Mul", [x, x]), g.ints(-1)])
            x = g.op("Div", [x, g.op("Sqrt", [g.op("Add", [square, g.scalar(1e-5)])])])
        return x

    x = g.op("Mul", ["vector", g.scalar(dimension**0.5)])
    x = g.linear(x, "enter", weights["enter.weight"], weights["enter.bias"])
    y, z = (g.const(f"start.{i}", weights["start"][i][None]) for i in range(2))
    for _ in range(SUPERVISED * OUTER):
        for _ in range(INNER):
            z = block(g.op("Add", [g.op("Add", [x, y]), z]), "think")
        y = block(g.op("Add", [y, z]), "answer")
    g.op("Sigmoid", [g.linear(y, "leave", weights["leave.weight"], weights["leave.bias"])], out="scores")
    g.output("scores", FLOAT, [1, len(NAMES)])
    g.save(path, "router", {"sarai.role": "router", "sarai.contract": 1, "sarai.embedder": "multilingual-e5-small"})


def evaluate(name, make, vectors, labels, source, print_sources):
    """Trains on the sources that are not held, SEEDS times; prints a row of the table, returns the models."""
    held = np.isin(source, data.HELD)
    models = [fit(make, vectors[~held], labels[~held], seed) for seed in range(SEEDS)]
    found = [scores(model, vectors[held]) > 0.5 for model in models]
    each = np.array([f1(f, labels[held].astype(bool)) for f in found])
    size = sum(p.numel() for p in models[0].parameters())
    row = " | ".join(f"{mean:.3f}" for mean in each.mean(0))
    print(f"| {name} | {size:,} | {row} | {each.mean():.3f} ± {each.mean(1).std():.3f} |")
    for which in data.HELD if print_sources else ():
        of = source[held] == which
        wrong = np.mean([(f[of] != labels[held][of]).any(1).mean() for f in found])
        print(f"  {which}: {of.sum()} sentences, all three labels right {1 - wrong:.3f}", file=sys.stderr)
    return models


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with text/, router/ and retrieval/")
    parser.add_argument("--sarai", default="build/release/sarai", help="the program, which embeds the sentences")
    parser.add_argument("--work", default="build/train/router", help="where vectors are kept between runs")
    parser.add_argument("--out", help="folder for router-e5.onnx")
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    rows = data.load(arguments.data)
    vectors = embed([text for _, text, _ in rows], arguments.sarai, arguments.work)
    source, labels = np.array([row[0] for row in rows]), np.array([row[2] for row in rows])
    print("| model | parameters | F1 hard | F1 soft | F1 web | macro-F1 |\n|---|---|---|---|---|---|")
    evaluate("linear probe", Probe, vectors, labels, source, False)
    models = evaluate("TRM", Router, vectors, labels, source, True)
    if arguments.out:
        export(models[0], os.path.join(arguments.out, "router-e5.onnx"), vectors.shape[1])


if __name__ == "__main__":
    main()
