#!/usr/bin/env python3
"""Train, evaluate and export the finder: the words of a passage that answer a question, or that none do.

    tools/train/finder/train.py --data ../shared/data --model models/gguf/multilingual-e5-small-q4_0.gguf \
        --state finder.pt --minutes 30 [--from finder.pt --rate 1e-3 --seed 5 --squad 0.4]
    tools/train/finder/train.py --data … --model … --state finder.pt --out models/adapters/finder-e5.gguf

The first line trains, and prints now and then how it does on questions that are not trained on: bench/passages.jsonl's half
"choose", and papers and SQuAD-es articles that are held out. The second only judges and exports. MALLOC_TOP_PAD_ and the like, as
README.md has them, save half of the time.
"""
import argparse
import itertools
import json
import os
import pathlib
import random
import re
import sys
import time

import gguf
import numpy as np
import torch
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "train"))
import bert  # noqa: E402
import pairs  # noqa: E402
import workers  # noqa: E402

QUERY = "query: "
KEYS = "sarai.finder.begin", "sarai.finder.end"
QUESTION_TOKENS, SOURCE_TOKENS, PASSAGE_ROOM, MOST_TOKENS = 60, 24, 500, 17  # as src/engine/finder.c
RANK, WARM_UP, DECAY, CLIP = 16, 50, 0.01, 1.0
BATCH_TOKENS, POOL, REPORT_S, UNMARKED = 2400, 400, 600, 0.1


class Finder(torch.nn.Module):
    """The adapter and two weights a token: where an answer begins and where it ends."""

    def __init__(self, weights):
        super().__init__()
        self.lora = bert.Lora(weights, RANK, 2 * RANK)
        self.ends = torch.nn.Linear(weights.width, 2)
        torch.nn.init.normal_(self.ends.weight, std=0.02)

    def take(self, path):
        """A state of a training, or an adapter."""
        if not path.endswith(".gguf"):
            self.load_state_dict(torch.load(path))
            return
        self.lora = bert.load(path)
        fields = gguf.GGUFReader(path).fields
        for i, key in enumerate(KEYS):
            *weights, offset = fields[key].contents()
            self.ends.weight.data[i], self.ends.bias.data[i] = torch.tensor(weights), offset

    def forward(self, model, ids, mask, allowed):
        """Scores [B, L, 2]; the first token's stand for no answer."""
        return self.ends(model.states(ids, mask, self.lora)).masked_fill(~allowed[..., None], -1e9)


def row(tok, question, source, text, span=None):
    """(ids, where the passage begins, its tokens' places in the text, target tokens); None: the span has no token."""
    asked, named = tok.encode(QUERY + question).ids[:QUESTION_TOKENS], tok.encode(source + ":").ids[:SOURCE_TOKENS]
    begin, passage = [bert.BEGIN, *asked, bert.END, *named], tok.encode(text)
    room = PASSAGE_ROOM - len(asked) - len(named)
    places, n = passage.offsets[:room], len(begin)
    inside = [n + i for i, (a, b) in enumerate(places) if span and b > span[0] and a < span[1]]
    if span and not inside:
        return None
    return begin + passage.ids[:room] + [bert.END], n, places, (inside[0], inside[-1]) if span else (0, 0)


def padded(rows):
    shape = len(rows), max(len(r[0]) for r in rows)
    ids, mask, allowed = torch.full(shape, bert.PADDING), torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    for i, (tokens, n, _, _) in enumerate(rows):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        mask[i, : len(tokens)] = True
        allowed[i, 0] = True
        allowed[i, n : len(tokens) - 1] = True
    return ids, mask, allowed


# ---- judging


def find(finder, model, tok, asked, size=16):
    """[(question, source, passage)] → [(log odds that it is told, (from, to))]."""
    out = []
    for at in range(0, len(asked), size):
        rows = [row(tok, *one) for one in asked[at : at + size]]
        with torch.no_grad():
            scores = finder(model, *padded(rows))
        for (tokens, n, places, _), score in zip(rows, scores):
            begins, ends = score[n : len(tokens) - 1].T
            both = begins[:, None] + ends[None]
            allowed = torch.ones_like(both).triu().tril(MOST_TOKENS - 1) > 0
            best = int(both.masked_fill(~allowed, -1e9).argmax())
            first, last = divmod(best, len(places))
            odds = both[first, last] - score[0].sum()
            out.append((float(odds), (places[first][0], places[last][1])))
    return out


def authored():
    lines = map(json.loads, (ROOT / "bench" / "passages.jsonl").read_text().splitlines())
    return [(q["text"], q["passages"], q.get("any")) for q in lines if q["half"] == "choose"]


def held(rows, n=100):
    """As many questions of them that are answered as that are not."""
    told, not_told = ([x for x in rows if (x[3] is None) == absent] for absent in (False, True))
    r = random.Random(3)
    chosen = r.sample(told, n) + r.sample(not_told, n)
    return [(q, [(s, t)], re.escape(t[span[0] : span[1]]) if span else None) for q, s, t, span in chosen]


