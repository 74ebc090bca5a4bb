#!/usr/bin/env python3
"""Derives the control vectors of moods for a language model (GGUF): one file for each mood, as llama.cpp reads them.

    tools/train/steer/derive.py --model MODEL.gguf [--adapter ADAPTER.gguf] --out models/steer/NAME

Contrast: the same question of a person in some mood, answered in words that meet the mood and in words that do
not; what the layers say in the mean over the first, less that over the second, is the direction of a layer, of which
the file has a share, one part in as many as there are layers steered: strength 1 adds the whole difference once
(difference of means: Marks & Tegmark 2023, arXiv 2310.06824; as steering: Rimsky et al. 2023, arXiv 2312.06681).
The questions and answers are those of tools/train/brain/data and neutral.txt. Half of the questions, by turns, make the
vector; on the other half it is shown how well a layer's direction tells the two kinds of answer apart (area under
the ROC curve). With --adapter the prompts have its frame, else they are "Persona: … / Sarai:".
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys

import gguf
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
BRAIN = HERE.parent / "brain"
sys.path.insert(0, str(BRAIN))
import frame  # noqa: E402

AXES = {"sad": "triste", "fearful": "miedo", "angry": "enfado", "happy": "alegre"}  # names in the data
LAYERS = 0.25, 0.8  # of the depth: before, words are read; behind, the next token is already chosen
MOST = 40           # questions of a mood


def lines(name):
    return [json.loads(line) for line in (BRAIN / "data" / name).read_text().splitlines()]


def prompt(words, is_framed):
    if is_framed:
        return frame.prefix() + frame.question(words) + frame.ANSWER_CUE
    return f"{frame.PERSONA}\n\nPersona: {words}\nSarai: "


def pairs(mood, is_framed, draw):
    """[(prompt, warm answer, flat answer)]"""
    openers = {j["i"]: j["a"] for j in lines("openers.jsonl") if j["m"] == mood}
    neutral = (HERE / "neutral.txt").read_text().splitlines()
    asked = [(words, j["i"]) for j in lines("moods.jsonl") if j["m"] == mood for words in j["u"]]
    draw.shuffle(asked)
    return [(prompt(words, is_framed), draw.choice(openers[strength]), draw.choice(neutral))
            for words, strength in asked[:MOST]]


def states(program, model, adapter, rows):
    """[row, layer, width] of (prompt, answer) rows."""
    text = "".join(f"{p}\t{a}\n".replace("\n", "\\n")[:-2] + "\n" for p, a in rows)
    run = subprocess.run([program, model, adapter or "-"], input=text.encode(), capture_output=True)
    if run.returncode:
        sys.exit(run.stderr.decode())
    layers, width = map(int, run.stderr.split()[-2:])
    return np.frombuffer(run.stdout, np.float32).reshape(len(rows), layers - 1, width)


def area(high, low):
    """Of the ROC curve: how often one of `high` is above one of `low`."""
    return (high[:, None] > low[None]).mean()


def direction(name, warm, flat):
    """[layer, width], and the areas of the half that it was not made from."""
    made = np.arange(len(warm)) % 2 == 0
    vector = (warm - flat)[made].mean(0)
    along = [(np.einsum("rlw,lw->rl", part[~made], vector)) for part in (warm, flat)]
    areas = [area(along[0][:, i], along[1][:, i]) for i in range(vector.shape[0])]
    size = np.linalg.norm(vector, axis=1) / np.linalg.norm(flat.mean(0), axis=1)
    print(f"{name}: {len(warm)} questions; area by layer", " ".join(f"{a:.2f}" for a in areas))
    print(f"{'':{len(name)}}  length as part of the state's", " ".join(f"{s:.2f}" for s in size))
    return vector


def write(path, vector, layers, origin, mood):
    writer = gguf.GGUFWriter(path, "controlvector")
    writer.add_string("controlvector.model_hint", origin)
    writer.add_uint32("controlvector.layer_count", len(vector))
    writer.add_string("general.name", f"answers to who is {mood}")
    for layer in layers:  # what is added at one stays for the next: each has its share
        writer.add_tensor(f"direction.{layer}", np.ascontiguousarray(vector[layer] / len(layers)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--adapter")
    parser.add_argument("--states", default="build/release/bench/states", help="the program (target benches)")
    parser.add_argument("--out", required=True, help="NAME.sad.gguf … are written")
    arguments = parser.parse_args()
    os.makedirs(os.path.dirname(arguments.out) or ".", exist_ok=True)
    hint = "".join(map(chr, gguf.GGUFReader(arguments.model).fields["general.architecture"].parts[-1]))
    for name, mood in AXES.items():
        chosen = pairs(mood, bool(arguments.adapter), random.Random(1))
        both = [states(arguments.states, arguments.model, arguments.adapter, [(p, a) for p, a in rows])
                for rows in ([(p, w) for p, w, _ in chosen], [(p, f) for p, _, f in chosen])]
        vector = direction(name, *both)
        first, last = (round(part * len(vector)) for part in LAYERS)
        write(f"{arguments.out}.{name}.gguf", vector, range(max(first, 1), last + 1), hint, name)


if __name__ == "__main__":
    main()
