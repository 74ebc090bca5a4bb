"""The end-of-turn head: how it computes, in PyTorch for training and as the ONNX graph that Sarai runs.

It looks at the encoder's last STATES + BEYOND states (hearing.py), as the decoder gets them in its first layer's values.
Each is reduced to AXES principal axes and then to WIDTH numbers that know their distance from the end; HEADS
weighted means over time of those are judged by a small layer. MEMBERS such networks, trained from other beginnings,
give the mean of their log odds.
"""

import os
import sys

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models"))
from graph import FLOAT, INT64, Graph  # noqa: E402

AXES, WIDTH, HEADS, HIDDEN, MEMBERS = 64, 24, 3, 16, 4
DROPOUT, EPOCHS, BATCH, RATE, DECAY, SMOOTHING, SHIFT = 0.3, 32, 64, 3e-3, 0.02, 0.04, 2


class Network(nn.Module):
    """[n, time, AXES] → log odds that the turn is over, [n]."""

    def __init__(self, time):
        super().__init__()
        self.narrow, self.place = nn.Linear(AXES, WIDTH), nn.Parameter(torch.zeros(time, WIDTH))
        self.look = nn.Linear(WIDTH, HEADS)
        self.near = nn.Parameter(torch.linspace(-2, 0, time)[:, None].repeat(1, HEADS))
        self.hidden, self.out, self.drop = nn.Linear(WIDTH * HEADS, HIDDEN), nn.Linear(HIDDEN, 1), nn.Dropout(DROPOUT)

    def forward(self, x):
        x = torch.tanh(self.narrow(self.drop(x)) + self.place)
        weights = torch.softmax(self.look(x) + self.near, 1)
        means = torch.einsum("nth,ntw->nhw", weights, x).flatten(1)
        return self.out(torch.relu(self.hidden(self.drop(means))))[:, 0]


def train_network(x, y, weight, seed):
    torch.manual_seed(seed)
    network, n = Network(x.shape[1]), len(x)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * -(-n // BATCH))
    for _ in range(EPOCHS):
        order = torch.randperm(n)
        for at in range(0, n, BATCH):
            chosen = order[at : at + BATCH]
            shifted = torch.roll(x[chosen], int(torch.randint(-SHIFT, SHIFT + 1, (1,))), 1)
            wanted = y[chosen] * (1 - SMOOTHING) + SMOOTHING / 2
            loss = nn.functional.binary_cross_entropy_with_logits(network(shifted), wanted, weight[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


class Head:
    def __init__(self, states, y, weight, members=MEMBERS):
        """From states [n, time, d]."""
        rows = states[:, -60:].reshape(-1, states.shape[2])[::7].astype(np.float32)
        rows = rows[np.abs(rows).sum(1) > 0]
        self.mean = rows.mean(0)
        values, vectors = np.linalg.eigh(np.cov(rows.T))
        self.axes = (vectors[:, -AXES:] / np.sqrt(values[-AXES:])).astype(np.float32)
        x = torch.from_numpy(self.project(states))
        y, weight = (torch.from_numpy(np.asarray(v, np.float32)) for v in (y, weight))
        self.networks = [train_network(x, y, weight, seed) for seed in range(members)]

    def project(self, states):
        return np.concatenate([(part.astype(np.float32) - self.mean) @ self.axes for part in np.array_split(states, 8)])

    def log_odds(self, states):
        x = torch.from_numpy(self.project(states))
        with torch.no_grad():
            return np.mean([network(x).numpy() for network in self.networks], 0)

    def save(self, path, heads, before, beyond, scale, licence):
        """`scale`: (factor, offset) on the log odds, so that they are as sure as they are right."""
        g = Graph()
        width = len(self.mean) // heads
        g.input("cross_value_0", FLOAT, [1, heads, "context", width])
        g.input("end", INT64, [1])
        x = write_window(g, heads, width, before, before + beyond)
        odds = [self.write_member(g, x, i, network) for i, network in enumerate(self.networks)]
        mean = g.op("Mean", odds)
        scaled = g.op("Add", [g.op("Mul", [mean, g.scalar(float(scale[0]))]), g.scalar(float(scale[1]))])
        g.op("Sigmoid", [scaled], out="probability")
        g.output("probability", FLOAT, [1, 1])
        g.save(path, "turn", {"sarai.role": "turn-head", "sarai.contract": 1, "sarai.licence": licence})

    def write_member(self, g, x, i, network):
        value = {name: p.detach().numpy() for name, p in network.named_parameters()}
        matrix = self.axes @ value["narrow.weight"].T
        offset = value["narrow.bias"] - self.mean @ matrix + value["place"]
        const = lambda name, array: g.const(f"{name}.{i}", np.asarray(array, np.float32))  # noqa: E731
        x = g.op("Tanh", [g.op("Add", [g.op("MatMul", [x, const("narrow", matrix)]), const("place", offset)])])
        look = g.op("MatMul", [x, const("look", value["look.weight"].T)])
        look = g.op("Add", [look, const("near", value["near"] + value["look.bias"])])
        weights = g.op("Transpose", [g.op("Softmax", [look], axis=1)], perm=[0, 2, 1])
        means = g.op("Reshape", [g.op("MatMul", [weights, x]), g.ints(1, -1)])
        hidden = g.op("Gemm", [means, const("hidden", value["hidden.weight"].T), const("hidden.b", value["hidden.bias"])])
        out = [g.op("Relu", [hidden]), const("out", value["out.weight"].T), const("out.b", value["out.bias"])]
        return g.op("Gemm", out)


def write_window(g, heads, width, before, time):
    """The states around `end`, [1, time, heads × width]; zeros before the first."""
    padded = g.op("Pad", ["cross_value_0", g.ints(0, 0, before, 0, 0, 0, before, 0)])
    last = g.op("Add", ["end", g.ints(time)])
    window = g.op("Slice", [padded, "end", last, g.ints(2)])
    window = g.op("Transpose", [window], perm=[0, 2, 1, 3])
    return g.op("Reshape", [window, g.ints(1, time, heads * width)])
