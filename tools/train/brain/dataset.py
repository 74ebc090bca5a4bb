"""Composes the training dialogues: what is written in data/, and what the permissive sets of
../shared/data give where they are present (SARAI_TEST_DATA names another folder).

    python3 dataset.py --epochs 4 --seed 1 --out train.jsonl

One line per dialogue: {"g": group, "tools": prefix variant, "turns": [[said to the model, answer], …]}.
Every epoch is drawn anew, so that a template gives other names and numbers, and other words, each time. What is nearly
a prompt of tests/brain is left out.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import re

import frame
import heldout
import numbers_es

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE / "data"
ROOT = HERE.parents[2]
MOODS = {"triste", "enfado", "miedo", "alegre", "sorpresa", "asco"}
MOOD_OF = {"agotamiento": "triste", "soledad": "triste"}
TOOLS = json.loads((DATA / "herramientas.json").read_text())
EXTRA = {"traduce": ["texto", "idioma"], "musica": ["accion", "titulo"], "correo": ["para", "texto"],
         "ruta": ["destino"]}
GROUP_OF_TOOL = {"hora": "hora", "fecha": "hora", "calcula": "cuentas", "convierte": "cuentas",
                 "temporizador": "aviso", "alarma": "aviso", "recordatorio": "aviso", "lista": "aviso",
                 "nota": "aviso", "casa": "casa", "tiempo": "tiempo", "noticias": "tiempo"}


def variants():
    """The lists of tools that a prefix may carry, by name."""
    def without(*groups):
        return {n: a for n, a in TOOLS.items() if GROUP_OF_TOOL.get(n) not in groups}
    foreign = {**EXTRA, **{n: TOOLS[n] for n in ("hora", "calcula", "casa", "busca")}}
    return {"": None, "todas": TOOLS, "sin casa": without("casa"), "sin cuentas": without("cuentas", "tiempo"),
            "sin avisos": without("aviso", "hora"), "otras": foreign}


VARIANTS = variants()


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.slots = json.loads((DATA / "slots.json").read_text())
        self.declines = {j["g"]: j for j in lines("sin_herramientas.jsonl")}

    # ---- slots

    def made(self):
        """The slots that are computed, consistent among themselves."""
        r = self.random
        sum_words, total = numbers_es.sum_of_two(r)
        quantity, unit, converted = numbers_es.conversion(r)
        hours = sorted(r.sample(range(6, 24), 2))
        minute = r.choice(["00", "05", "10", "15", "20", "30", "40", "45", "50", "35"])
        return {"cuenta": sum_words, "resultado": total, "cantidad": quantity, "unidad": unit,
                "convertido": converted, "hhmm": f"{hours[0]}:{minute}", "hhmm2": f"{hours[1]}:00", "duracion": numbers_es.duration(r), "m": str(r.randint(2, 900)),
                "fecha": numbers_es.date(r), "fechac": numbers_es.short_date(r), "n": str(r.randint(2, 200)),
                "pag": str(r.randint(2, 40)), "pag2": str(r.randint(11, 99)), "pocos": str(r.randint(2, 9)),
                "pocos2": str(r.randint(2, 9)), "euros": str(r.randint(21, 199) * 5),
                "euros2": str(r.randint(101, 1900)), "euros3": str(r.randint(4, 40) * 10),
                "euros4": f"{r.randint(12, 45)}.{r.choice(['000', '500', '200', '800'])}",
                "telefono": " ".join([str(r.randint(900, 999)), str(r.randint(10, 99)),
                                      str(r.randint(10, 99)), str(r.randint(10, 99))]),
                "letra": r.choice("ABCDEFG"), "anio": str(r.randint(1085, 1890))}

    def filling(self):
        chosen = self.made()
        for name, values in self.slots.items():
            first, second = self.random.sample(values, 2) if len(values) > 1 else values * 2
            chosen[name], chosen[name + "2"] = first, second
        return chosen

    @staticmethod
    def fill(template, slots):
        text = re.sub(r"\{(\w+)\}", lambda m: slots.get(m[1], m[0]), template)
        return text[:1].upper() + text[1:] if template[:1] == "{" and template[1:2] != '"' else text

    # ---- how people and recognisers spell

    def heard(self, text):
        """What a recogniser may make of it: now and then without marks or capitals."""
        kind = self.random.random()
        if kind < 0.08:
            text = text.lower()
        if kind < 0.14:
            text = re.sub(r"[¿?¡!.,]+(?=\s|$)|[¿¡]", "", text)
        elif kind < 0.2:
            text = text.replace("¿", "")
        return text.strip()

    def any_variant(self):
        return self.random.choice(["", "todas"])

    # ---- what is written here

    def moods(self, times):
        openers = {(j["m"], j["i"]): j["a"] for j in lines("openers.jsonl")}
        for j in lines("moods.jsonl"):
            for words in j["u"]:
                for _ in range(times):
                    opener, question = self.random.choice(openers[j["m"], j["i"]]), self.random.choice(j["q"])
                    answer = f"{opener} {question}" if self.random.random() < 0.9 else opener
                    tag = j.get("tag") or self.random.random() < 0.5
                    mood = MOOD_OF.get(j["m"], j["m"]) if tag else ""
                    yield "animo", self.any_variant(), [[frame.question(self.heard(words), mood), answer]]

    def talk(self, times):
        for j in lines("talk.jsonl"):
            for words in j["u"]:
                for _ in range(times):
                    mood = self.random.choice(sorted(MOODS)) if self.random.random() < 0.05 else ""
                    variant = "" if j.get("sin") else self.any_variant()
                    yield j["g"], variant, [[frame.question(self.heard(words), mood),
                                             self.random.choice(j["a"])]]

    def without_tools(self, times):
        for j in self.declines.values():
            for words in j["u"]:
                for _ in range(times):
                    yield j["g"], "", [[frame.question(self.heard(words)), self.random.choice(j["a"])]]

    def dialogues(self, times):
        for j in lines("dialogos.jsonl"):
            for _ in range(times):
                slots = self.filling()
                turns = [[frame.question(self.heard(self.fill(u, slots))), self.fill(self.random.choice(a), slots)]
                         for u, a in j["t"]]
                yield j["g"], "" if j.get("sin") else self.any_variant(), turns

    def tools(self, times):
        for j in lines("herramientas.jsonl"):
            for words in j["u"] * times * j.get("w", 1):
                slots = self.filling()
                name, arguments = j["call"]
                arguments = {k: self.fill_argument(v, slots) for k, v in arguments.items()}
                said = frame.question(self.heard(self.fill(words, slots)))
                variant = "otras" if j.get("extra") else self.variant_with(name)
                if variant is None:
                    decline = self.random.choice(self.declines[GROUP_OF_TOOL[name]]["a"])
                    yield j["g"], self.variant_lacking(name), [[said, decline]]
                    continue
                turns = [[said, frame.call(name, arguments)]]
                if self.random.random() < 0.5:
                    given, answers = j["r"][0] if self.random.random() < 0.7 else self.random.choice(j["r"])
                    turns.append([frame.result(self.fill(given, slots)),
                                  self.fill(self.random.choice(answers), slots)])
                yield j["g"], variant, turns

    @staticmethod
    def fill_argument(template, slots):
        return re.sub(r"\{(\w+)\}", lambda m: slots.get(m[1], m[0]), template)

    def variant_with(self, tool):
        """A prefix that has the tool; now and then None: one that lacks it."""
        kind = self.random.random()
        if kind < 0.06 and self.variant_lacking(tool):
            return None
        if kind < 0.16:
            having = [v for v, tools in VARIANTS.items() if tools and tool in tools and v != "otras"]
            return self.random.choice(having)
        return "todas"

    def variant_lacking(self, tool):
        if tool not in GROUP_OF_TOOL:
            return None
        lacking = [v for v, tools in VARIANTS.items() if tools and tool not in tools and v != "otras"]
        return self.random.choice(lacking) if lacking else None

    ABSENT = ("No aparece en lo que tengo.", "No aparece en lo que tengo.", "No lo sé, no aparece en lo que tengo.")

    @staticmethod
    def sourced(source, answer):
        """Always alike: the first word decides whether it is found, and small models follow what is regular."""
        return f"Según {source}, {answer}."

    def some_source(self, name):
        """A document's name, its own or one of words at random: a source is to be copied, not guessed."""
        if self.random.random() < 0.6:
            words = [w for j in lines("pasajes.jsonl") for w in re.findall(r"[a-záéíóúñ]{5,}", j["p"].lower())]
            name = self.random.choice("- ").join(self.random.sample(words, self.random.randint(1, 2)))
        form = self.random.choice(["{}.pdf, página {}", "{}.pdf, página {}", "{}.txt", "{}.md", "{}", "correo: {}",
                                   "web de {}"])
        return form.format(name, self.random.randint(1, 99))

    def facts(self, times):
        """Documents put together from facts of one theme. What is asked is among them, or it is one of the facts that
        were left out: then the passage looks right and does not say it."""
        for j in lines("hechos.jsonl"):
            for _ in range(times):
                slots = self.filling()
                told = self.random.sample(j["f"], self.random.randint(2, 4))
                source = self.some_source(self.fill(self.random.choice(j["s"]), slots))
                context = [(source, self.fill(" ".join(f[0] for f in told), slots))]
                if self.random.random() < 0.35:
                    o, other = self.random.choice([k for k in lines("hechos.jsonl") if k != j]), self.filling()
                    context.append((self.some_source(self.fill(self.random.choice(o["s"]), other)), self.fill(
                        " ".join(f[0] for f in self.random.sample(o["f"], 2)), other)))
                    self.random.shuffle(context)
                left = [f for f in j["f"] if f not in told]
                is_told = not left or self.random.random() < 0.6
                fact = self.random.choice(told if is_told else left)
                said = frame.question(self.heard(self.fill(self.random.choice(fact[1]), slots)), "", context)
                answer = self.sourced(source, self.fill(fact[2], slots)) if is_told else self.random.choice(self.ABSENT)
                yield "con pasaje" if is_told else "sin pasaje", self.any_variant(), [[said, answer]]

    def passages(self, times):
        documents = lines("pasajes.jsonl")
        for j in documents:
            for _ in range(times):
                slots = self.filling()
                is_own = j["s"] == "memoria" or self.random.random() < 0.5
                name = self.fill(j["s"], slots)
                own = (name if is_own else self.some_source(name), self.fill(j["p"], slots))
                others = [(self.fill(o["s"], s), self.fill(o["p"], s))
                          for o in self.random.sample(documents, self.random.choice([0, 0, 0, 1, 1, 2]))
                          if o is not j for s in [self.filling()]]
                context = [own] + others
                self.random.shuffle(context)
                words, answer = self.random.choice(j["qa"])
                said = frame.question(self.heard(self.fill(words, slots)), "", context)
                yield "con pasaje", self.any_variant(), [[said, self.sourced(own[0], self.fill(answer, slots))]]
                if self.random.random() < 0.6:
                    absent = self.fill(self.random.choice(j["no"]), slots)
                    found = [] if self.random.random() < 0.15 else context
                    yield "sin pasaje", self.any_variant(), [[frame.question(self.heard(absent), "", found),
                                                              self.random.choice(self.ABSENT)]]

    # ---- the permissive sets

    def chitchat(self, folder, per_intent):
        answers = json.loads((DATA / "chitchat.json").read_text())
        for line in open(folder / "text/ms_chitchat_es/norm/chitchat_es.jsonl"):
            j = json.loads(line)
            own = answers.get(j["answer"]) if j["persona"] == "caring" else None
            if not own:
                continue
            fitting = [q for q in j["questions"] if len(q) < 60]
            for words in self.random.sample(fitting, min(per_intent, len(fitting))):
                mood = own.get("m", "") if self.random.random() < 0.5 else ""
                variant = "" if own.get("sin") else self.any_variant()
                yield own["g"], variant, [[frame.question(self.heard(words), mood),
                                           self.random.choice(own["a"])]]

    VERBS = {"abrir": r"abr|sub|levant", "cerrar": r"cierr|baj|cerr", "encender": r"enci|encend|prend|activ",
             "apagar": r"apag|desactiv"}
    THING = re.compile(r"\b((?:las?|el|los) (?:persianas?|luz|luces|lámparas?|ventilador(?:es)?|puertas?|cortinas?"
                       r"|toldo|enchufe|calefacción|cerradura)) (?:de la|del|de los|de las|de) ([\wáéíóúñ ]+)")

    def home_call(self, phrase):
        """The call that a command asks for, with its own words; None where they do not say it plainly."""
        text = phrase.lower()
        found = self.THING.search(text)
        actions = [a for a, verbs in self.VERBS.items() if re.search(rf"\b(?:{verbs})", text)]
        if not found or len(actions) != 1 or re.search(r"\d|ciento|por favor|\by\b", text):
            return None
        return frame.call("casa", {"accion": actions[0], "cosa": found[1], "lugar": found[2].strip()})

    def home(self, folder, n):
        phrases = [r["phrase"] for r in csv.DictReader(
            open(folder / "text/home_llm_es/data/piles/spanish/pile_of_specific_actions.csv"))]
        phrases += [json.loads(line)["user"] for line in open(folder / "text/ohf_intents_es/norm_pairs.jsonl")]
        fitting = sorted({p for p in phrases if len(p) < 70 and self.home_call(p)})
        for words in self.random.sample(fitting, min(n, len(fitting))):
            yield "casa", "todas", [[frame.question(self.heard(words)), self.home_call(words)]]

    def clock(self, folder):
        for name, tool in (("what.time.is.it", "hora"), ("current_time", "hora")):
            for path in (folder / "text/ovos_skills_es/date-time").rglob(f"*{name}*.intent"):
                for words in path.read_text().splitlines():
                    if words and not re.search(r"[{(|\[<#]", words):
                        yield "hora", "todas", [[frame.question(words), frame.call(tool, {})]]

    def squad(self, folder, n):
        articles = json.load(open(folder / "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"))["data"]
        all_sentences, found = [], []
        for article in articles:
            for paragraph in article["paragraphs"]:
                sentences = re.split(r"(?<=[.])\s", paragraph["context"])
                all_sentences += [(article["title"], s) for s in sentences if 60 < len(s) < 200]
                for qa in paragraph["qas"]:
                    answer = qa["answers"][0]["text"].strip().rstrip(".,;:")
                    holding = [s for s in sentences if answer in s and len(s) < 220]
                    if holding and 1 < len(answer) < 60 and len(qa["question"]) < 90:
                        found.append((article["title"], holding[0], qa["question"], answer))
        for title, sentence, words, answer in self.random.sample(found, min(n, len(found))):
            source = self.source(title)
            context = [(source, sentence)]
            if self.random.random() < 0.3:
                other = self.random.choice(all_sentences)
                context.insert(self.random.randint(0, 1), (self.source(other[0]), other[1]))
            if self.random.random() < 0.25:
                other = self.random.choice([s for s in all_sentences if s[0] != title])
                yield "sin pasaje", self.any_variant(), [[
                    frame.question(words, "", [(self.source(other[0]), other[1])]), self.random.choice(self.ABSENT)]]
                continue
            yield "con pasaje", self.any_variant(), [[frame.question(words, "", context),
                                                      self.sourced(source, answer)]]

    def source(self, title):
        name = re.sub(r"[^\wáéíóúñ ]", " ", title.replace("_", " ")).strip().lower()
        ending = self.random.choice([".pdf, página {}", ".txt", ".pdf, página {}", ".md", ", página {}"])
        return re.sub(r"\s+", "-", name) + ending.format(self.random.randint(1, 90))

    XED = {"1": "enfado", "3": "asco", "4": "miedo", "5": "alegre", "6": "triste", "7": "sorpresa"}
    GENERIC = ("¿Quieres contarme más?", "¿Qué ha pasado?", "Te escucho, cuéntame.", "¿Cómo te sientes ahora?")

    def subtitles(self, folder, n):
        openers = {(j["m"], j["i"]): j["a"] for j in lines("openers.jsonl")}
        rows = []
        for row in csv.reader(open(folder / "text/xed_es/Projections/es-projections.tsv"), delimiter="\t"):
            if len(row) == 2 and row[1] in self.XED and 25 < len(row[0]) < 70 and \
                    re.search(r"\b(estoy|tengo|me|mi|soy|he)\b", row[0].lower()):
                rows.append((row[0], self.XED[row[1]]))
        for words, mood in self.random.sample(rows, min(n, len(rows))):
            opener = self.random.choice(openers[mood, "leve"])
            yield "animo", self.any_variant(), [[frame.question(words, mood),
                                                 f"{opener} {self.random.choice(self.GENERIC)}"]]

    def noise(self, n):
        """Words of all kinds in no order: what a recogniser makes of a television or a cough."""
        words = [w for j in lines("talk.jsonl") for u in j["u"] for w in re.findall(r"\w+", u.lower())]
        short = [w for w in words if len(w) < 5]
        answers = [j["a"] for j in lines("talk.jsonl") if j["g"] == "sinsentido"]
        for _ in range(n):
            count = self.random.randint(4, 9)
            said = [self.random.choice(short if self.random.random() < 0.6 else words) for _ in range(count)]
            if self.random.random() < 0.2:
                said = said[:2] * self.random.randint(2, 3)
            text = " ".join(said)
            yield "sinsentido", self.any_variant(), [[text[:1].upper() + text[1:] + ".",
                                                      self.random.choice(answers[0])]]

    def epoch(self, folder):
        parts = [self.moods(1), self.talk(1), self.noise(40), self.without_tools(1), self.dialogues(2), self.tools(1),
                 self.facts(10), self.passages(3)]
        if folder:
            parts += [self.chitchat(folder, 3), self.home(folder, 40), self.clock(folder), self.squad(folder, 100),
                      self.subtitles(folder, 10)]
        return [{"g": g, "tools": variant, "turns": turns} for part in parts for g, variant, turns in part
                if heldout.is_clean(turns, MOODS)]


def shared_data():
    folder = pathlib.Path(os.environ.get("SARAI_TEST_DATA", ROOT.parent / "shared/data"))
    return folder if folder.is_dir() else None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", required=True)
    args = p.parse_args()
    folder = shared_data()
    if not folder:
        print("no ../shared/data: only what is written here")
    with open(args.out, "w") as out:
        for n in range(args.epochs):
            for example in Maker(args.seed + n).epoch(folder):
                out.write(json.dumps({"epoch": n, **example}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
