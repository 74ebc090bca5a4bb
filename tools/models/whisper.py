"""Whisper in CTranslate2's format → the two ONNX files and the vocabulary that Sarai hears with.

    python3 tools/models/whisper.py --ct2 DIR --out DIR [--name whisper-base]

DIR, or folders in it, hold model.bin (or model.bin.part1, .part2 … to be joined), config.json and
vocabulary.json.
The graphs follow docs/CONTRACTS.md. Differences to the original network, each measured:
- log-mel inside the graph: windowed cosine and sine filters as a convolution (no FFT), then a matrix;
- a context as long as the utterance: what the encoder would give for a second of silence after it is a
  constant of the model (silence.py made it), appended instead of computed;
- linear layers in 8 bits;
- logits in 4 bits, and those of the likeliest tokens again in 8.
"""

import argparse
import glob
import json
import os

import ct2
import numpy as np
from graph import FLOAT, INT64, Graph, in_blocks

RATE, FFT, HOP = 16000, 400, 160
TAIL_FRAMES = 100  # two seconds of silence: fewer lets Whisper loop
MAX_FRAMES = 1500  # 30 s
# Of 3,315 tokens in 18 languages the one that wins was never behind the twelfth in 4 bits.
CANDIDATES, ROUGH_BLOCK = 64, 64
SILENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "whisper-base.silence.npy")


def mel_filters(n_mels):
    """Slaney-normalised mel filters [n_mels, 201] for 0–8 kHz (Auditory Toolbox; as librosa's default)."""

    def to_hz(mel):
        log_region = 1000 * np.exp((mel - 15) * np.log(6.4) / 27)
        return np.where(mel < 15, mel * 200 / 3, log_region)

    top_mel = 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)
    edges = to_hz(np.linspace(0, top_mel, n_mels + 2))
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


