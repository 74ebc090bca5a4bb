#!/usr/bin/env python3
"""Logits of an LFM2 GGUF as the `transformers` library computes them, for tests/golden/lfm2_test.c.

    pip install gguf numpy torch transformers
    tools/golden/lfm2.py tests/golden/data/tiny-lfm2.gguf tests/golden/data/tiny-lfm2.json
"""
import argparse
import json

import gguf
import numpy as np
import torch
from transformers import Lfm2Config, Lfm2ForCausalLM

N_TOKENS = 24

LAYER_NAMES = {
    "attn_norm": "operator_norm", "ffn_norm": "ffn_norm", "ffn_gate": "feed_forward.w1",
    "ffn_up": "feed_forward.w3", "ffn_down": "feed_forward.w2", "shortconv.conv": "conv.conv",
    "shortconv.in_proj": "conv.in_proj", "shortconv.out_proj": "conv.out_proj", "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.out_proj",
    "attn_q_norm": "self_attn.q_layernorm", "attn_k_norm": "self_attn.k_layernorm",
}


def field(reader, key):
    """The value of a key of the architecture."""
    return reader.fields[f"lfm2.{key}"].contents()


def configuration(reader, vocabulary_size):
    """The model's configuration as transformers wants it."""
    kv_heads = field(reader, "attention.head_count_kv")
    return Lfm2Config(
        vocab_size=vocabulary_size, hidden_size=field(reader, "embedding_length"),
        intermediate_size=field(reader, "feed_forward_length"), num_hidden_layers=field(reader, "block_count"),
        num_attention_heads=field(reader, "attention.head_count"), num_key_value_heads=max(kv_heads),
        max_position_embeddings=field(reader, "context_length"),
        norm_eps=field(reader, "attention.layer_norm_rms_epsilon"), conv_L_cache=field(reader, "shortconv.l_cache"),
        rope_parameters={"rope_type": "default", "rope_theta": field(reader, "rope.freq_base")},
        layer_types=["full_attention" if n else "conv" for n in kv_heads], block_auto_adjust_ff_dim=False)


def state(reader):
    """The weights under the names of transformers."""
    tensors = {}
    for tensor in reader.tensors:
        data = torch.tensor(np.array(tensor.data, dtype=np.float32))
        name = tensor.name.removesuffix(".weight")
        if name == "token_embd":
            tensors["model.embed_tokens.weight"] = tensors["lm_head.weight"] = data
        elif name == "token_embd_norm":
            tensors["model.embedding_norm.weight"] = data
        else:
            _, layer, rest = name.split(".", 2)
            data = data.unsqueeze(1) if rest == "shortconv.conv" else data
            tensors[f"model.layers.{layer}.{LAYER_NAMES[rest]}.weight"] = data
    return tensors


def main():
    """Read the model, evaluate fixed tokens, write tokens and logits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("output")
    arguments = parser.parse_args()
    reader = gguf.GGUFReader(arguments.model)
    weights = state(reader)
    vocabulary_size = len(weights["lm_head.weight"])
    model = Lfm2ForCausalLM(configuration(reader, vocabulary_size)).eval()
    model.load_state_dict(weights, strict=True)
    tokens = np.random.default_rng(7).integers(5, vocabulary_size, N_TOKENS)
    with torch.no_grad():
        logits = model(torch.tensor(tokens)[None]).logits[0]
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump({"tokens": tokens.tolist(), "logits": [[round(float(x), 5) for x in row] for row in logits]}, file,
                  separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
