"""Whisper in CTranslate2's format → a ggml file for whisper.cpp, so that both peers carry the same weights.

    python3 bench/whisper_ggml.py --ct2 DIR --out whisper-base.q8_0.bin

Matrices become q8_0 (what whisper.cpp's own `quantize` makes), convolutions half floats, the rest floats.
"""

import argparse
import json
import os
import struct
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "models"))
import whisper  # noqa: E402

F32, F16, Q8_0 = 0, 1, 8
FILE_TYPE = 2000 + 7  # quantisation version 2, mostly q8_0


def names(w):
    """(name in ggml, array) for each tensor; the fused projections are cut apart."""
    d = w.d_model
    for side, layers in (("encoder", w.encoder_layers), ("decoder", w.decoder_layers)):
        yield f"{side}.positional_embedding", w.weights[f"{side}/position_encodings/encodings"]
        for layer in range(layers):
            here, there = f"{side}/layer_{layer}/", f"{side}.blocks.{layer}."
            yield from attention(w, here + "self_attention/", there + "attn", d)
            if side == "decoder":
                yield from attention(w, here + "attention/", there + "cross_attn", d)
            yield from pair(w, here + "ffn/layer_norm", there + "mlp_ln")
            yield from pair(w, here + "ffn/linear_0", there + "mlp.0")
            yield from pair(w, here + "ffn/linear_1", there + "mlp.2")
    for conv in ("conv1", "conv2"):
        yield f"encoder.{conv}.weight", w.weights[f"encoder/{conv}/weight"]
        yield f"encoder.{conv}.bias", w.weights[f"encoder/{conv}/bias"][:, None]
    yield from pair(w, "encoder/layer_norm", "encoder.ln_post")
    yield from pair(w, "decoder/layer_norm", "decoder.ln")
    yield "decoder.token_embedding.weight", w.weights["decoder/embeddings/weight"]


def pair(w, here, there):
    weight = "weight" if here + "/weight" in w.weights else "gamma"
    yield there + ".weight", w.weights[f"{here}/{weight}"]
    yield there + ".bias", w.weights[here + ("/bias" if weight == "weight" else "/beta")]


def attention(w, here, there, d):
    """CTranslate2 stacks query, key and value (of the cross attention only key and value); keys have no bias."""
    yield from pair(w, here + "layer_norm", there + "_ln")
    stacked = np.concatenate([w.weights[f"{here}linear_{i}/weight"] for i in range(2)])
    bias = np.concatenate([w.weights[f"{here}linear_{i}/bias"] for i in range(2)])
    last = "linear_1" if "self_" in here else "linear_2"
    for i, part in enumerate(("query", "key", "value")):
        yield f"{there}.{part}.weight", stacked[i * d : (i + 1) * d]
        if part != "key":
            yield f"{there}.{part}.bias", bias[i * d : (i + 1) * d]
    yield from pair(w, here + last, there + ".out")


def q8_0(array):
    blocks = array.reshape(-1, 32)
    scale = (np.abs(blocks).max(1) / 127).astype(np.float16)
    inverse = np.where(scale > 0, 1 / np.maximum(scale.astype(np.float32), 1e-12), 0)
    out = np.empty(len(blocks), dtype=[("d", "<f2"), ("q", "i1", 32)])
    out["d"], out["q"] = scale, np.clip(np.round(blocks * inverse[:, None]), -127, 127)
    return out.tobytes()


def encode(name, array):
    """(type, bytes) of a tensor."""
    if array.ndim == 2 and name.endswith("weight"):
        return Q8_0, q8_0(array)
    if array.ndim == 3:
        return F16, array.astype("<f2").tobytes()
    return F32, array.astype("<f4").tobytes()


def alphabet():
    """GPT-2's characters → bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return {**{chr(b): b for b in plain}, **{chr(256 + i): b for i, b in enumerate(rest)}}


def write(w, tokens, path):
    text_context = len(w.weights["decoder/position_encodings/encodings"])
    n_words = tokens.index("<|endoftext|>")  # whisper.cpp names the control tokens itself
    to_byte = alphabet()
    with open(path, "wb") as f:
        f.write(struct.pack("<12i", 0x67676D6C, len(tokens), whisper.MAX_FRAMES, w.d_model, w.n_heads,
                            w.encoder_layers, text_context, w.d_model, w.n_heads, w.decoder_layers,
                            w.n_mels, FILE_TYPE))  # fmt: skip
        filters = whisper.mel_filters(w.n_mels)
        f.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        f.write(struct.pack("<i", n_words))
        for token in tokens[:n_words]:
            word = bytes(to_byte[c] for c in token)
            f.write(struct.pack("<i", len(word)) + word)
        for name, array in names(w):
            kind, data = encode(name, array)
            f.write(struct.pack("<3i", array.ndim, len(name), kind))
            f.write(struct.pack(f"<{array.ndim}i", *reversed(array.shape)) + name.encode() + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ct2", required=True, help="folder of the CTranslate2 model")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    with open(whisper.find(args.ct2, "vocabulary.json")[0], encoding="utf-8") as f:
        tokens = json.load(f)
    write(whisper.Whisper(whisper.read_weights(args.ct2)), tokens, args.out)


if __name__ == "__main__":
    main()
