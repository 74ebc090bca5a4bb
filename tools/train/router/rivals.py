"""What the router is compared with: a linear probe, and a Tiny Recursive Model (Jolicoeur-Martineau 2025, "Less is
More: Recursive Reasoning with Tiny Networks", arXiv 2510.04871): two small blocks with the same weights at each step,
one that thinks (a latent is revised INNER times from question, answer and itself), one that answers (the answer is
revised from the latent), OUTER times; each of the SUPERVISED passes is trained on, and starts from the last one's
answer and latent.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

WIDTH, HIDDEN, LAYERS = 128, 256, 2  # of a block
INNER, OUTER, SUPERVISED = 4, 2, 2
EPOCHS, BATCH, RATE, DECAY = 12, 64, 1e-3, 0.1
NOISE, DROP, SMOOTH = 0.02, 0.1, 0.05  # of the vectors in training, of what enters, of the labels
LABELS = 3


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


class Recursive(nn.Module):
    def __init__(self, dimension):
        super().__init__()
        self.enter, self.leave = nn.Linear(dimension, WIDTH), nn.Linear(WIDTH, LABELS)
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
        self.linear = nn.Linear(dimension, LABELS)

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


def scores(model, vectors):
    with torch.no_grad():
        return torch.sigmoid(model(torch.tensor(vectors))[-1]).numpy()


def size(model):
    return sum(np.prod(p.shape) for p in model.parameters())
