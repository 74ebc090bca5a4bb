"""Trains the Spanish adapter of gemma-3-270m on the dialogues of dataset.py.

    nice -n 15 python3 train.py --model gemma-3-270m-es-q4_k_m.gguf --data train.jsonl --state brain.pt
    python3 export.py --model gemma-3-270m-es-q4_k_m.gguf --state brain.pt --out gemma-3-270m-sarai.gguf

The loss is on the answers only, over the tokens that answers use and a random part of the others. The
state is saved every few minutes; the same command goes on where it stopped. --from starts with the
adapter of another state, or with one that was exported (a GGUF file). A GPU is used where there is one.
"""
import argparse
import json
import math
import os
import pathlib
import random
import re
import sys
import time

import torch
from torch.nn import functional as F

import dataset
import frame
import gemma
import pieces

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from bert import precision  # noqa: E402
from workers import run, share  # noqa: E402

BEGIN, END = "<bos>", "<end_of_turn>"
CONTROL = ("<start_of_turn>", END)


class Encoder:
    """Text → tokens, cut where the C code cuts: cues with control tokens, words without."""

    def __init__(self, weights):
        self.pieces = pieces.tokenizer(*pieces.vocabulary(weights.fields))

    def cue(self, text):
        out = []
        for part in re.split("(" + "|".join(CONTROL) + ")", text):
            out += [self.pieces.piece_to_id(part)] if part in CONTROL else self.pieces.encode(part)
        return out

    def prefix(self, tools):
        return [self.pieces.piece_to_id(BEGIN)] + self.cue(frame.prefix(tools))

    def dialogue(self, turns):
        """Tokens behind the prefix, and for each whether it is an answer's."""
        ids, is_answer = [], []
        for i, (said, answer) in enumerate(turns):
            opening = self.cue(frame.QUESTION_CUE[len("<end_of_turn>"):]) if i else []
            asked = opening + self.pieces.encode(said) + self.cue(frame.ANSWER_CUE)
            told = self.pieces.encode(answer) + [self.pieces.piece_to_id(END)]
            ids += asked + told
            is_answer += [False] * len(asked) + [True] * len(told)
        return ids, is_answer


SHARED = 24  # tokens that dialogues begin with in common from which they are read once
ROW = 480    # tokens of such dialogues together


def in_common(group):
    """How many tokens all of a group begin with; before the first answer, as what is shared has no label."""
    if len(group) == 1:
        return 0
    most = min(e["is_answer"].index(True) for e in group) - 1
    first, last = (f(e["ids"] for e in group) for f in (min, max))
    return next((i for i in range(most) if first[i] != last[i]), most)


def size(group):
    """Tokens of joined(group)."""
    return sum(len(e["ids"]) for e in group) - (len(group) - 1) * in_common(group)


def joined(group):
    """Dialogues that begin alike (a document, asked several times) as one row: what they share, then the branches."""
    first, shared = group[0]["ids"], in_common(group)
    row = {"tools": group[0]["tools"], "epoch": group[0]["epoch"], "ids": first[:shared], "is_answer": [False] * shared,
           "at": list(range(shared)), "branch": [0] * shared}
    for n, e in enumerate(group, 1):
        row["ids"] = row["ids"] + e["ids"][shared:]
        row["is_answer"] += e["is_answer"][shared:]
        row["at"] += range(shared, len(e["ids"]))
        row["branch"] += [n] * (len(e["ids"]) - shared)
    return row


def rows(examples):
    groups = {}
    for e in examples:
        groups.setdefault((e["epoch"], e["tools"], *e["ids"][:SHARED]), []).append(e)
    out = []
    for group in groups.values():
        group.sort(key=lambda e: e["ids"])  # one document's beside each other
        while group:
            taken = [group.pop()]
            while group and size(taken + group[-1:]) <= ROW:
                taken.append(group.pop())
            out.append(joined(taken))
    return out


def batches(examples, tokens_per_batch, r):
    """Dialogues of one prefix and of like length together; a new order for each epoch."""
    by_prefix, out = {}, []
    for e in examples:
        by_prefix.setdefault(e["tools"], []).append(e)
    for name, group in by_prefix.items():
        r.shuffle(group)
        for at in range(0, len(group), 400):
            batch = []
            for e in sorted(group[at:at + 400], key=lambda e: len(e["ids"])):
                if batch and (len(batch) + 1) * len(e["ids"]) > tokens_per_batch:
                    out.append((name, batch))
                    batch = []
                batch.append(e)
            out.append((name, batch))
    r.shuffle(out)
    return out


def plan(examples, tokens_per_batch, seed):
    r, steps = random.Random(seed), []
    for epoch in sorted({e["epoch"] for e in examples}):
        steps += batches([e for e in examples if e["epoch"] == epoch], tokens_per_batch, r)
    return steps


