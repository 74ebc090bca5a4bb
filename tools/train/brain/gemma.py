"""gemma-3 in PyTorch, read back from its GGUF file, with LoRA over every linear layer.

The weights are dequantised to what llama.cpp computes with, so the adapter learns to correct exactly
those. Only the adapter has gradients. A fixed beginning (the persona) is one row that every dialogue attends
to, computed now and then and without gradients.
"""
import math

import gguf
import numpy as np
import torch
from torch.nn import functional as F

KINDS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
GROUPS = {"qkv": ("attn_q", "attn_k", "attn_v"), "o": ("attn_output",),
          "gu": ("ffn_gate", "ffn_up"), "down": ("ffn_down",)}
SLIDING_ROPE_BASE = 10000.0  # of the layers with a sliding window; llama.cpp has it as a constant too
GLOBAL_EVERY = 6             # every sixth layer sees everything and has the file's own base


class Weights:
    """Everything of the file that the forward pass needs."""

    def __init__(self, path, dtype=torch.bfloat16):
        reader = gguf.GGUFReader(path)
        self.fields = reader.fields
        self.architecture = self.text("general.architecture")
        self.name = self.text("general.name")
        if self.architecture != "gemma3":
            raise SystemExit(f"{path}: {self.architecture} is not gemma3")
        if self.number("attention.head_count_kv") != 1:
            raise SystemExit(f"{path}: only models with one key and value head are trained here")
        self.layers = self.number("block_count")
        self.heads = self.number("attention.head_count")
        self.kv_heads = self.number("attention.head_count_kv")
        self.head_size = self.number("attention.key_length")
        self.eps = self.number("attention.layer_norm_rms_epsilon")
        self.rope_base = self.number("rope.freq_base")
        raw = {t.name: t for t in reader.tensors}

        def get(name, kind=dtype):
            t = raw[name]
            array = gguf.dequantize(t.data, t.tensor_type)
            return torch.from_numpy(np.ascontiguousarray(array)).to(kind)

        self.embedding = get("token_embd.weight")
        self.width = self.embedding.shape[1]
        self.norm = get("output_norm.weight", torch.float32)
        self.blocks = []
        for i in range(self.layers):
            block = {k: get(f"blk.{i}.{k}.weight") for k in KINDS}
            self.shapes = {k: tuple(block[k].shape) for k in KINDS}
            merged = {g: torch.cat([block[k] for k in kinds]) for g, kinds in GROUPS.items()}
            for n in ("attn_norm", "attn_q_norm", "attn_k_norm", "post_attention_norm", "ffn_norm",
                      "post_ffw_norm"):
                merged[n] = get(f"blk.{i}.{n}.weight", torch.float32)
            self.blocks.append(merged)

    def move(self, device):
        self.embedding, self.norm = self.embedding.to(device), self.norm.to(device)
        self.blocks = [{k: v.to(device) for k, v in b.items()} for b in self.blocks]

    def text(self, key):
        return bytes(self.fields[key].parts[-1]).decode()

    def number(self, key):
        return self.fields[f"{self.architecture}.{key}"].parts[-1][0].item()


class Lora(torch.nn.Module):
    """A and B of every linear layer, float32: y = Wx + alpha/rank · B A x."""

    def __init__(self, weights, rank, alpha, seed=1):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.rank, self.alpha = rank, alpha
        self.a, self.b = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        for i in range(weights.layers):
            for kind in KINDS:
                n_out, n_in = weights.shapes[kind]
                key = f"blk_{i}_{kind}"
                bound = 1 / math.sqrt(n_in)
                self.a[key] = torch.nn.Parameter((torch.rand(rank, n_in, generator=generator) * 2 - 1) * bound)
                self.b[key] = torch.nn.Parameter(torch.zeros(n_out, rank))

    def read(self, path, weights):
        """Takes an exported adapter of the same model and rank. export.py rounded it to 16 bits, which its training
        does not notice; the optimiser begins anew."""
        reader = gguf.GGUFReader(path)
        made_for = bytes(reader.fields["general.base_model.0.name"].parts[-1]).decode()
        if made_for != weights.name:
            raise SystemExit(f"{path}: made for {made_for}, not for {weights.name}")
        self.alpha = float(reader.fields["adapter.lora.alpha"].parts[-1][0])
        tensors = {t.name: torch.from_numpy(t.data.astype(np.float32)) for t in reader.tensors}
        with torch.no_grad():
            for part, parameters in (("a", self.a), ("b", self.b)):
                for key, parameter in parameters.items():
                    _, layer, kind = key.split("_", 2)
                    parameter.copy_(tensors[f"blk.{layer}.{kind}.weight.lora_{part}"])

    def layer(self, i, dtype):
        """Per group: the A rows of its kinds together, and their B along a diagonal, so that each takes two products."""
        scale = self.alpha / self.rank
        return {g: (torch.cat([self.a[f"blk_{i}_{k}"] for k in kinds]).to(dtype),
                    (torch.block_diag(*[self.b[f"blk_{i}_{k}"] for k in kinds]) * scale).to(dtype))
                for g, kinds in GROUPS.items()}


def load(path, device, dtype=torch.bfloat16):
    weights = Weights(path, dtype)
    weights.move(device)
    return weights


def rms_norm(x, weight, eps):
    return F.rms_norm(x.float(), (x.shape[-1],), weight, eps).to(x.dtype)


def linear(x, weight, lora):
    if lora is None:
        return x @ weight.T
    a, b = lora
    flat = x.flatten(0, -2)
    return torch.addmm(flat @ weight.T, flat @ a.T, b.T).view(*x.shape[:-1], -1)


