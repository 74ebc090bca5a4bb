"""Which tokens of gemma-3-270m stay: gemma-3-270m.tokens.npy, a bit for each, most significant first.

    python3 tools/models/gemma_vocabulary.py --model gemma-3-270m-q4_k_m.gguf --out tools/models/gemma-3-270m.tokens.npy

Those that Spanish words take by how common they are (wordfreq's lists, CC BY-SA 4.0), alone, behind a space,
and capitalised; those of common English words; the commonest of Latin script; digits, punctuation, letters, bytes
and control tokens. Byte pair encoding goes by steps, so what a token is put together from stays too.
Needs sentencepiece and wordfreq==3.1.1 beside the converters' requirements. With --text FILE it says instead by how
many more tokens that file is read.
"""

import argparse
import pathlib
import re
import sys

import gguf
import numpy as np
import wordfreq

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "train/brain"))
import pieces  # noqa: E402

NORMAL, CONTROL = 1, 3
SPANISH, CAPITALISED, SHOUTED, ENGLISH = 100_000, 50_000, 2_000, 10_000  # words of the lists
COMMONEST = 10_000  # tokens: their numbers go by how common they are in the text that the vocabulary was made from
FIRST_OF_IMAGES = 256_000  # control tokens for what this model does not take
LAST_LATIN = 0x24F


def is_latin(piece):
    def fits(c):
        code = ord(c)
        return c in "▁€" or code <= LAST_LATIN or 0x1E00 <= code <= 0x1EFF or 0x2000 <= code <= 0x206F
    return all(map(fits, piece))


class Vocabulary:
    def __init__(self, path):
        self.pieces, self.scores, self.kinds = pieces.vocabulary(gguf.GGUFReader(path).fields)
        self.index = {piece: i for i, piece in enumerate(self.pieces)}

    def tokenizer(self, kept):
        return pieces.tokenizer(*([all_of[i] for i in kept] for all_of in (self.pieces, self.scores, self.kinds)))

    def is_normal(self, i):
        return self.kinds[i] == NORMAL

    def steps(self, piece):
        """Tokens that byte pair encoding makes on its way to this one."""
        parts, made = list(piece), set()
        while len(parts) > 1:
            pairs = [(self.scores[i], -at, i) for at, i in enumerate(
                self.index.get(a + b) for a, b in zip(parts, parts[1:])) if i is not None and self.is_normal(i)]
            if not pairs:
                break
            _, at, token = max(pairs)
            made.add(token)
            parts[-at : -at + 2] = [self.pieces[token]]
        return made


def word_forms():
    spanish = wordfreq.top_n_list("es", SPANISH)
    words = [*spanish, *map(str.capitalize, spanish[:CAPITALISED]), *map(str.upper, spanish[:SHOUTED]),
             *wordfreq.top_n_list("en", ENGLISH)]
    return words + [" " + word for word in words]


def choose(v):
    everything = range(len(v.pieces))
    always = {i for i in everything if not v.is_normal(i) and not re.fullmatch(r"<unused\d+>", v.pieces[i])
              and not (v.kinds[i] == CONTROL and i >= FIRST_OF_IMAGES)}
    kept = {i for row in v.tokenizer(everything).encode(word_forms()) for i in row if v.is_normal(i)}
    for i in everything:
        piece = v.pieces[i]
        if v.is_normal(i) and is_latin(piece) and (
                i < COMMONEST or len(piece) == 1 or not any(map(str.isalpha, piece))):
            kept.add(i)
    steps = [v.steps(v.pieces[i]) for i in kept]
    return sorted(always.union(kept, *steps))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="the whole GGUF")
    parser.add_argument("--out", help="the .npy file")
    parser.add_argument("--text", help="count the tokens of this file instead")
    args = parser.parse_args()
    v = Vocabulary(args.model)
    kept = choose(v)
    print(f"{len(kept)} of {len(v.pieces)} tokens")
    if args.text:
        with open(args.text, encoding="utf-8") as f:
            lines = f.read().splitlines()
        before, after = (sum(map(len, v.tokenizer(ids).encode(lines))) for ids in (range(len(v.pieces)), kept))
        print(f"{before} tokens, {after} with those that stay: {100 * (after / before - 1):.1f} % more")
    else:
        bits = np.zeros(len(v.pieces), np.uint8)
        bits[kept] = 1
        np.save(args.out, np.packbits(bits))


if __name__ == "__main__":
    main()
