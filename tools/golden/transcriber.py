#!/usr/bin/env python3
"""What CTranslate2 in float32 hears in the test clips, over the full 30 s, for tests/golden/transcriber_test.c.

    pip install -r bench/requirements.txt
    tools/golden/transcriber.py --ct2 DIR --out tests/golden/data/transcriber.json tests/data/*.wav

DIR is the CTranslate2 model that tools/models/whisper.py converts (bench/peers.sh puts it together).
"""

import argparse
import json
import os

import ctranslate2
import numpy as np
from faster_whisper.audio import decode_audio, pad_or_trim
from faster_whisper.feature_extractor import FeatureExtractor

PROMPT = ["<|startoftranscript|>", "<|es|>", "<|transcribe|>", "<|notimestamps|>"]
KEPT_LOGITS = 5  # the likeliest, of each step


def hear(model, tokens, path):
    features = pad_or_trim(FeatureExtractor(feature_size=model.n_mels)(decode_audio(path)))
    features = ctranslate2.StorageView.from_array(features[None].astype(np.float32))
    language, probability = model.detect_language(features)[0][0]
    prompt = [tokens.index(name) for name in PROMPT]
    heard = model.generate(features, [prompt], beam_size=1, return_scores=True, return_no_speech_prob=True,
                           return_logits_vocab=True)[0]  # fmt: skip
    steps = []
    for logits in heard.logits[0]:
        logits = np.array(logits, np.float64)
        logs = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
        best = np.argsort(-logs)[:KEPT_LOGITS]
        steps.append({"tokens": best.tolist(), "logs": logs[best].round(4).tolist()})
    return {
        "file": os.path.basename(path),
        "prompt": prompt,
        "tokens": heard.sequences_ids[0],
        "steps": steps,
        "no_speech": round(heard.no_speech_prob, 5),
        "language": language.strip("<|>"),
        "language_probability": round(probability, 4),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ct2", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("clips", nargs="+")
    args = parser.parse_args()
    with open(os.path.join(args.ct2, "vocabulary.json"), encoding="utf-8") as f:
        tokens = json.load(f)
    model = ctranslate2.models.Whisper(args.ct2, compute_type="float32")
    with open(args.out, "w", encoding="utf-8") as f:
        json.dump([hear(model, tokens, path) for path in args.clips], f)
        f.write("\n")


if __name__ == "__main__":
    main()
