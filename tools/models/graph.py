"""A small builder of ONNX graphs: nodes by name, constants kept once, linear layers in three precisions."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and constants; every method returns the name of the value it adds."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], {}, 0
        self.inputs, self.outputs = [], []

    def fresh(self, hint):
        self.count += 1
        return f"{hint}_{self.count}"

    def const(self, name, array):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def ints(self, *values):
        return self.const("i_" + "_".join(map(str, values)), np.array(values, np.int64))

    def scalar(self, value):
        return self.const(f"f_{value!r}", np.float32(value))

    def op(self, kind, inputs, out=None, n_out=1, domain="", **attributes):
        names = [out] if isinstance(out, str) else out or [self.fresh(kind.lower()) for _ in range(n_out)]
        self.nodes.append(
            helper.make_node(kind, inputs, names, name=self.fresh("n"), domain=domain, **attributes)
        )
        return names[0] if len(names) == 1 else names

    def ms(self, kind, inputs, **attributes):
        return self.op(kind, inputs, domain=MICROSOFT, **attributes)

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, kind, shape):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def layer_norm(self, x, name, gamma, beta):
        gamma, beta = self.const(name + ".g", gamma), self.const(name + ".b", beta)
        return self.op("LayerNormalization", [x, gamma, beta], axis=-1, epsilon=1e-5)

    def linear(self, x, name, weight, bias=None, precision="f32", out=None):
        """x·weightᵀ + bias with weight [out, in]. `precision`: f32; dynamic8 (activations quantised on the
        way, weights int8 per output channel); blocks8 (weights int8 per 32 inputs, activations likewise)."""
        inputs_bias = [self.const(name + ".bias", bias)] if bias is not None else []
        if precision == "f32":
            y = self.op("MatMul", [x, self.const(name + ".w", weight.T)], out=None if inputs_bias else out)
            return self.op("Add", [y] + inputs_bias, out=out) if inputs_bias else y
        if precision == "dynamic8":
            scale = np.maximum(np.abs(weight).max(1), 1e-6) / 127
            quantised = np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8)
            parts = [
                x,
                self.const(name + ".q", quantised.T),
                self.const(name + ".s", scale.astype(np.float32)),
                self.const(name + ".z", np.zeros(len(weight), np.int8)),
            ]
            return self.ms("DynamicQuantizeMatMul", parts + inputs_bias, out=out)
        return self.linear_in_blocks(x, name, weight, inputs_bias, 8, BLOCK, out)

    def linear_in_blocks(self, x, name, weight, inputs_bias, bits, size, out=None):
        """x·weightᵀ (+ bias) with weights in 8 or 4 bits that share a scale by `size` inputs."""
        quantised, scale = in_blocks(weight, bits, size)
        if bits == 4:
            quantised = quantised[..., 0::2] | quantised[..., 1::2] << 4
        parts = [x, self.const(name + ".q", quantised), self.const(name + ".s", scale)]
        return self.ms(
            "MatMulNBits",
            parts + (["", ""] + inputs_bias if inputs_bias else []),
            out=out, K=weight.shape[1], N=weight.shape[0], bits=bits, block_size=size, accuracy_level=4,
        )  # fmt: skip

    def save(self, path, name, metadata):
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="sarai")
        helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
        onnx.save(model, path)


BLOCK = 32


def in_blocks(weight, bits=8, size=BLOCK):
    """[N, K] → uint8 [N, K / size, size] around the zero point 2^(bits − 1), and float32 scales [N, K / size],
    as MatMulNBits has it (4 bits: still one to a byte)."""
    blocks, top = weight.reshape(len(weight), -1, size), 2 ** (bits - 1) - 1
    scale = np.maximum(np.abs(blocks).max(2), 1e-6) / top
    quantised = np.clip(np.round(blocks / scale[..., None]), -top, top) + top + 1
    return quantised.astype(np.uint8), scale.astype(np.float32)


FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
