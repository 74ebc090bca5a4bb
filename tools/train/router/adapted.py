"""The embedder adapted for the router: a LoRA in the upper layers of multilingual-e5-small, trained with a linear map of
its mean vector to hard, soft and web. The map is left behind: what reads the vector is kernel.py.

The layers below FIRST stay as they are, so that what comes out of them is computed once a sentence. Some sentences are
shown in small letters and without marks, as a recogniser may write them.
"""

import math
import os
import re
import sys

import numpy as np
import torch
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import bert  # noqa: E402

FIRST, RANK, ALPHA = 6, 8, 16
KINDS = tuple(kind for kind in bert.KINDS if kind != "attn_k")
EPOCHS, BATCH, CHUNK = 2, 32, 1600  # a batch is of sentences that are alike in length, out of so many
RATE, HEAD_RATE, DECAY, HEAD_DECAY, WARM = 5e-4, 3e-3, 0.01, 0.05, 0.1
DROP, SMOOTH, BARE = 0.1, 0.05, 0.3  # of what enters the adapter and the map, of the labels; share shown without marks
LABELS = 3


def bare(text):
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s'-]", " ", text.lower())).strip() or text


def batches(lengths, size, random=None):
    """Places of sentences that are alike in length; drawn, or sorted by length."""
    order = np.arange(len(lengths)) if random is None else random.permutation(len(lengths))
    chunk = len(lengths) if random is None else CHUNK
    parts = [order[at : at + chunk] for at in range(0, len(order), chunk)]
    parts = [part[np.argsort(lengths[part], kind="stable")] for part in parts]
    found = [part[at : at + size] for part in parts for at in range(0, len(part), size)]
    if random is not None:
        random.shuffle(found)
    return found


class Sentences:
    """Each as the states below layer FIRST, [tokens, width]: as it is written, and bare."""

    def __init__(self, texts, path):
        torch.set_num_threads(1)
        self.path, self.model = path, bert.Bert(bert.Weights(path))
        tok = bert.tokenizer(path)
        self.written, self.bare = (self.below(tok, form) for form in (texts, [bare(text) for text in texts]))
        self.lengths = np.array([len(states) for states in self.written])
        self.plain = self.mean(np.arange(len(texts)), None).numpy()

    @torch.no_grad()
    def below(self, tok, texts):
        ids = [[bert.BEGIN, *found.ids, bert.END] for found in tok.encode_batch(["query: " + text for text in texts])]
        lengths, states = np.array([len(i) for i in ids]), [None] * len(ids)
        for places in batches(lengths, 2 * BATCH):
            rows = [torch.tensor(ids[at]) for at in places]
            padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=bert.PADDING)
            mask = padded != bert.PADDING
            for at, found in zip(places, self.model.run(self.model.enter(padded), mask, 0, FIRST)):
                states[at] = found[: lengths[at]].clone()
        return states

    def vectors(self, places, lora, is_bare=None, dropout=0.0):
        """[B, width]; `is_bare`: which of them are to be."""
        rows = [(self.bare if is_bare is not None and is_bare[k] else self.written)[at] for k, at in enumerate(places)]
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        mask = torch.arange(padded.shape[1]) < torch.tensor([len(row) for row in rows])[:, None]
        return bert.mean_vectors(self.model.run(padded, mask, FIRST, self.model.weights.layers, lora, dropout), mask)

    @torch.no_grad()
    def mean(self, places, lora):
        """[n, width], in the order of the places; `lora` None: the plain vectors."""
        found = torch.zeros(len(places), self.model.weights.width)
        for batch in batches(self.lengths[places], 2 * BATCH):
            found[batch] = self.vectors(places[batch], lora)
        return found


class Adapted:
    """`places`: of the sentences that it is trained on; `labels` [n, 3]: theirs."""

    def __init__(self, sentences, places, labels, seed):
        self.sentences, random = sentences, np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.lora = bert.Lora(sentences.model.weights, RANK, ALPHA, seed, KINDS, FIRST)
        self.head = torch.nn.Linear(sentences.model.weights.width, LABELS)
        groups = (self.lora, RATE, DECAY), (self.head, HEAD_RATE, HEAD_DECAY)
        groups = [{"params": part.parameters(), "lr": rate, "weight_decay": decay} for part, rate, decay in groups]
        optimiser = torch.optim.AdamW(groups)
        targets = torch.tensor(labels).float() * (1 - SMOOTH) + SMOOTH / 2
        steps = EPOCHS * -(-len(places) // BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda at: min(1, (at + 1) / (WARM * steps)) * (1 + math.cos(math.pi * min(1, at / steps))) / 2
        )
        for _ in range(EPOCHS):
            for batch in batches(sentences.lengths[places], BATCH, random):
                vectors = sentences.vectors(places[batch], self.lora, random.random(len(batch)) < BARE, DROP)
                logits = self.logits(functional.dropout(vectors, DROP))
                loss = functional.binary_cross_entropy_with_logits(logits, targets[batch])
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_([p for part in (self.lora, self.head) for p in part.parameters()], 1.0)
                optimiser.step()
                schedule.step()

    def logits(self, vectors):
        return self.head(vectors * vectors.shape[-1] ** 0.5)

    def vectors(self, places):
        return self.sentences.mean(places, self.lora).numpy()

    def size(self):
        return sum(p.numel() for p in self.lora.parameters())

    def save(self, path):
        bert.save(self.lora, self.sentences.path, path, "Sarai's router")
