"""The router's sentences and their labels (hard, soft, web), by source.

A source's own intent or emotion labels become ours by the rules below; what has no such label is written in
authored.py and phrases/, and in the brain's training data. Nothing is chosen on HELD or FRESH: HELD are the sources
that were reported from the beginning, FRESH are parts that were set aside before anything was trained on the phrases.
What is nearly a sentence of either is left out of the training. `python3 data.py ../shared/data` prints the counts.
"""

import csv
import glob
import json
import os
import re
import sys
import unicodedata
import zlib

import authored
import numpy as np
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
BRAIN = os.path.join(HERE, "..", "brain", "data")
PROMPTS = os.path.join(HERE, "..", "..", "..", "tests", "brain")
HELD = "nlpjs", "ovos", "chatterbot"
FRESH = "weather", "home", "articles", "prompts"
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


MOST_LETTERS, MOST_FILLINGS = 110, 4  # of a question of squad, of a template
NEAR = 0.8  # share of words in common from which a sentence is nearly another
# The brain's data: kinds of which the label is sure.
BRAIN_MOODS = {"triste": SOFT, "enfado": SOFT, "miedo": SOFT, "agotamiento": SOFT, "soledad": SOFT, "alegre": NONE}
TO_SARAI = re.compile(r"\b(te|ti|contigo|has|eres|haces|entiendes)\b", re.IGNORECASE)  # complaints to her are no grief
BRAIN_TALK = {"saber": HARD, "identidad": NONE, "saludo": NONE, "interrupcion": NONE, "sinsentido": NONE}
BRAIN_TOOLS = {"tiempo": WEB, **dict.fromkeys(("casa", "hora", "lista", "aviso", "voz"), NONE)}
# The behaviour set likewise: by mood, by the tool that is expected, by group.
PROMPT_SUBS = {"triste": SOFT, "enfado": SOFT, "miedo": SOFT, "alegre": NONE, "sabido": HARD}
PROMPT_TOOLS = {"tiempo": WEB, "noticias": WEB, **dict.fromkeys((
    "casa", "alarma", "fecha", "hora", "lista", "nota", "recordatorio", "temporizador", "volumen"), NONE)}  # fmt: skip
PROMPT_GROUPS = dict.fromkeys(("saludo", "identidad", "interrupcion", "sinsentido"), NONE)


def words(text):
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).strip()


def facebook(root, path="train-es.tsv"):
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


def squad(root, fresh=False):
    """Questions that could be asked aloud; every sixth article is set aside."""
    with open(os.path.join(root, "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"), encoding="utf-8") as file:
        for at, article in enumerate(json.load(file)["data"]):
            if (at % 6 == 5) != fresh:
                continue
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    if len(question["question"]) <= MOST_LETTERS:
                        yield question["question"], HARD


def lines(path):
    """The lines of a file of phrases/, without comments, with the heading above each."""
    heading = None
    with open(path, encoding="utf-8") as file:
        for line in map(str.strip, file):
            if line.startswith("["):
                heading = line[1:-1]
            elif line and not line.startswith("#"):
                yield heading, line


def fillings(template, slots, most):
    """Up to so many fillings of a template, drawn by its own letters; {name2} is another {name}."""
    random = np.random.default_rng(zlib.crc32(template.encode()))
    names = re.findall(r"\{(\w+)\}", template)
    if any(name.rstrip("2") not in slots for name in names):
        return
    for _ in range(most if names else 1):
        text, used = template, set()
        for name in names:
            free = [value for value in slots[name.rstrip("2")] if value not in used]
            value = free[random.integers(len(free))]
            used.add(value)
            text = text.replace("{" + name + "}", value)
        yield re.sub(r"\b(de|a) el ", lambda found: {"de": "del ", "a": "al "}[found[1]], text)


def phrases(_):
    slots = {}
    for name, value in lines(os.path.join(HERE, "phrases", "slots.txt")):
        slots.setdefault(name, []).append(value)
    for path in sorted(glob.glob(os.path.join(HERE, "phrases", "*.txt"))):
        for heading, template in lines(path):
            if not path.endswith("slots.txt"):
                for text in fillings(template, slots, MOST_FILLINGS):
                    yield text, tuple(map(int, heading.split()))


