"""multilingual-e5 (BERT) in PyTorch, read back from its GGUF file, and a LoRA adapter for it.

    tok, bert = tokenizer(path), Bert(Weights(path))
    lora = Lora(bert.weights, rank=8, alpha=16)
    states = bert.states(ids, mask, lora)       # ids, mask [B, L] → [B, L, 384]; ids with <s> and </s> around them
    save(lora, path, "adapter.gguf", "Sarai's router")

The weights stay as they are, in bfloat16 where the processor knows it; mean vectors agree with the program's to a cosine of 0.9999. Where only upper
layers are adapted, the states below may be kept: run(enter(ids), mask, 0, n) once, run(kept, mask, n, 12, lora) after.
"""
import math

import gguf
import numpy as np
import torch
from torch.nn import functional

KINDS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")
BEGIN, END, PADDING, UNKNOWN = 0, 2, 1, 3
EPSILON = 1e-12  # of the layer norms


def tokenizer(path):
    """The file's own Unigram pieces; without <s> and </s>."""
    import tokenizers
    from tokenizers import models, normalizers, pre_tokenizers

    fields = gguf.GGUFReader(path).fields
    pieces = fields["tokenizer.ggml.tokens"].contents()
    scores = fields["tokenizer.ggml.scores"].contents()
    characters = bytes(fields["tokenizer.ggml.precompiled_charsmap"].contents())
    tok = tokenizers.Tokenizer(models.Unigram(list(zip(pieces, scores)), unk_id=UNKNOWN))
    tok.normalizer = normalizers.Precompiled(characters)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    return tok


def precision():
    """bfloat16 where the processor multiplies it."""
    has = torch.cpu.get_capabilities()
    return torch.bfloat16 if has.get("amx_bf16") or has.get("avx512_bf16") else torch.float32


class Weights:
    def __init__(self, path, dtype=None):
        dtype = dtype or precision()
        reader = gguf.GGUFReader(path)
        raw = {tensor.name: tensor for tensor in reader.tensors}

        def get(name, kind=dtype):
            tensor = raw[name]
            return torch.from_numpy(np.array(gguf.dequantize(tensor.data, tensor.tensor_type))).to(kind)

        def pair(name):
            return get(name + ".weight"), get(name + ".bias")

        self.dtype = dtype
        self.layers = reader.fields["bert.block_count"].contents()
        self.heads = reader.fields["bert.attention.head_count"].contents()
        self.embedding, self.position = get("token_embd.weight"), get("position_embd.weight")
        self.types, self.norm = get("token_types.weight"), pair("token_embd_norm")
        self.width = self.embedding.shape[1]
        names = (*KINDS, "attn_output_norm", "layer_output_norm")
        self.blocks = [{name: pair(f"blk.{i}.{name}") for name in names} for i in range(self.layers)]
        self.shapes = {kind: tuple(self.blocks[0][kind][0].shape) for kind in KINDS}


class Lora(torch.nn.Module):
    """W·x + (alpha / rank)·B·A·x in the layers from `first` on; B begins at zero. Keys are LAYER_KIND."""

    def __init__(self, weights, rank, alpha, seed=1, kinds=KINDS, first=0):
        super().__init__()
        random = torch.Generator().manual_seed(seed)
        self.rank, self.alpha = rank, alpha
        self.a, self.b = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        for i in range(first, weights.layers):
            for kind in kinds:
                n_out, n_in = weights.shapes[kind]
                uniform = torch.rand(rank, n_in, generator=random) * 2 - 1
                self.a[f"{i}_{kind}"] = torch.nn.Parameter(uniform / math.sqrt(n_in))
                self.b[f"{i}_{kind}"] = torch.nn.Parameter(torch.zeros(n_out, rank))


class Bert:
    def __init__(self, weights):
        self.weights = weights

    def linear(self, x, i, kind, lora, dropout):
        y = functional.linear(x, *self.weights.blocks[i][kind])
        key = f"{i}_{kind}"
        if lora is None or key not in lora.a:
            return y
        inside = functional.linear(functional.dropout(x, dropout, dropout > 0), lora.a[key].to(x.dtype))
        return y + functional.linear(inside, lora.b[key].to(x.dtype)) * (lora.alpha / lora.rank)

    def norm(self, x, parameters):
        return functional.layer_norm(x, (self.weights.width,), *parameters, EPSILON)

    def enter(self, ids):
        """ids [B, L] → the states below the first layer [B, L, width]."""
        w = self.weights
        return self.norm(w.embedding[ids] + w.types[0] + w.position[: ids.shape[1]], w.norm)

    def attend(self, h, unseen, i, lora, dropout):
        n, length, width = h.shape
        q, k, v = (
            self.linear(h, i, kind, lora, dropout).view(n, length, self.weights.heads, -1).transpose(1, 2)
            for kind in ("attn_q", "attn_k", "attn_v")
        )
        scores = (q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5 + unseen
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, length, width)

    def run(self, h, mask, first, last, lora=None, dropout=0.0):
        """The states [B, L, width] through the layers first … last − 1; mask [B, L] is False on padding."""
        unseen = torch.zeros(mask.shape, dtype=h.dtype).masked_fill(~mask, -1e4)[:, None, None]
        for i in range(first, last):
            block = self.weights.blocks[i]
            seen = self.linear(self.attend(h, unseen, i, lora, dropout), i, "attn_output", lora, dropout)
            h = self.norm(h + seen, block["attn_output_norm"])
            up = functional.gelu(self.linear(h, i, "ffn_up", lora, dropout))
            h = self.norm(h + self.linear(up, i, "ffn_down", lora, dropout), block["layer_output_norm"])
        return h

    def states(self, ids, mask, lora=None, dropout=0.0):
        """ids, mask [B, L] → [B, L, width] float32."""
        return self.run(self.enter(ids), mask, 0, self.weights.layers, lora, dropout).float()


def mean_vectors(states, mask):
    """[B, L, width], [B, L] → [B, width], of length 1."""
    kept = states.float() * mask[..., None]
    return functional.normalize(kept.sum(1) / mask.sum(1, keepdim=True), dim=-1)


def load(path):
    """An adapter's GGUF file."""
    reader = gguf.GGUFReader(path)
    lora = Lora.__new__(Lora)
    torch.nn.Module.__init__(lora)
    lora.a, lora.b = torch.nn.ParameterDict(), torch.nn.ParameterDict()
    for tensor in reader.tensors:
        _, layer, kind, _, part = tensor.name.replace("lora_", "").split(".")
        getattr(lora, part)[f"{layer}_{kind}"] = torch.nn.Parameter(torch.from_numpy(np.array(tensor.data)).float())
    lora.alpha = reader.fields["adapter.lora.alpha"].contents()
    lora.rank = len(next(iter(lora.a.values())))
    return lora


def save(lora, base, out, name, arrays=None):
    """As a LoRA GGUF that llama.cpp loads; `base`: the file that it was trained on, whose name the header carries;
    `arrays`: {key: numbers} for the header."""
    fields = gguf.GGUFReader(base).fields
    writer = gguf.GGUFWriter(out, fields["general.architecture"].contents())
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(lora.alpha))
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, fields["general.name"].contents())
    for key, numbers in (arrays or {}).items():
        writer.add_array(key, numbers)
    for key in sorted(lora.a):
        layer, kind = key.split("_", 1)
        for part in "ab":
            tensor = getattr(lora, part)[key].detach().to(torch.float16).numpy()
            writer.add_tensor(f"blk.{layer}.{kind}.weight.lora_{part}", np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
