#!/usr/bin/env python3
"""Train, judge and export the search adapter: a LoRA on the embedder through which questions go that look for passages.

    tools/train/search/train.py --data ../shared/data --model models/gguf/multilingual-e5-small-q4_0.gguf \
        --minutes 14 --out models/adapters/search-e5.gguf
    tools/train/search/train.py --data … --model … --judge models/adapters/search-e5.gguf

Passages keep their plain vectors, so that a store stays good with the adapter and without it, and so that here each vector is
made once. A question is to be nearest to its own passage among all that there are, and nearer to it than LEAST; what wants no
passage, or whose passage is not among those that it is shown, is to be nearer to none.
"""
import argparse
import json
import os
import pathlib
import random
import re
import sys
import time

import numpy as np
import torch
from torch.nn import functional

TRAIN = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TRAIN), *(str(TRAIN / name) for name in ("finder", "brain", "router")), str(TRAIN.parents[1] / "bench")]
import bert  # noqa: E402
import data as sentences  # noqa: E402
import pairs  # noqa: E402
import retrieval  # noqa: E402
import workers  # noqa: E402
from documents import TOGETHER, papers  # noqa: E402

QUERY, PASSAGE, MOST_TOKENS = "query: ", "passage: ", 300
RANK, DROP, CLIP, WARM_UP = 16, 0.05, 1.0, 30
SHARE = 0.5  # of what was learnt that is kept: the mean of the weights before and after finds as much, and forgets less
TEMPERATURE, LEAST = 0.02, 0.84  # of the cosines; LEAST is near SEARCH_LEAST without the words' share
PAPERS, ARTICLES, CHAT, SENTENCES = 12, 5, 4, 6  # texts a step and worker
ABSENT_PAPERS, ABSENT_ARTICLES = 4, 3  # as many more whose passage is not shown
NEARLY, UNMARKED = 0.4, 0.2  # shares: of what a paper nearly tells; of questions without marks, as recognised
SMALL_STORE = 100  # papers that are shown where a question's own passage is not, nor those written with it
REPORT_S = 300


class Texts:
    """Questions with the place of their passage among `passages`; what wants none; and the same held out."""

    def __init__(self, data):
        kept, articles = papers(held=False), pairs.articles(data, held=False)
        paragraphs = [(p["context"], [qa["question"] for qa in p["qas"]]) for article in articles for p in article["paragraphs"]]
        self.passages = [paper["texto"] for paper in kept] + [text for text, _ in paragraphs]
        self.told = [(q, i) for i, paper in enumerate(kept) for q, _ in paper["si"]]
        self.nearly = [(q, i) for i, paper in enumerate(kept) for q in paper["no"]]
        self.articles = [(q, len(kept) + i) for i, (_, questions) in enumerate(paragraphs) for q in questions]
        chat = retrieval.shuffled(str(data / "text/ms_chitchat_es/norm/chitchat_es.jsonl"))
        talk = [json.loads(line)["u"] for line in (TRAIN / "brain/data/talk.jsonl").open()]
        rows = sentences.load(data)  # of the router: nothing in it is nearly a prompt of tests/brain
        own = {"squad", *sentences.HELD, *sentences.FRESH}
        self.sentences = sum(talk[::2], []) + [text for source, text, _ in rows if source not in own]
        self.held_sentences = sum(talk[1::2], []) + [text for source, text, _ in rows if source in sentences.HELD]
        prompts = sentences.Seen()
        for text, _ in sentences.prompts(data):
            prompts.add(text)
        self.held_chat = chat[: retrieval.FOREIGN]
        self.chat = [text for text in chat[retrieval.FOREIGN :] if not prompts.near(text)]
        self.n_papers = len(kept)
        self.held_papers = [(paper["texto"], [q for q, _ in paper["si"]]) for paper in papers(held=True)]
        self.held_articles = [(p["context"], [qa["question"] for qa in p["qas"]][:5])
                              for article in pairs.articles(data, held=True) for p in article["paragraphs"][:5]]


class Embedder:
    def __init__(self, path):
        self.tok, self.model = bert.tokenizer(path), bert.Bert(bert.Weights(path))

    def vectors(self, texts, lora=None, drop=0.0):
        """[n, width], of length 1."""
        rows = [torch.tensor([bert.BEGIN, *self.tok.encode(text).ids[:MOST_TOKENS], bert.END]) for text in texts]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=bert.PADDING)
        mask = ids != bert.PADDING
        return bert.mean_vectors(self.model.states(ids, mask, lora, drop), mask)

    @torch.no_grad()
    def all_vectors(self, texts, lora=None, size=48):
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = torch.zeros(len(texts), self.model.weights.width)
        for at in range(0, len(order), size):
            places = order[at : at + size]
            found[places] = self.vectors([texts[i] for i in places], lora)
        return found


# ---- judging