def log_mel(g, n_mels, pcm="pcm"):
    """pcm [1, N] → log-mel [1, n_mels, N / 160], as in Whisper's reference: 25 ms Hann windows every 10 ms,
    base-10 logarithm, 80 dB below the loudest, scaled to about −1..1."""
    k, t = np.arange(FFT // 2 + 1)[:, None], np.arange(FFT)[None]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * t / FFT)
    angle = 2 * np.pi * k * t / FFT
    filters = np.concatenate([np.cos(angle) * window, np.sin(angle) * window]).astype(np.float32)
    x = g.op("Unsqueeze", [pcm, g.ints(1)])
    # The reference pads 200 on both sides and drops the last frame: 40 on the right are all that is read.
    x = g.op("Pad", [x, g.ints(0, 0, FFT // 2, 0, 0, FFT // 2 - HOP)], mode="reflect")
    x = g.op("Conv", [x, g.const("dft", filters[:, None, :])], strides=[HOP])
    power = g.op("Mul", [x, x])
    mel = mel_filters(n_mels)
    x = g.op("MatMul", [g.const("mel", np.concatenate([mel, mel], 1)[None]), power])
    x = g.op("Log", [g.op("Max", [x, g.scalar(1e-10)])])
    floor = g.op("Sub", [g.op("ReduceMax", [x], keepdims=0), g.scalar(float(8 * np.log(10)))])
    x = g.op("Mul", [g.op("Max", [x, floor]), g.scalar(float(0.25 / np.log(10)))])
    return g.op("Add", [x, g.scalar(1.0)])


class Whisper:
    """The weights and sizes of one model."""

    def __init__(self, weights):
        self.weights = weights
        self.d_model, self.n_mels, _ = weights["encoder/conv1/weight"].shape
        self.n_heads = int(weights.get("encoder/num_heads", self.d_model // 64))
        self.encoder_layers = self._count("encoder")
        self.decoder_layers = self._count("decoder")

    def _count(self, side):
        return len({k.split("/")[1] for k in self.weights if k.startswith(side + "/layer_") and "/ffn/" in k})

    def linear(self, g, x, key, precision, out=None):
        return g.linear(x, key, self.weights[key + "/weight"], self.weights.get(key + "/bias"), precision, out)

    def norm(self, g, x, key):
        return g.layer_norm(x, key, self.weights[key + "/gamma"], self.weights[key + "/beta"])


def convolutions(g, w, mel, precision):
    """mel [1, n_mels, T] (T even) → [1, T/2, d]. The second convolution, with stride 2, is a matrix product
    over triples of frames: faster than Conv, and it can be quantised."""
    d = w.d_model
    x = g.op("Conv", [mel, g.const("c1.w", w.weights["encoder/conv1/weight"]),
                      g.const("c1.b", w.weights["encoder/conv1/bias"])], pads=[1, 1])  # fmt: skip
    x = g.op("Transpose", [g.ms("Gelu", [x])], perm=[0, 2, 1])
    pairs = g.op("Reshape", [x, g.ints(1, -1, 2 * d)])
    odd = g.op("Slice", [pairs, g.ints(d), g.ints(2 * d), g.ints(2)])
    before = g.op("Pad", [odd, g.ints(0, 1, 0, 0, -1, 0)])
    triples = g.op("Concat", [before, pairs], axis=2)
    kernel = w.weights["encoder/conv2/weight"].transpose(0, 2, 1).reshape(d, 3 * d)
    x = g.linear(triples, "c2", kernel, w.weights["encoder/conv2/bias"], precision)
    return g.ms("Gelu", [x])


def statistics(g, x):
    """[1, T, d] → [1, 1, 2, d]: mean and standard deviation over time."""
    mean = g.op("ReduceMean", [x, g.ints(1)])
    square = g.op("ReduceMean", [g.op("Mul", [x, x]), g.ints(1)])
    variance = g.op("Sub", [square, g.op("Mul", [mean, mean])])
    deviation = g.op("Sqrt", [g.op("Max", [variance, g.scalar(0.0)])])
    return g.op("Unsqueeze", [g.op("Concat", [mean, deviation], axis=1), g.ints(1)])


def encoder_layer(g, w, x, layer, precision):
    p = f"encoder/layer_{layer}/"
    y = w.norm(g, x, p + "self_attention/layer_norm")
    qkv = w.linear(g, y, p + "self_attention/linear_0", precision)
    q, k, v = g.op("Split", [qkv], n_out=3, axis=-1, num_outputs=3)
    y = g.ms("MultiHeadAttention", [q, k, v], num_heads=w.n_heads)
    x = g.op("Add", [x, w.linear(g, y, p + "self_attention/linear_1", precision)])
    y = w.norm(g, x, p + "ffn/layer_norm")
    y = g.ms("Gelu", [w.linear(g, y, p + "ffn/linear_0", precision)])
    return g.op("Add", [x, w.linear(g, y, p + "ffn/linear_1", precision)])


def encoder_trunk(g, w, precision, convolution="dynamic8"):
    """pcm → (states [1, T, d], statistics of each residual state [1, layers + 1, 2, d])."""
    g.input("pcm", FLOAT, [1, "samples"])
    x = convolutions(g, w, log_mel(g, w.n_mels), convolution)
    frames = g.op("Shape", [x], start=1, end=2)
    places = g.const("positions", w.weights["encoder/position_encodings/encodings"])
    x = g.op("Add", [x, g.op("Slice", [places, g.ints(0), frames, g.ints(0)])])
    stats = [statistics(g, x)]
    for layer in range(w.encoder_layers):
        x = encoder_layer(g, w, x, layer, precision)
        stats.append(statistics(g, x))
    g.op("Identity", [w.norm(g, x, "encoder/layer_norm")], out="states")
    g.op("Concat", stats, out="layer_stats", axis=1)
    g.output("states", FLOAT, [1, "frames", w.d_model])
    g.output("layer_stats", FLOAT, [1, w.encoder_layers + 1, 2, w.d_model])


def cross_attention_inputs(g, w, states, precision):
    """Keys and values of the decoder's attention over the utterance, computed once for all tokens."""
    shape = g.ints(0, 0, w.n_heads, w.d_model // w.n_heads)
    for layer in range(w.decoder_layers):
        kv = w.linear(g, states, f"decoder/layer_{layer}/attention/linear_1", precision)
        k, v = g.op("Split", [kv], n_out=2, axis=-1, num_outputs=2)
        for name, value in (("key", k), ("value", v)):
            out = f"cross_{name}_{layer}"
            g.op("Transpose", [g.op("Reshape", [value, shape])], out=out, perm=[0, 2, 1, 3])
            g.output(out, FLOAT, [1, w.n_heads, "context", w.d_model // w.n_heads])


def append_silence(g, silence_states):
    """The states and, at the places after them, what the encoder would give for silence."""
    frames = g.op("Shape", ["states"], start=1, end=2)
    until = g.op("Add", [frames, g.ints(TAIL_FRAMES)])
    tail = g.op("Slice", [g.const("silence", silence_states), frames, until, g.ints(0)])
    tail = g.op("Unsqueeze", [g.op("Cast", [tail], to=FLOAT), g.ints(0)])
    return g.op("Concat", ["states", tail], axis=1)


def build_encoder(w, silence_states, path):
    g = Graph()
    encoder_trunk(g, w, "dynamic8")
    cross_attention_inputs(g, w, append_silence(g, silence_states), "dynamic8")
    save_encoder(g, w, path, MAX_FRAMES)


def save_encoder(g, w, path, max_frames):
    g.save(path, "speech-encoder", {
        "sarai.role": "speech-encoder",
        "sarai.contract": 1,
        "sarai.sample_rate": RATE,
        "sarai.hop_samples": 2 * HOP,
        "sarai.max_samples": max_frames * 2 * HOP,
        "sarai.pad_samples": RATE // 2,  # 0.2 s makes the quantised encoder fail, 0.5 s does not
        "sarai.layers": w.decoder_layers,
    })  # fmt: skip


def table_rows(g, w, table, at, shape):
    """Rows `at` of the embeddings, out of the 8-bit table that the logits of the likeliest tokens need too."""
    quantised, scale = map(g.const, ("logits.q", "logits.s"), in_blocks(table))
    rows = g.op("Cast", [g.op("Gather", [quantised, at])], to=FLOAT)
    rows = g.op("Sub", [rows, g.scalar(128.0)])
    steps = g.op("Unsqueeze", [g.op("Gather", [scale, at]), g.ints(-1)])
    return g.op("Reshape", [g.op("Mul", [rows, steps]), g.ints(*shape, w.d_model)])


def embed(g, w, table, precision):
    if precision == "blocks8":
        rows = table_rows(g, w, table, "tokens", (1, -1))
    else:
        rows = g.op("Gather", [g.const("embeddings", table), "tokens"])
    places = g.const("positions", w.weights["decoder/position_encodings/encodings"])
    return g.op("Add", [rows, g.op("Gather", [places, "positions_at"])])


def add_logits(g, w, table, precision):
    """hidden [1, n, d] → logits [1, n, tokens]. The table is half of what a step reads, so it is read in 4 bits,
    and in 8 for the CANDIDATES that are likeliest so: whichever wins is among them, with room to spare."""
    if precision != "blocks8":
        g.linear("hidden", "logits", table, None, precision, out="logits")
        return
    rough = g.linear_in_blocks("hidden", "rough", table, [], 4, ROUGH_BLOCK)
    _, at = g.op("TopK", [rough, g.ints(CANDIDATES)], n_out=2, axis=-1, sorted=0)
    rows = table_rows(g, w, table, at, (0, 0, CANDIDATES))
    exact = g.op("MatMul", [rows, g.op("Unsqueeze", ["hidden", g.ints(-1)])])
    g.op("ScatterElements", [rough, at, g.op("Squeeze", [exact, g.ints(-1)])], out="logits", axis=-1)


def attend_to_utterance(g, w, x, layer, precision):
    """x [1, n, d] → what its queries find in the utterance. By single products: a step takes a tenth less than with
    MultiHeadAttention. The scores' scale is in the queries' weights: a power of two, which rounds nothing."""
    head, key = w.d_model // w.n_heads, f"decoder/layer_{layer}/attention/linear_0"
    scale = np.float32(head**-0.5)
    q = g.linear(x, key, w.weights[key + "/weight"] * scale, w.weights[key + "/bias"] * scale, precision)
    q = g.op("Transpose", [g.op("Reshape", [q, g.ints(0, 0, w.n_heads, head)])], perm=[0, 2, 1, 3])
    scores = g.ms("FusedMatMul", [q, f"cross_key_{layer}"], transB=1)
    y = g.op("MatMul", [g.op("Softmax", [scores], axis=-1), f"cross_value_{layer}"])
    return g.op("Reshape", [g.op("Transpose", [y], perm=[0, 2, 1, 3]), g.ints(0, 0, w.d_model)])


def decoder_layer(g, w, x, layer, precision):
    p = f"decoder/layer_{layer}/"
    head = w.d_model // w.n_heads
    for name in ("key", "value"):
        g.input(f"past_{name}_{layer}", FLOAT, [1, w.n_heads, "past", head])
        g.input(f"cross_{name}_{layer}", FLOAT, [1, w.n_heads, "context", head])
        g.output(f"present_{name}_{layer}", FLOAT, [1, w.n_heads, "total", head])
    y = w.norm(g, x, p + "self_attention/layer_norm")
    qkv = w.linear(g, y, p + "self_attention/linear_0", precision)
    q, k, v = g.op("Split", [qkv], n_out=3, axis=-1, num_outputs=3)
    y, _, _ = g.ms("MultiHeadAttention",
                   [q, k, v, "", "", "", f"past_key_{layer}", f"past_value_{layer}"],
                   out=[g.fresh("attention"), f"present_key_{layer}", f"present_value_{layer}"],
                   num_heads=w.n_heads, unidirectional=1)  # fmt: skip
    x = g.op("Add", [x, w.linear(g, y, p + "self_attention/linear_1", precision)])
    y = attend_to_utterance(g, w, w.norm(g, x, p + "attention/layer_norm"), layer, precision)
    x = g.op("Add", [x, w.linear(g, y, p + "attention/linear_2", precision)])
    y = w.norm(g, x, p + "ffn/layer_norm")
    y = g.ms("Gelu", [w.linear(g, y, p + "ffn/linear_0", precision)])
    return g.op("Add", [x, w.linear(g, y, p + "ffn/linear_1", precision)])


def build_decoder(w, path, precision="blocks8"):
    g, table = Graph(), w.weights["decoder/embeddings/weight"]
    g.input("tokens", INT64, [1, "new"])
    g.input("positions_at", INT64, ["new"])
    g.input("from", INT64, [1])
    g.output("logits", FLOAT, [1, "asked", len(table)])
    g.output("hidden", FLOAT, [1, "asked", w.d_model])
    x = embed(g, w, table, precision)
    for layer in range(w.decoder_layers):
        x = decoder_layer(g, w, x, layer, precision)
    x = g.op("Slice", [x, "from", g.ints(1 << 30), g.ints(1)])  # logits only where they are asked for
    g.op("Identity", [w.norm(g, x, "decoder/layer_norm")], out="hidden")
    add_logits(g, w, table, precision)
    g.save(path, "text-decoder", {
        "sarai.role": "text-decoder",
        "sarai.contract": 1,
        "sarai.layers": w.decoder_layers,
        "sarai.heads": w.n_heads,
        "sarai.head_size": w.d_model // w.n_heads,
        "sarai.max_tokens": len(w.weights["decoder/position_encodings/encodings"]),
    })  # fmt: skip


def find(folder, name):
    """Paths of the files of that name (a pattern) anywhere below the folder, sorted by their own name."""
    paths = glob.glob(os.path.join(folder, "**", name), recursive=True)
    if not paths:
        raise SystemExit(f"{folder}: there is no {name}")
    return sorted(paths, key=os.path.basename)


def write_vocabulary(ct2_dir, path):
    with open(find(ct2_dir, "vocabulary.json")[0], encoding="utf-8") as f:
        tokens = json.load(f)
    with open(find(ct2_dir, "config.json")[0], encoding="utf-8") as f:
        config = json.load(f)
    vocabulary = {
        "tokens": tokens,
        "suppress": config["suppress_ids"],
        "suppress_first": config["suppress_ids_begin"],
    }
    with open(path, "w", encoding="utf-8") as f:
        json.dump(vocabulary, f, ensure_ascii=False, separators=(",", ":"))


def read_weights(ct2_dir):
    data = b""
    for part in find(ct2_dir, "model.bin*"):
        with open(part, "rb") as f:
            data += f.read()
    return ct2.parse(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ct2", required=True, help="folder of the CTranslate2 model")
    parser.add_argument("--out", required=True, help="folder for the ONNX files")
    parser.add_argument("--name", default="whisper-base")
    parser.add_argument("--silence", default=SILENCE, help="states of silence, made by silence.py")
    args = parser.parse_args()
    whisper = Whisper(read_weights(args.ct2))
    prefix = os.path.join(args.out, args.name)
    build_encoder(whisper, np.load(args.silence), prefix + ".encoder.onnx")
    build_decoder(whisper, prefix + ".decoder.onnx")
    write_vocabulary(args.ct2, prefix + ".vocab.json")


if __name__ == "__main__":
    main()