def brain(_):
    """What is said to Sarai in the dialogues that her adapter learns from; what is not sure has no label."""
    def entries(name):
        with open(os.path.join(BRAIN, name), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    with open(os.path.join(BRAIN, "slots.json"), encoding="utf-8") as file:
        slots = json.load(file)
    told = [([u for u in e["u"] if not TO_SARAI.search(u)], BRAIN_MOODS.get(e["m"])) for e in entries("moods.jsonl")]
    told += [(e["u"], BRAIN_TALK.get(e["g"])) for e in entries("talk.jsonl")]
    told += [(e["u"], BRAIN_TOOLS.get(e["g"])) for e in entries("herramientas.jsonl")]
    for templates, labels in told:
        for template in templates if labels else ():
            for text in fillings(template, slots, 3):
                yield text, labels


def home(root):
    folder, random = os.path.join(root, "text/home_llm_es/data/piles/spanish"), np.random.default_rng(17)

    def read(name):
        with open(os.path.join(folder, f"pile_of_{name}.csv"), encoding="utf-8") as file:
            return list(csv.DictReader(file))

    names = [row["description"] for row in read("device_names")]
    for pile in ("specific_actions", "templated_actions", "status_requests"):
        for row in read(pile):
            text = row["phrase"].replace("<device_name>", names[random.integers(len(names))])
            if "<" not in text:
                yield text, NONE


def prompts(_):
    """The behaviour set, where its group or the tool that is expected says what is wanted."""
    for path in sorted(glob.glob(os.path.join(PROMPTS, "*.jsonl"))):
        group = os.path.basename(path)[:-6]
        with open(path, encoding="utf-8") as file:
            for entry in map(json.loads, file):
                if {"history", "passages", "result", "mood"} & set(entry):
                    continue
                key = group, entry.get("sub"), (entry.get("call") or {}).get("name")
                labels = PROMPT_SUBS.get(key[1]) or PROMPT_TOOLS.get(key[2]) or PROMPT_GROUPS.get(group)
                if labels:
                    yield entry["text"], labels


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


# For each source, at most so many sentences of each label.
SOURCES = {
    "nlpjs": (nlpjs, 10000), "ovos": (ovos, 10000), "chatterbot": (chatterbot, 10000),
    "weather": (lambda root: facebook(root, "eval-es.tsv"), 150), "home": (home, 150),
    "articles": (lambda root: squad(root, True), 150), "prompts": (prompts, 10000),
    "facebook": (facebook, 450), "chitchat": (chitchat, 1400), "commands": (commands, 300), "squad": (squad, 450),
    "authored": (lambda root: authored.sentences(), 640), "phrases": (phrases, 1500), "brain": (brain, 700),
}  # fmt: skip


def limited(items, most, random):
    """At most so many of each label, drawn, in a fixed order."""
    groups = {}
    for at, (_, labels) in enumerate(items):
        groups.setdefault(labels, []).append(at)
    return [items[at] for group in groups.values() for at in sorted(random.permutation(group)[:most])]


def plain(text):
    """Without case, accents and marks: for comparing."""
    text = unicodedata.normalize("NFD", text.lower())
    return "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c)).split()


class Seen:
    """Sentences that are held: is another nearly one of them?"""

    def __init__(self):
        self.exact, self.by_word = set(), {}

    def add(self, text):
        found = frozenset(plain(text))
        self.exact.add(found)
        for word in found:
            self.by_word.setdefault(word, set()).add(found)

    def near(self, text):
        """The same words in any order, or all but one in six."""
        mine = frozenset(plain(text))
        if not mine or mine in self.exact:
            return True
        rivals = set().union(*(self.by_word.get(word, ()) for word in mine))
        return any(len(mine & other) / len(mine | other) >= NEAR for other in rivals)


def load(root):
    """[(source, text, labels)] without doubles: a text keeps its first source, held ones first; what is nearly a
    held one is left out."""
    random, seen, held, rows = np.random.default_rng(7), set(), Seen(), []
    for name, (read, most) in SOURCES.items():
        items = []
        for text, labels in read(root):
            text = words(text)
            key = text.lower() if name in HELD else " ".join(plain(text))
            if len(text) > 1 and key and key not in seen and (name in HELD or not held.near(text)):
                seen.add(key)
                items.append((text, labels))
        items = limited(items, most, random)
        for text, _ in items if name in HELD + FRESH else ():
            held.add(text)
        rows += [(name, text, labels) for text, labels in items]
    return rows


if __name__ == "__main__":
    counts = {}
    for source, _, labels in load(sys.argv[1]):
        counts.setdefault(source, {}).setdefault(labels, 0)
        counts[source][labels] += 1
    for source, found in counts.items():
        print(source, {"".join(map(str, k)): v for k, v in sorted(found.items())})
