"""A pair of encoder and text decoder with random weights and sizes unlike Whisper base's, for the contract test.

    python3 tools/models/tiny_whisper.py --out tests/golden/data

It proves that hearing reads every size from the files, and that an encoder file may carry more outputs than
the transcript needs (the mood `emo_vec`, the retrieval vector `latent_z`). It understands nothing. All in
float32: tools/golden/tiny_whisper.py gives the values of `transformers` for the same weights. Licence: ours.
"""

import argparse
import json
import os

import numpy as np
from graph import FLOAT, Graph
from whisper import Whisper, build_decoder, cross_attention_inputs, encoder_trunk, save_encoder

D_MODEL, HEADS, N_MELS, ENCODER_LAYERS, DECODER_LAYERS = 48, 3, 128, 3, 2
MAX_FRAMES, MAX_TOKENS = 100, 32  # two seconds
LATENT = 20
SEED = 11  # its text ends by itself, after eighteen words

WORDS = [f"Ġ{word}" for word in "uno dos tres cuatro cinco seis siete ocho nueve diez luz sol mar pan sal paz".split()]
CONTROL = ["endoftext", "startoftranscript", "en", "es", "yue", "translate", "transcribe", "nospeech", "notimestamps"]
TOKENS = WORDS + [f"<|{name}|>" for name in CONTROL]


def make_weights(seed):
    """Named as in CTranslate2's format, which whisper.py reads."""
    rng = np.random.default_rng(seed)
    weights = {"encoder/num_heads": np.int8(HEADS)}

    def random(name, *shape, scale=1.0):
        weights[name] = (scale * rng.standard_normal(shape)).astype(np.float32)

    def linear(name, n_out, n_in):
        random(name + "/weight", n_out, n_in, scale=n_in**-0.5)
        random(name + "/bias", n_out, scale=0.1)

    def norm(name):
        random(name + "/gamma", D_MODEL, scale=0.1)
        weights[name + "/gamma"] += 1
        random(name + "/beta", D_MODEL, scale=0.1)

    def attention(name, parts):
        norm(name + "/layer_norm")
        for i, part in enumerate(parts):
            linear(f"{name}/linear_{i}", part * D_MODEL, D_MODEL)
        stacked = weights[f"{name}/linear_{0 if len(parts) == 2 else 1}/bias"]
        key = D_MODEL if len(parts) == 2 else 0
        stacked[key : key + D_MODEL] = 0  # Whisper's keys have no bias

    for side, layers in (("encoder", ENCODER_LAYERS), ("decoder", DECODER_LAYERS)):
        for layer in range(layers):
            here = f"{side}/layer_{layer}"
            attention(here + "/self_attention", (3, 1))
            if side == "decoder":
                attention(here + "/attention", (1, 2, 1))
            norm(here + "/ffn/layer_norm")
            linear(here + "/ffn/linear_0", 4 * D_MODEL, D_MODEL)
            linear(here + "/ffn/linear_1", D_MODEL, 4 * D_MODEL)
        norm(side + "/layer_norm")
    random("encoder/conv1/weight", D_MODEL, N_MELS, 3, scale=0.1)
    random("encoder/conv1/bias", D_MODEL, scale=0.1)
    random("encoder/conv2/weight", D_MODEL, D_MODEL, 3, scale=0.1)
    random("encoder/conv2/bias", D_MODEL, scale=0.1)
    random("encoder/position_encodings/encodings", MAX_FRAMES, D_MODEL)
    # Places weigh more than words, else each word calls itself.
    random("decoder/position_encodings/encodings", MAX_TOKENS, D_MODEL, scale=4)
    random("decoder/embeddings/weight", len(TOKENS), D_MODEL)
    return weights


def mood_and_latent(g, w, seed):
    """Heads on the statistics of the layers: nine probabilities, three values in −1..1, three in −3..3."""
    rng = np.random.default_rng(seed)
    n_stats = (w.encoder_layers + 1) * 2 * D_MODEL
    stats = g.op("Reshape", ["layer_stats", g.ints(1, n_stats)])
    head = rng.standard_normal((15, n_stats)).astype(np.float32) * n_stats**-0.5
    kinds, affect, prosody = g.op("Split", [g.linear(stats, "mood", head), g.ints(9, 3, 3)], n_out=3, axis=1)
    prosody = g.op("Mul", [g.op("Tanh", [prosody]), g.scalar(3.0)])
    g.op("Concat", [g.op("Softmax", [kinds]), g.op("Tanh", [affect]), prosody], out="emo_vec", axis=1)
    g.output("emo_vec", FLOAT, [1, 15])
    g.linear(stats, "latent", rng.standard_normal((LATENT, n_stats)).astype(np.float32), out="latent_z")
    g.output("latent_z", FLOAT, [1, LATENT])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, help="folder for the three files")
    args = parser.parse_args()
    prefix = os.path.join(args.out, "tiny-whisper")
    w = Whisper(make_weights(SEED))
    g = Graph()
    encoder_trunk(g, w, "f32", convolution="f32")
    cross_attention_inputs(g, w, "states", "f32")
    mood_and_latent(g, w, SEED)
    save_encoder(g, w, prefix + ".encoder.onnx", MAX_FRAMES)
    build_decoder(w, prefix + ".decoder.onnx", "f32")
    with open(prefix + ".vocab.json", "w", encoding="utf-8") as f:
        json.dump({"tokens": TOKENS, "suppress": [], "suppress_first": [len(WORDS)]}, f, ensure_ascii=False)


if __name__ == "__main__":
    main()