def judge(finder, model, tok, questions):
    """Area under the ROC curve of the odds; of what is told the share found, and found with odds over 0; refused."""
    asked = [(q, s, t) for q, passages, _ in questions for s, t in passages]
    found, at, best = find(finder, model, tok, asked), 0, []
    for _, passages, _ in questions:
        best.append(max((f[0], t[f[1][0] : f[1][1]]) for f, (_, t) in zip(found[at:], passages)))
        at += len(passages)
    told = np.array([wanted is not None for _, _, wanted in questions])
    odds = np.array([b[0] for b in best])
    right = np.array([w is not None and re.search(w, b[1], re.I) is not None for (_, _, w), b in zip(questions, best)])
    area = np.mean([(a > b) + (a == b) / 2 for a in odds[told] for b in odds[~told]])
    return f"area {area:.3f}, found {right[told].mean():.2f}, and likely {(right & (odds > 0))[told].mean():.2f}, refused {(odds <= 0)[~told].mean():.2f}"


# ---- training


def epoch_rows(args, tok, epoch):
    """The papers, generated pairs, as many without an answer as with one, and a share of SQuAD-es."""
    squad = pairs.squad(args.data, 7 * epoch + args.seed)
    made = pairs.generated(13 * epoch + args.seed, args.times)
    told, not_told = ([x for x in made if (x[3] is None) == absent] for absent in (False, True))
    chosen = random.sample(squad, int(args.squad * len(squad))) + told + random.sample(not_told, min(len(told), len(not_told)))
    chosen += pairs.written(11 * epoch + args.seed)
    random.shuffle(chosen)
    spoken = ((re.sub(r"[¿?]", "", q).lower() if random.random() < UNMARKED else q, *rest) for q, *rest in chosen)
    return [r for r in (row(tok, *one) for one in spoken) if r]


def batches(rows):
    """Rows of like length together."""
    for at in range(0, len(rows), POOL):
        pool, out, batch = sorted(rows[at : at + POOL], key=lambda r: len(r[0])), [], []
        for r in pool:
            if batch and (len(batch) + 1) * len(r[0]) > BATCH_TOKENS:
                out.append(batch)
                batch = []
            batch.append(r)
        yield from random.sample([*out, batch], len(out) + 1)


def learn(finder, model, optimiser, batch, gone, n_workers):
    """One step on a worker's batch: the loss and the seconds that all have spent."""
    ids, mask, allowed = padded(batch)
    scores = finder(model, ids, mask, allowed)
    wanted = torch.tensor([r[3] for r in batch])
    loss = sum(functional.cross_entropy(scores[..., end], wanted[:, end]) for end in (0, 1)) / 2
    optimiser.zero_grad()
    loss.backward()
    gone = workers.share(finder.parameters(), gone, n_workers)
    torch.nn.utils.clip_grad_norm_(finder.parameters(), CLIP)
    optimiser.step()
    return loss.item(), gone


def steps(args, tok, rank):
    """(epoch, batch) of this worker, for ever."""
    for epoch in itertools.count(1):
        made = list(batches(epoch_rows(args, tok, epoch)))
        for at in range(rank, len(made) - len(made) % args.workers, args.workers):
            yield epoch, made[at]


def train(args, finder, model, tok, tests, rank):
    optimiser = torch.optim.AdamW(finder.parameters(), args.rate, weight_decay=DECAY)
    begun, limit, gone, shown, losses = time.time(), 60 * args.minutes, 0, 0, []
    for step, (epoch, batch) in enumerate(steps(args, tok, rank), 1):
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, step / WARM_UP) * max(0, 1 - gone / limit)
        loss, gone = learn(finder, model, optimiser, batch, time.time() - begun, args.workers)
        losses.append(loss)
        if gone >= limit:
            break
        if rank == 0 and gone - shown > REPORT_S:
            shown = gone
            print(f"{gone:.0f} s, epoch {epoch}, step {step}, loss {np.mean(losses[-60:]):.3f}; "
                  + "; ".join(f"{name}: {judge(finder, model, tok, test)}" for name, test in tests.items()), flush=True)  # fmt: skip
            torch.save(finder.state_dict(), args.state)
    if rank == 0:
        torch.save(finder.state_dict(), args.state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", required=True, help="the embedder's GGUF file")
    parser.add_argument("--state", required=True, help="where the training is kept, and read from without --minutes")
    parser.add_argument("--from", dest="begin", help="a state or an adapter to go on from")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--squad", type=float, default=0.5, help="how much of SQuAD-es an epoch has")
    parser.add_argument("--times", type=int, default=6, help="how often an epoch draws from the generators")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes, best one for each core")
    parser.add_argument("--out", help="the adapter, finder-e5.gguf")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    torch.set_num_threads(1)
    tok, model = bert.tokenizer(args.model), bert.Bert(bert.Weights(args.model))
    finder = Finder(model.weights)
    begin = args.begin if args.minutes else args.state
    if begin:
        finder.take(begin)
    tests = {"authored": authored(), "papers": held(pairs.written(5, True)), "SQuAD-es": held(pairs.squad(args.data, 5, True))}
    if args.minutes:
        workers.run(args.workers, lambda rank: train(args, finder, model, tok, tests, rank))
    for name, test in tests.items():
        print(f"{name}: {judge(finder, model, tok, test)}")
    if args.out:
        weights, offsets = finder.ends.weight.detach(), finder.ends.bias.detach()
        ends = {key: [*weights[i].tolist(), offsets[i].item()] for i, key in enumerate(KEYS)}
        bert.save(finder.lora, args.model, args.out, "Sarai's finder", ends)
        print(f"{args.out}: {os.path.getsize(args.out)} bytes")


if __name__ == "__main__":
    main()