def rope_tables(n, size, base):
    angle = torch.arange(n)[:, None] * base ** (-torch.arange(0, size, 2) / size)[None]
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def rotate(x, tables):
    cos, sin = (t.to(x.dtype) for t in tables)  # [L, size] or [B, 1, L, size]
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class Gemma:
    def __init__(self, weights, max_tokens=1024, compiles=False):
        self.w = weights
        device = weights.embedding.device
        self.ropes = [[t.to(device) for t in rope_tables(max_tokens, weights.head_size, base)]
                      for base in (SLIDING_ROPE_BASE, weights.rope_base)]
        self.compiled = torch.compile(self.through, dynamic=True) if compiles else self.through

    def heads(self, x, n):
        return x.view(x.shape[0], x.shape[1], n, self.w.head_size).transpose(1, 2)

    def qkv(self, x, block, lora, rope):
        w = self.w
        n_kv = w.kv_heads * w.head_size
        q, k, v = linear(x, block["qkv"], lora).split([w.heads * w.head_size, n_kv, n_kv], -1)
        q = rms_norm(self.heads(q, w.heads), block["attn_q_norm"], w.eps)
        k = rms_norm(self.heads(k, w.kv_heads), block["attn_k_norm"], w.eps)
        return rotate(q, rope), rotate(k, rope), self.heads(v, w.kv_heads)

    def finish(self, h, attended, block, lora):
        eps = self.w.eps
        attended = attended.transpose(1, 2).flatten(2)
        h = h + rms_norm(linear(attended, block["o"], lora and lora["o"]), block["post_attention_norm"], eps)
        gate, up = linear(rms_norm(h, block["ffn_norm"], eps), block["gu"], lora and lora["gu"]).chunk(2, -1)
        down = linear(F.gelu(gate, approximate="tanh") * up, block["down"], lora and lora["down"])
        return h + rms_norm(down, block["post_ffw_norm"], eps)

    def rope(self, i, at):
        return [table[at] for table in self.ropes[1 if (i + 1) % GLOBAL_EVERY == 0 else 0]]

    def embed(self, ids):
        return self.w.embedding[ids] * torch.tensor(math.sqrt(self.w.width), dtype=self.w.embedding.dtype)

    @torch.no_grad()
    def prefix(self, ids, lora=None):
        """Keys and values of each layer for the tokens that all rows begin with, without gradients."""
        w, cache, n = self.w, [], len(ids)
        at = torch.arange(n, device=w.embedding.device)
        h = self.embed(torch.tensor([ids], dtype=torch.long, device=w.embedding.device))
        for i, block in enumerate(w.blocks):
            low = lora and lora.layer(i, h.dtype)
            q, k, v = self.qkv(rms_norm(h, block["attn_norm"], w.eps), block, low and low["qkv"],
                               self.rope(i, at))
            h = self.finish(h, self.attend(q, k, v, at[:, None] < at), block, low)
            cache.append((k, v))
        return cache

    def states(self, rows, lora=None, prefix=None, at=None, branch=None):
        """rows: token ids [B, L], padded at the end, behind what prefix() read; at: their positions there; branch: 0
        for what all branches of a row begin with, then 1, 2, … Gives the normalised last states, [B, L, width]."""
        w = self.w
        n, order = prefix[0][0].shape[2] if prefix else 0, torch.arange(rows.shape[1], device=rows.device)
        at, branch = order.expand_as(rows) if at is None else at, torch.zeros_like(rows) if branch is None else branch
        unseen = (order[:, None] < order) | ((branch[:, None] > 0) & (branch[:, None] != branch[:, :, None]))
        unseen = unseen.repeat(1, w.heads, 1)
        ropes = [[t[:, None] for t in self.rope(i, at + n)] for i in (0, GLOBAL_EVERY - 1)]
        h = self.embed(rows).requires_grad_(lora is not None)  # the first layer like the others: compiled once
        for i, block in enumerate(w.blocks):
            h = self.compiled(h, block, lora and lora.layer(i, h.dtype), ropes[(i + 1) % GLOBAL_EVERY == 0], unseen,
                              *(prefix[i] if prefix else ()))
        return rms_norm(h, w.norm, w.eps)

    def through(self, h, block, low, rope, unseen, *prefix):
        """One layer."""
        q, k, v = self.qkv(rms_norm(h, block["attn_norm"], self.w.eps), block, low and low["qkv"], rope)
        return self.finish(h, self.attend(q, k, v, unseen, *prefix), block, low)

    def attend(self, q, k, v, unseen, prefix_k=None, prefix_v=None):
        """q: [B, heads, L, size]; k, v: [B, 1, L, size], as gemma-3-270m has one key for all heads;
        of the prefix [1, 1, P, size]; unseen: [B, heads · L, L] or [L, L]. Products of whole
        matrices: several times the speed of PyTorch's own attention on a CPU at these lengths."""
        batch, heads, length, size = q.shape
        k, v = k[:, 0], v[:, 0]
        flat = q.reshape(batch, heads * length, size) * size ** -0.5
        unseen = unseen.repeat(heads, 1) if unseen.dim() == 2 else unseen
        scores = (flat @ k.transpose(1, 2)).masked_fill(unseen, -1e9)
        if prefix_k is None:
            return (scores.softmax(-1) @ v).view(batch, heads, length, size)
        n = prefix_k.shape[2]
        to_prefix = (flat.reshape(-1, size) @ prefix_k[0, 0].T).view(batch, heads * length, n)
        weights = torch.cat([to_prefix, scores], -1).softmax(-1)
        from_prefix = (weights[..., :n].reshape(-1, n) @ prefix_v[0, 0]).view(batch, heads * length, size)
        return (from_prefix + weights[..., n:] @ v).view(batch, heads, length, size)