class Trainer:
    def __init__(self, args):
        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        self.args = args
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if self.device == "cuda" else precision()
        self.weights = gemma.load(args.model, self.device, dtype)
        self.encoder = Encoder(self.weights)
        self.model = gemma.Gemma(self.weights, compiles=True)
        self.lora = gemma.Lora(self.weights, args.rank, args.alpha, args.seed).to(self.device)
        self.optimiser = torch.optim.AdamW(self.lora.parameters(), lr=args.rate, weight_decay=0.01, fused=True)
        self.prefixes = {n: self.encoder.prefix(t) for n, t in dataset.VARIANTS.items()}
        examples = [json.loads(line) for line in open(args.data)]
        for e in examples:
            e["ids"], e["is_answer"] = self.encoder.dialogue(e["turns"])
        examples = [e for e in examples if len(e["ids"]) <= args.longest]
        self.steps = plan(rows(examples), args.batch, args.seed)
        answers = {t for e in examples for t, a in zip(e["ids"], e["is_answer"]) if a}
        self.answer_tokens = torch.tensor(sorted(answers))
        self.step, self.spent, self.read = 0, 0.0, {}
        print(f"{len(examples)} dialogues, {sum(len(e['ids']) for e in examples)} tokens, "
              f"{len(answers)} different ones in answers, {len(self.steps)} steps", flush=True)

    def prefix(self, name):
        """What the model makes of the beginning; the adapter changes it so slowly that a few steps may share it."""
        made, cache = self.read.get(name, (None, None))
        if made is None or self.step - made >= self.args.refresh:
            cache = self.model.prefix(self.prefixes[name], self.lora)
            self.read[name] = (self.step, cache)
        return cache

    def loss(self, name, batch):
        longest = max(len(e["ids"]) for e in batch)
        rows, at, branch = torch.zeros(3, len(batch), longest, dtype=torch.long)
        where, label = [], []
        for i, e in enumerate(batch):
            for tensor, key in ((rows, "ids"), (at, "at"), (branch, "branch")):
                tensor[i, :len(e[key])] = torch.tensor(e[key])
            answers = [k for k, a in enumerate(e["is_answer"]) if a]
            where += [(i, k - 1) for k in answers]
            label += [e["ids"][k] for k in answers]
        others = torch.randint(0, self.weights.embedding.shape[0], (self.args.negatives,))
        chosen = torch.unique(torch.cat([self.answer_tokens, others]))
        label = torch.searchsorted(chosen, torch.tensor(label)).to(self.device)
        states = self.model.states(rows.to(self.device), self.lora, self.prefix(name), at.to(self.device), branch.to(self.device))
        before = torch.tensor(where, device=self.device)
        logits = states[before[:, 0], before[:, 1]] @ self.weights.embedding[chosen.to(self.device)].T
        return F.cross_entropy(logits.float(), label)

    def rate(self):
        warm = min(1.0, (self.step + 1) / self.args.warm)
        done = self.spent / (60 * self.args.minutes) if self.args.minutes else self.step / len(self.steps)
        return self.args.rate * warm * (0.03 + 0.97 * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done))))

    def save(self):
        part = self.args.state + ".part"
        torch.save({"lora": self.lora.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step, "spent": self.spent,
                    "steps": len(self.steps), "rank": self.lora.rank, "alpha": self.lora.alpha}, part)
        os.replace(part, self.args.state)

    def load(self, path, is_same_run):
        if path.endswith(".gguf"):
            self.lora.read(path, self.weights)
            return
        state = torch.load(path, map_location=self.device)
        self.lora.load_state_dict(state["lora"])
        if is_same_run:
            if state["steps"] != len(self.steps):
                raise SystemExit(f"{path}: made with other data or batches; use --from")
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.spent = state["step"], state["spent"]

    def run(self, rank):
        start, tokens, mean, saved, before = time.time(), 0, None, time.time(), self.spent
        workers, limit = self.args.workers, 60 * self.args.minutes or math.inf
        while self.step + workers <= len(self.steps) and self.spent < limit:
            name, batch = self.steps[self.step + rank]
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate()
            loss = self.loss(name, batch)
            loss.backward()
            self.spent = share(self.lora.parameters(), before + time.time() - start, workers)
            torch.nn.utils.clip_grad_norm_(self.lora.parameters(), 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad()
            self.step += workers
            tokens += sum(len(e["ids"]) for e in batch)
            mean = loss.item() if mean is None else 0.95 * mean + 0.05 * loss.item()
            if rank == 0 and self.step % 10 < workers:
                print(f"{self.step}/{len(self.steps)} loss {mean:.3f} "
                      f"{workers * tokens / (time.time() - start):.0f} tokens/s", flush=True)
            if rank == 0 and time.time() - saved > 120:
                self.save()
                saved = time.time()
        if rank == 0:
            self.save()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the GGUF file")
    p.add_argument("--data", required=True)
    p.add_argument("--state", required=True)
    p.add_argument("--from", dest="start", help="state or adapter (.gguf) that is the beginning")
    p.add_argument("--rank", type=int, default=16)
    p.add_argument("--alpha", type=float, default=32)
    p.add_argument("--rate", type=float, default=5e-4)
    p.add_argument("--minutes", type=float, default=0,
                   help="the rate falls over so much time, wherever the steps are then; 0: over all steps")
    p.add_argument("--warm", type=int, default=30, help="steps until the full rate")
    p.add_argument("--batch", type=int, default=700, help="tokens in a worker's batch")
    p.add_argument("--longest", type=int, default=300, help="tokens of a dialogue")
    p.add_argument("--negatives", type=int, default=2000)
    p.add_argument("--refresh", type=int, default=12, help="steps that share what was made of the beginning")
    p.add_argument("--workers", type=int, default=2, help="processes, best one for each core")
    p.add_argument("--threads", type=int, default=1, help="of each worker")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    trainer = Trainer(args)
    if pathlib.Path(args.state).exists():
        trainer.load(args.state, True)
    elif args.start:
        trainer.load(args.start, False)
    run(args.workers, trainer.run)


if __name__ == "__main__":
    main()
