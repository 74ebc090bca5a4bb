#!/usr/bin/env python3
"""What `transformers` makes of the tiny Whisper pair, for tests/golden/contract_test.c.

    pip install numpy onnx torch transformers
    tools/golden/tiny_whisper.py tests/golden/data/tiny-whisper.json

The weights are those of tools/models/tiny_whisper.py; the sound is a formula that the test repeats.
"""

import argparse
import json
import os
import sys

import numpy as np
import torch
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models"))
import tiny_whisper as tiny  # noqa: E402

RATE, N = 16000, tiny.MAX_FRAMES * 320
KEPT_STATES = (0, 1, 50, 98, 99)


def sound():
    t = np.arange(N) / RATE
    sweep = 0.3 * np.sin(2 * np.pi * (200 + 150 * t) * t) * (0.5 + 0.5 * np.sin(6 * np.pi * t))
    return (sweep + 0.1 * np.sin(2 * np.pi * 1730 * t)).astype(np.float32)


def rename(weights):
    """CTranslate2's names → those of transformers; the fused projections are cut apart."""
    out = {}

    def put(name, here, rows=slice(None)):
        out[name + ".weight"] = weights[here + "/weight"][rows]
        out[name + ".bias"] = weights[here + "/bias"][rows]

    def norm(name, here):
        out[name + ".weight"], out[name + ".bias"] = weights[here + "/gamma"], weights[here + "/beta"]

    def attention(name, here, fused):
        """`fused`: the linear layer (number) that each of query, key and value is in, and its place there."""
        for part, (number, place) in zip("qkv", fused):
            rows = slice(place * tiny.D_MODEL, (place + 1) * tiny.D_MODEL)
            put(f"{name}.{part}_proj", f"{here}/linear_{number}", rows)
        del out[f"{name}.k_proj.bias"]
        put(f"{name}.out_proj", f"{here}/linear_{fused[-1][0] + 1}")

    for side, layers in (("encoder", tiny.ENCODER_LAYERS), ("decoder", tiny.DECODER_LAYERS)):
        for layer in range(layers):
            here, there = f"{side}/layer_{layer}", f"model.{side}.layers.{layer}"
            norm(f"{there}.self_attn_layer_norm", f"{here}/self_attention/layer_norm")
            attention(f"{there}.self_attn", f"{here}/self_attention", [(0, 0), (0, 1), (0, 2)])
            if side == "decoder":
                norm(f"{there}.encoder_attn_layer_norm", f"{here}/attention/layer_norm")
                attention(f"{there}.encoder_attn", f"{here}/attention", [(0, 0), (1, 0), (1, 1)])
            norm(f"{there}.final_layer_norm", f"{here}/ffn/layer_norm")
            put(f"{there}.fc1", f"{here}/ffn/linear_0")
            put(f"{there}.fc2", f"{here}/ffn/linear_1")
        norm(f"model.{side}.layer_norm", f"{side}/layer_norm")
        out[f"model.{side}.embed_positions.weight"] = weights[f"{side}/position_encodings/encodings"]
    put("model.encoder.conv1", "encoder/conv1")
    put("model.encoder.conv2", "encoder/conv2")
    out["model.decoder.embed_tokens.weight"] = out["proj_out.weight"] = weights["decoder/embeddings/weight"]
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in out.items()}


def load():
    token = {name: len(tiny.WORDS) + i for i, name in enumerate(tiny.CONTROL)}
    config = WhisperConfig(
        vocab_size=len(tiny.TOKENS), num_mel_bins=tiny.N_MELS, d_model=tiny.D_MODEL,
        encoder_layers=tiny.ENCODER_LAYERS, decoder_layers=tiny.DECODER_LAYERS,
        encoder_attention_heads=tiny.HEADS, decoder_attention_heads=tiny.HEADS,
        encoder_ffn_dim=4 * tiny.D_MODEL, decoder_ffn_dim=4 * tiny.D_MODEL,
        max_source_positions=tiny.MAX_FRAMES, max_target_positions=tiny.MAX_TOKENS,
        pad_token_id=token["endoftext"], bos_token_id=token["endoftext"], eos_token_id=token["endoftext"],
        decoder_start_token_id=token["startoftranscript"],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config).eval()
    model.load_state_dict(rename(tiny.make_weights(tiny.SEED)), strict=True)
    return model, token


def greedy(model, states, token):
    """Prompt and the words that follow it, with the logits of every place."""
    ids = [token[name] for name in ("startoftranscript", "es", "transcribe", "notimestamps")]
    n_prompt = len(ids)
    while True:
        logits = model(encoder_outputs=(states,), decoder_input_ids=torch.tensor([ids])).logits[0]
        allowed = logits[-1].clone()
        allowed[token["startoftranscript"] :] = -torch.inf
        if len(ids) == n_prompt:
            allowed[token["endoftext"]] = -torch.inf
        best = int(allowed.argmax())
        if best == token["endoftext"] or len(ids) == tiny.MAX_TOKENS:
            return ids, logits
        ids.append(best)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    args = parser.parse_args()
    model, token = load()
    extractor = WhisperFeatureExtractor(feature_size=tiny.N_MELS, chunk_length=N // RATE)
    features = extractor(sound(), sampling_rate=RATE, return_tensors="pt").input_features
    with torch.no_grad():
        states = model.model.encoder(features).last_hidden_state
        ids, logits = greedy(model, states, token)
    reference = {
        "tokens": ids,
        "text": "".join(tiny.TOKENS[i] for i in ids[4:]).replace("Ġ", " ").strip(),
        "states_at": list(KEPT_STATES),
        "states": states[0, list(KEPT_STATES)].flatten().tolist(),
        "logits": logits.flatten().tolist(),
    }
    with open(args.out, "w", encoding="utf-8") as f:
        json.dump({key: rounded(value) for key, value in reference.items()}, f, ensure_ascii=False)
        f.write("\n")


def rounded(value):
    return [round(x, 6) for x in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
