"""Makes the small ONNX files that the ONNX fuzzer begins with: y = x + 1, and a matrix product with metadata.

Usage: tiny_onnx.py FOLDER      (the environment of tools/models/requirements.txt)
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def save(path: Path, node: onnx.NodeProto, weights: np.ndarray, **metadata: str) -> None:
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "m"])], [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def main() -> None:
    to = Path(sys.argv[1])
    save(to / "add.onnx", helper.make_node("Add", ["x", "w"], ["y"]), np.ones(1, np.float32))
    save(to / "product.onnx", helper.make_node("MatMul", ["x", "w"], ["y"]), np.eye(3, dtype=np.float32),
         **{"sarai.role": "speech-encoder", "sarai.sample_rate": "16000"})


main()
