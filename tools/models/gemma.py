"""gemma-3-270m's GGUF → the same model with the part of its vocabulary that Spanish takes.

    python3 tools/models/gemma.py --in DIR --out DIR

DIR, or folders in it, hold the file in parts, *.part00 and so on. Of the model's 268 million weights 168 million
are one row of 640 for each of 262,144 tokens, in 140 scripts, and all of them are read for every token that is
written. What is kept passes through byte for byte, so the model gives the tokens that are left the same logits. Text
that took another token is read and written in smaller ones, in the end as bytes.

gemma-3-270m.tokens.npy says which tokens stay: a bit each, made by gemma_vocabulary.py.
"""

import argparse
import glob
import hashlib
import os

import gguf
import numpy as np

SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
NAME = "gemma-3-270m-es-q4_k_m.gguf"
BITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gemma-3-270m.tokens.npy")
BY_TOKEN = ("tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type")
EMBEDDING = "token_embd.weight"  # also what makes logits of states: gemma ties both


def join_parts(folder, out):
    paths = glob.glob(os.path.join(folder, "**", "*.part[0-9][0-9]"), recursive=True)
    digest = hashlib.sha256()
    with open(out, "wb") as whole:
        for path in sorted(paths, key=os.path.basename):
            with open(path, "rb") as part:
                data = part.read()
            whole.write(data)
            digest.update(data)
    if digest.hexdigest() != SHA256:
        raise SystemExit(f"{folder}: the parts do not make the file with sha256 {SHA256}")


def add_fields(writer, reader, kept):
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue  # the writer's own
        value, kind = field.contents(), field.types[0]
        if field.name in BY_TOKEN:
            value = [value[i] for i in kept]
        is_array = kind == gguf.GGUFValueType.ARRAY
        writer.add_key_value(field.name, value, kind, sub_type=field.types[-1] if is_array else None)


def add_tensors(writer, reader, kept):
    for tensor in reader.tensors:
        data = tensor.data[kept] if tensor.name == EMBEDDING else tensor.data
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--in", dest="folder", required=True, help="folder of the parts")
    parser.add_argument("--out", required=True, help="folder for the result")
    args = parser.parse_args()
    whole = os.path.join(args.out, "whole.gguf")
    join_parts(args.folder, whole)
    reader = gguf.GGUFReader(whole)
    kept = np.flatnonzero(np.unpackbits(np.load(BITS)))
    writer = gguf.GGUFWriter(os.path.join(args.out, NAME), "gemma3")
    add_fields(writer, reader, kept)
    add_tensors(writer, reader, kept)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.remove(whole)


if __name__ == "__main__":
    main()
