"""The router's sentences and their labels (hard, soft, web), by source.

A source's own intent or emotion labels become ours by the rules below; what has no such label is written in
authored.py. HELD are the sources that are never trained on. `python3 data.py ../shared/data` prints the counts.
"""

import csv
import glob
import json
import os
import re
import sys

import authored
import numpy as np
import yaml

HELD = "nlpjs", "ovos", "chatterbot"
NONE, HARD, SOFT, WEB = (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)

# ms_chitchat: answers of the caring persona to what is said by people who are not well.
CARING_SOFT = (
    "Siento que lo estés", "Siento escuchar eso", "En estos momentos estoy trabajando", "El Teléfono de la Esperanza",
    "Espero que puedas descansar",
)  # fmt: skip
NLPJS_SOFT = "smalltalk.angry", "smalltalk.lonely"
# chatterbot has no intents: what wants knowledge is told by its file and the shape of the question, what wants
# empathy was picked by reading; scraps that say nothing are left out.
CHATTERBOT_KNOWLEDGE = "dinero", "IA", "conversations"
KNOWLEDGE = re.compile(r"^¿?(qu[eé] (es|significa|monitor|tarjeta)|cu[aá]l es (el|la) mejor|qu[eé] lenguaje es|para qu[eé] sirve|cu[aá]nta memoria RAM necesito)", re.IGNORECASE)
CHATTERBOT_SOFT = {
    "tengo miedo", "que enojado", "estoy triste", "tengo un problema", "la vida es una mierda", "me haces enojar",
    "estoy estresado", "no duermo bien", "estoy deprimido", "me siento cansado", "me están acosando", "lo he denunciado",
    "no me hacen caso", "yo no quiero morir", "no me gusta el trabajo",
}  # fmt: skip
CHATTERBOT_SCRAPS = {
    "bolsa de valores", "tasas de interés", "dinero", "1 dólar", "cuánto dinero", "robótica", "sentimientos", "la sensación",
    "no eres un buen", "¿eso te hace", "sigues diciendo", "sigues olvidando que", "te pareces más a", "puedes controlar",
}  # fmt: skip


def words(text):
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip()


def facebook(root):
    for path in ("train-es.tsv", "eval-es.tsv"):
        with open(os.path.join(root, "router/fb_multilingual_es", path), encoding="utf-8") as file:
            for line in file:
                intent, _, text = line.split("\t")[:3]
                yield text, WEB if intent.startswith("weather") else NONE


def chitchat(root):
    seen = {}
    with open(os.path.join(root, "text/ms_chitchat_es/norm/chitchat_es.jsonl"), encoding="utf-8") as file:
        for entry in map(json.loads, file):
            if entry["persona"] == "caring":
                is_soft = entry["answer"].startswith(CARING_SOFT)
                seen.update({text: SOFT if is_soft else NONE for text in entry["questions"]})
    yield from seen.items()


def commands(root):
    with open(os.path.join(root, "text/ohf_intents_es/norm_pairs.jsonl"), encoding="utf-8") as file:
        for entry in map(json.loads, file):
            yield entry["user"], NONE


def squad(root):
    with open(os.path.join(root, "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"), encoding="utf-8") as file:
        for article in json.load(file)["data"]:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield question["question"], HARD


def nlpjs(root):
    path = "text/nlpjs_corpus_es/examples/13-languages/corpora/corpus-es.json"
    with open(os.path.join(root, path), encoding="utf-8") as file:
        for entry in json.load(file)["data"]:
            intent = entry["intent"]
            labels = HARD if intent.startswith("trivia") else SOFT if intent in NLPJS_SOFT else NONE
            if intent != "None":
                for text in entry["utterances"] + entry.get("tests", []):
                    yield text, labels


def ovos(root):
    paths = os.path.join(root, "text/ovos_skills_es/**/*.intent")
    for path in sorted(glob.glob(paths, recursive=True)):
        labels = WEB if "/weather/" in path else NONE
        with open(path, encoding="utf-8") as file:
            for line in file:
                text = re.sub(r"\{location\}", "Madrid", re.sub(r"\{(offset|sentence|number)\}", "dos", line))
                if "{" not in text and "(" not in text:
                    yield text, labels


def chatterbot(root):
    folder = os.path.join(root, "text/chatterbot_es/chatterbot_corpus/data/spanish")
    for path in sorted(glob.glob(os.path.join(folder, "*.yml"))):
        kind = os.path.basename(path)[:-4]
        with open(path, encoding="utf-8-sig") as file:
            for conversation in yaml.safe_load(file)["conversations"]:
                text = words(str(conversation[0]))
                is_hard = kind == "trivia" or kind in CHATTERBOT_KNOWLEDGE and KNOWLEDGE.search(text)
                if text.lower() not in CHATTERBOT_SCRAPS:
                    yield text, SOFT if text.lower() in CHATTERBOT_SOFT else HARD if is_hard else NONE


SOURCES = {
    "facebook": (facebook, 900), "chitchat": (chitchat, 1100), "commands": (commands, 450), "squad": (squad, 800), "authored": (lambda root: authored.sentences(), 2400),
    "nlpjs": (nlpjs, 10000), "ovos": (ovos, 10000), "chatterbot": (chatterbot, 10000),
}  # fmt: skip


def balanced(items, most, random):
    """At most so many, as many of each label as there are, in a fixed order."""
    groups = {}
    for at, (_, labels) in enumerate(items):
        groups.setdefault(labels, []).append(at)
    chosen, left = [], most
    for i, group in enumerate(sorted(groups.values(), key=len)):
        chosen.append(random.permutation(group)[: left // (len(groups) - i)])
        left -= len(chosen[-1])
    return [items[at] for taken in chosen for at in sorted(taken)]


def load(root):
    """[(source, text, labels)] without doubles: a text keeps its first source, held ones first."""
    random, seen, rows = np.random.default_rng(7), set(), []
    for name in (*HELD, *(n for n in SOURCES if n not in HELD)):
        read, most = SOURCES[name]
        items = []
        for text, labels in read(root):
            text = words(text)
            if len(text) > 1 and text.lower() not in seen:
                seen.add(text.lower())
                items.append((text, labels))
        rows += [(name, text, labels) for text, labels in balanced(items, most, random)]
    return rows


if __name__ == "__main__":
    counts = {}
    for source, _, labels in load(sys.argv[1]):
        counts.setdefault(source, {}).setdefault(labels, 0)
        counts[source][labels] += 1
    for source, found in counts.items():
        print(source, {"".join(map(str, k)): v for k, v in sorted(found.items())})
