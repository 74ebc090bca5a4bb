#!/usr/bin/env python3
"""What the finder points at as PyTorch computes it, for tests/golden/finder_test.c.

    pip install -r tools/train/finder/requirements.txt
    tools/golden/finder.py models/gguf/multilingual-e5-small-q4_0.gguf models/adapters/finder-e5.gguf tests/golden/data/finder.json

Everything in 32 bits, where llama.cpp rounds the states to 8.
"""
import argparse
import json
import pathlib
import sys

import gguf
import torch

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "train" / part) for part in ("finder", "")]
import bert  # noqa: E402
import train  # noqa: E402

MARKS = "\".,;:!?()' "
FERRY = "El ferry a Menorca sale a las 22:45 del muelle 4. Embarque una hora antes."
LAUNDRY = "Lavadora: programa 3 para la lana, 30 grados. El detergente (el azul) se pone a la izquierda; suavizante, ¡nunca!"
ASKED = (
    ("¿A qué hora sale el ferry?", "reserva-barco.pdf, página 1", FERRY),
    ("¿De qué muelle sale el barco?", "reserva-barco.pdf, página 1", FERRY),
    ("¿Cuánto cuesta el billete?", "reserva-barco.pdf, página 1", FERRY),
    ("¿Dónde se pone el detergente?", "notas de casa", LAUNDRY),
    ("a cuántos grados se lava la lana", "notas de casa", LAUNDRY),
    ("¿Quién fundó la fábrica?", "", "Leandro Zubiri\tfundó  la fábrica\nen 1870."),
    ("¿Qué?", "vacío", ""),
    ("¿Dónde está la palabra?", "largo.txt", "palabra " * 700),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("adapter")
    parser.add_argument("output")
    args = parser.parse_args()
    tok, model = bert.tokenizer(args.model), bert.Bert(bert.Weights(args.model, torch.float32))
    finder, fields = train.Finder(model.weights), gguf.GGUFReader(args.adapter).fields
    finder.lora = bert.load(args.adapter)
    ends = torch.tensor([fields[f"sarai.finder.{name}"].contents() for name in ("begin", "end")])
    finder.ends.weight.data, finder.ends.bias.data = ends[:, :-1].contiguous(), ends[:, -1].contiguous()
    rows = []
    for question, source, text in ASKED:
        odds, (begin, end) = train.find(finder, model, tok, [(question, source, text)])[0] if text else (None, (0, 0))
        rows.append({"question": question, "source": source, "text": text, "odds": odds and round(odds, 3), "words": text[begin:end].strip(MARKS)})
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
