#!/usr/bin/env python3
"""What tells "para" over an answer from other words: how it is spelled, and how likely the decoder finds it.

    tools/train/floor/para.py --data ../shared/data --models models/onnx --sarai build/release/sarai [--half report]

Each is one utterance, by voices of Kokoro's (npm kokoro-js; models/voices must have them); and pieces of people's clips, cut
where chance has it. Prints the transcript and the logarithm of the probability of "Para" behind itself as the text before, which
src/listen/called.c compares with its ALONE. "choose" chose that, "report" is what is published.
"""

import argparse
import os
import tempfile

import numpy as np

import stops  # noqa: F401 (finds bench/)
import sounds
from hearing import HZ, WINDOW, Hearing

VOICES = {"choose": ("em_alex", "ef_dora", "em_santa", "if_sara", "bm_george"),
          "report": ("am_eric", "af_nova", "bm_lewis", "hf_beta", "pm_alex")}  # fmt: skip
SAID = {
    "para": ("Para.", "¡Para!", "Para, para."),
    "basta": ("Basta.", "¡Basta ya!", "Cállate."),
    "murmurs": ("Ajá.", "Vale.", "Sí, sí.", "Claro.", "Bueno.", "Ya.", "Mm.", "Ah.", "Eso.", "Oh.", "Sí.", "No."),
    "others": ("Gracias.", "Hola.", "Sara.", "Cara.", "Nada.", "Casa.", "Hasta luego.", "Pasta.", "Tanto.", "Ahora.", "¿Para qué?",
               "Mañana.", "Espera.", "Sigue.", "Vaya.", "Qué bien.", "Salto.", "Alta.", "Ostras.", "Bastante."),
}  # fmt: skip
LEAD_S, AFTER_S, JUDGED, HISS_DB, CLIPS, PIECES = 0.6, 0.7, 6, -70, 25, 3  # JUDGED: more windows of silence until src/floor.c asks


def likelihood(hearing, cross, word):
    """Of the word, given itself as the text before."""
    row = [hearing.previous, word, hearing.bytes.index(b"."), *hearing.prompt, word]
    nothing = np.zeros((1, hearing.heads, 0, hearing.size), np.float32)
    past = {f"past_{kind}_{i}": nothing for i in range(hearing.layers) for kind in ("key", "value")}
    feed = {"tokens": np.array([row], np.int64), "positions_at": np.arange(len(row)), "from": np.array([len(row) - 2]), **past, **cross}
    logits = hearing.decoder.run(["logits"], feed)[0][0, 0].astype(np.float64)
    return logits[word] - logits.max() - np.log(np.exp(logits - logits.max()).sum())


def heard(hearing, pcm, name):
    """(transcript, likelihood); None where nobody was noticed."""
    whole = np.concatenate([sounds.silence(LEAD_S), pcm, sounds.silence(AFTER_S)])
    whole += sounds.generator("para", name).standard_normal(len(whole)).astype(np.float32) * np.float32(10 ** (HISS_DB / 20))
    cut = hearing.cut(whole, int(LEAD_S * HZ) + len(pcm))
    if cut is None:
        return None
    cut = np.concatenate([cut, whole[-JUDGED * WINDOW :]])
    cross = hearing.encode(cut, True)
    return hearing.transcribe(cross, len(cut) / HZ)[0], likelihood(hearing, cross, hearing.bytes.index(b" Para"))


def utterances(args):
    for voice in VOICES[args.half]:
        with tempfile.TemporaryDirectory() as folder:
            said = [(kind, text) for kind, texts in SAID.items() for text in texts]
            for (kind, text), pcm in zip(said, sounds.speak(args.sarai, voice, [t for _, t in said], folder)):
                yield kind, voice, text, pcm
    for n in range(10):
        yield "coughs", "", str(n), sounds.cough(args.half, n)
    for path, _ in sounds.human_clips(args.data, args.half)[:CLIPS]:
        pcm, rng = sounds.person(path), sounds.generator("piece", path)
        for k in range(PIECES):
            n = int(rng.uniform(0.25, 0.9) * HZ)
            at = int(rng.integers(0, max(1, len(pcm) - n)))
            yield "people", os.path.basename(path), str(k), pcm[at : at + n]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--sarai", required=True)
    parser.add_argument("--half", choices=VOICES, default="choose")
    args = parser.parse_args()
    hearing = Hearing(args.models)
    for kind, voice, text, pcm in utterances(args):
        found = heard(hearing, pcm, f"{voice} {text}")
        print(kind, voice, text, *(("not noticed",) if found is None else (found[0], f"{found[1]:.1f}")), sep="\t", flush=True)


if __name__ == "__main__":
    main()