def judge(texts, embedder, lora):
    """By cosines alone, on what was held out: the right passage first, and among three; kept with as few strangers let in."""
    held = {"papers": (texts.held_papers, texts.held_sentences, 0.1), "articles": (texts.held_articles, texts.held_chat, 0.03)}
    out = []
    for name, (documents, strangers, share) in held.items():
        passages = embedder.all_vectors([PASSAGE + text for text, _ in documents])
        own = torch.tensor([i for i, (_, questions) in enumerate(documents) for _ in questions])
        asked = embedder.all_vectors([QUERY + q for _, questions in documents for q in questions], lora) @ passages.T
        best = asked.topk(3, 1)
        is_own = best.indices == own[:, None]
        limit = (embedder.all_vectors([QUERY + s for s in strangers], lora) @ passages.T).max(1).values.quantile(1 - share)
        without = asked.scatter(1, own[:, None], -1).max(1).values
        out.append(f"{name}: first {is_own[:, 0].float().mean():.3f}, of three {is_own.any(1).float().mean():.3f}, kept "
                   f"{(is_own & (best.values >= limit)).any(1).float().mean():.3f} at {limit:.3f}, which lets in {share:.0%} of what wants none, and "
                   f"{(without >= limit).float().mean():.3f} of questions whose passage is missing")  # fmt: skip
    return "; ".join(out)


# ---- training


def spoken(question, r):
    """Now and then as a recogniser may write it."""
    return re.sub(r"[¿?]", "", question).lower() if r.random() < UNMARKED else question


def drawn(texts, n_passages, r):
    """Questions; the place of each one's passage, n_passages for none; and what each is shown [n, n_passages]."""
    def of_papers(n):
        return [r.choice(texts.nearly if r.random() < NEARLY else texts.told) for _ in range(n)]

    absent = of_papers(ABSENT_PAPERS) + r.sample(texts.articles, ABSENT_ARTICLES)
    strangers = r.sample(texts.chat, CHAT) + r.sample(texts.sentences, SENTENCES)
    asked = absent + of_papers(PAPERS) + r.sample(texts.articles, ARTICLES) + [(text, n_passages) for text in strangers]
    shown = torch.ones(len(asked), n_passages + 1, dtype=torch.bool)
    places = [place for _, place in asked]
    for i in range(len(absent)):
        own, places[i] = places[i], n_passages
        few = torch.tensor(r.sample(range(texts.n_papers), SMALL_STORE))
        shown[i, :n_passages] = False
        shown[i, few[(few - own).abs() > TOGETHER]] = True
    return [QUERY + spoken(q, r) for q, _ in asked], torch.tensor(places), shown


def loss_of(embedder, lora, passages, texts, r):
    questions, places, shown = drawn(texts, len(passages), r)
    cosines = embedder.vectors(questions, lora, DROP) @ passages.T
    cosines = torch.cat([cosines, torch.full((len(cosines), 1), LEAST)], 1)
    return functional.cross_entropy((cosines / TEMPERATURE).masked_fill(~shown, -1e9), places)


def train(args, texts, embedder, lora, passages, rank):
    torch.set_num_threads(1)
    torch.manual_seed(args.seed + rank)
    r = random.Random(args.seed + 1000 * rank)
    optimiser = torch.optim.AdamW(lora.parameters(), args.rate, weight_decay=0.01)
    begun, limit, gone, shown_at, step, losses = time.time(), 60 * args.minutes, 0, 0, 0, []
    while gone < limit:
        step += 1
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, step / WARM_UP) * max(0, 1 - gone / limit)
        loss = loss_of(embedder, lora, passages, texts, r)
        optimiser.zero_grad()
        loss.backward()
        gone = workers.share(lora.parameters(), time.time() - begun, args.workers)
        torch.nn.utils.clip_grad_norm_(lora.parameters(), CLIP)
        optimiser.step()
        losses.append(loss.item())
        if rank == 0 and gone - shown_at > REPORT_S:
            shown_at = gone
            print(f"{gone:.0f} s, step {step}, loss {np.mean(losses[-100:]):.3f}; {judge(texts, embedder, lora)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", required=True, help="the embedder's GGUF file")
    parser.add_argument("--minutes", type=float, default=14)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes, best one for each core")
    parser.add_argument("--judge", help="an adapter that is judged and not trained")
    parser.add_argument("--out", help="the adapter, search-e5.gguf")
    args = parser.parse_args()
    texts, embedder = Texts(args.data), Embedder(args.model)
    if args.judge:
        print("plain: " + judge(texts, embedder, None))
        print("adapted: " + judge(texts, embedder, bert.load(args.judge)))
        return
    lora = bert.Lora(embedder.model.weights, RANK, 2 * RANK, args.seed)
    passages = embedder.all_vectors([PASSAGE + text for text in texts.passages])
    workers.run(args.workers, lambda rank: train(args, texts, embedder, lora, passages, rank))
    lora.alpha *= SHARE
    print(judge(texts, embedder, lora))
    if args.out:
        bert.save(lora, args.model, args.out, "Sarai's search")
        print(f"{args.out}: {os.path.getsize(args.out)} bytes")


if __name__ == "__main__":
    main()
