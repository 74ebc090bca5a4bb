#!/usr/bin/env python3
"""Make a tiny GGUF of the LFM2 architecture with random weights.

It has everything that LFM2-1.2B has (gated short convolutions, grouped-query attention with normalised
heads, tied embeddings, a byte-level BPE vocabulary, a ChatML template) at a few hundred kilobytes. It
proves that the path through the engine is right; what it writes means nothing.

    pip install gguf numpy
    tools/models/tiny_lfm2.py tests/golden/data/tiny-lfm2.gguf
    tools/models/tiny_lfm2.py --embedder tests/golden/data/tiny-embedder.gguf
"""
import argparse

import gguf
import numpy as np

HIDDEN, HEADS, KV_HEADS, FEED_FORWARD, CONV_TAPS = 32, 4, 2, 64, 3
LAYERS = ["conv", "attention", "conv", "attention"]
CONTROL = ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["Ġ d", "Ġ c", "e s", "l a", "Ã ¡", "Ã ³", "Ġd e"]
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def byte_alphabet():
    """The printable characters by which GPT-2's byte-level BPE writes the 256 bytes, in byte order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(b if b in plain else next(spare)) for b in range(256)]


def vocabulary():
    """Tokens and their types: control tokens, bytes, merges."""
    words = byte_alphabet() + [m.replace(" ", "") for m in MERGES]
    kinds = [gguf.TokenType.CONTROL] * len(CONTROL) + [gguf.TokenType.NORMAL] * len(words)
    return CONTROL + words, kinds


def weights(vocabulary_size, seed):
    """Random tensors by GGUF name; norms lie around one, matrices keep the variance of their input."""
    random = np.random.default_rng(seed)

    def matrix(rows, columns):
        return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)

    def norm(size):
        return (1 + 0.1 * random.standard_normal(size)).astype(np.float32)

    head = HIDDEN // HEADS
    tensors = {"token_embd.weight": matrix(vocabulary_size, HIDDEN) * 4, "token_embd_norm.weight": norm(HIDDEN)}
    for i, kind in enumerate(LAYERS):
        layer = {"attn_norm": norm(HIDDEN), "ffn_norm": norm(HIDDEN), "ffn_gate": matrix(FEED_FORWARD, HIDDEN),
                 "ffn_up": matrix(FEED_FORWARD, HIDDEN), "ffn_down": matrix(HIDDEN, FEED_FORWARD)}
        if kind == "conv":
            layer |= {"shortconv.conv": matrix(HIDDEN, CONV_TAPS), "shortconv.in_proj": matrix(3 * HIDDEN, HIDDEN),
                      "shortconv.out_proj": matrix(HIDDEN, HIDDEN)}
        else:
            layer |= {"attn_q": matrix(HIDDEN, HIDDEN), "attn_k": matrix(KV_HEADS * head, HIDDEN),
                      "attn_v": matrix(KV_HEADS * head, HIDDEN), "attn_output": matrix(HIDDEN, HIDDEN),
                      "attn_q_norm": norm(head), "attn_k_norm": norm(head)}
        tensors |= {f"blk.{i}.{name}.weight": data for name, data in layer.items()}
    return tensors


def add_hyperparameters(writer, vocabulary_size, is_embedder):
    """What llama.cpp asks of an LFM2 file."""
    writer.add_name("tiny random LFM2")
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(len(LAYERS))
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv([KV_HEADS if kind == "attention" else 0 for kind in LAYERS])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(1e6)
    writer.add_vocab_size(vocabulary_size)
    writer.add_shortconv_l_cache(CONV_TAPS)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if is_embedder:
        writer.add_pooling_type(gguf.PoolingType.MEAN)


def add_tokenizer(writer, tokens, kinds):
    """A byte-level BPE with LFM2's way of splitting text."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("lfm2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(MERGES)
    writer.add_pad_token_id(tokens.index("<|pad|>"))
    writer.add_bos_token_id(tokens.index("<|startoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(True)
    writer.add_chat_template(CHAT_TEMPLATE)


def main():
    """Read the arguments, write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--embedder", action="store_true", help="mark it as a model that gives embeddings")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tokens, kinds = vocabulary()
    writer = gguf.GGUFWriter(arguments.output, "lfm2")
    add_hyperparameters(writer, len(tokens), arguments.embedder)
    add_tokenizer(writer, tokens, kinds)
    for name, data in weights(len(tokens), arguments.seed).items():
        writer.add_tensor(name, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
