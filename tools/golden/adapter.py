"""Reference values for tests/golden/adapter_test.c: the tokens of the adapter's frame, and what PyTorch in float32 gives
behind them with the adapter on the dequantised model.

    python3 tools/golden/adapter.py --model gemma-3-270m-es-q4_k_m.gguf --adapter gemma-3-270m-sarai.gguf
        --out tests/golden/data/adapter.json
"""
import argparse
import json
import pathlib
import sys

# The adapter's frame and the model in PyTorch are the trainer's.
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1] / "train/brain")
import gguf  # noqa: E402
import torch  # noqa: E402

import frame  # noqa: E402
import gemma  # noqa: E402
import train  # noqa: E402

TOP = 8
CASES = (
    {"words": "Me han dado una noticia muy mala.", "mood": "triste"},
    {"words": "¿Cuánto pago al mes?", "passages": [["contrato.pdf, página 3", "El alquiler es de 850 euros al mes."],
                                                  ["notas.txt", "Llamar a Ana."]]},
    {"words": "¿Qué hora es en Oslo?", "tools": {"hora": ["lugar"], "calcula": ["cuenta"], "repite": []}},
    {"words": "¿Y esto dónde sale?", "passages": []},
)


def read_lora(path, weights):
    reader = gguf.GGUFReader(path)
    alpha = float(reader.fields["adapter.lora.alpha"].parts[-1][0])
    tensors = {t.name: torch.from_numpy(t.data.copy()).float() for t in reader.tensors}
    rank = tensors["blk.0.attn_q.weight.lora_a"].shape[0]
    lora = gemma.Lora(weights, rank, alpha)
    for name, tensor in tensors.items():
        _, layer, kind, _, part = name.split(".")
        (lora.a if part == "lora_a" else lora.b)[f"blk_{layer}_{kind}"].data = tensor
    return lora


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True)
    p.add_argument("--adapter", required=True)
    p.add_argument("--out", required=True)
    args = p.parse_args()
    weights = gemma.Weights(args.model, torch.float32)
    lora, model, encoder = read_lora(args.adapter, weights), gemma.Gemma(weights), train.Encoder(weights)
    cases = []
    for case in CASES:
        said = frame.question(case["words"], case.get("mood", ""), case.get("passages"))
        ids = encoder.prefix(case.get("tools")) + encoder.pieces.encode(said) + encoder.cue(frame.ANSWER_CUE)
        logits = model.states(torch.tensor([ids]), lora)[0, -1] @ weights.embedding.T
        values, tokens = logits.topk(TOP)
        tools = case.get("tools")
        cases.append({**case, "tools": tools and ", ".join(frame.signature(n, a) for n, a in tools.items()),
                      "tokens": ids, "top": [[int(t), round(float(v), 3)] for t, v in zip(tokens, values)]})
    pathlib.Path(args.out).write_text(json.dumps({"cases": cases}, ensure_ascii=False, indent=None) + "\n")


if __name__ == "__main__":
    main()
