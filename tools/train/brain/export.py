"""The trained adapter as a LoRA GGUF that llama.cpp loads.

    python3 export.py --model gemma-3-270m-es-q4_k_m.gguf --state brain.pt --out gemma-3-270m-sarai.gguf

Its header names the model that it was made for; the program refuses it on another. --mean takes an adapter of the
same model and rank, as train.py --from does, and writes the mean of both.
"""
import argparse

import gguf
import numpy as np
import torch

import gemma


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the GGUF file that it was trained on")
    p.add_argument("--state", required=True)
    p.add_argument("--mean", help="an adapter (.gguf): half of it, half of the state")
    p.add_argument("--out", required=True)
    args = p.parse_args()
    fields = gguf.GGUFReader(args.model).fields
    text = {k: bytes(fields[k].parts[-1]).decode() for k in ("general.architecture", "general.name")}
    state = torch.load(args.state, map_location="cpu")
    writer = gguf.GGUFWriter(args.out, text["general.architecture"])
    writer.add_type("adapter")
    writer.add_name("Sarai")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(state["alpha"]))
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, text["general.name"])
    lora = state["lora"]
    if args.mean:
        weights = gemma.load(args.model, "cpu")
        other = gemma.Lora(weights, state["rank"], state["alpha"])
        other.read(args.mean, weights)
        assert other.alpha == state["alpha"], "another alpha"
        lora = {key: (lora[key] + tensor) / 2 for key, tensor in other.state_dict().items()}
    for key in sorted(k for k in lora if k.startswith("a.")):
        _, layer, kind = key[2:].split("_", 2)
        name = f"blk.{layer}.{kind}.weight"
        assert kind in gemma.KINDS, kind
        for part in "ab":
            tensor = lora[part + key[1:]].to(torch.float16).numpy()
            writer.add_tensor(f"{name}.lora_{part}", np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
