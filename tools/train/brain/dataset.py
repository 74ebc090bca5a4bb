"""Composes the training dialogues: what is written in data/ (documents.py: those with passages), and what the permissive sets of
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
from documents import TOLD, Documents
from slots import DATA, lines

ROOT = pathlib.Path(__file__).resolve().parents[3]
MOODS = {"triste", "enfado", "miedo", "alegre", "sorpresa", "asco"}
MOOD_OF = {"agotamiento": "triste", "soledad": "triste"}
TOOLS = json.loads((DATA / "herramientas.json").read_text())
EXTRA = {"traduce": ["texto", "idioma"], "musica": ["accion", "titulo"], "correo": ["para", "texto"],
         "ruta": ["destino"]}
GROUP_OF_TOOL = {"hora": "hora", "fecha": "hora", "calcula": "cuentas", "convierte": "cuentas",
                 "temporizador": "aviso", "alarma": "aviso", "recordatorio": "aviso", "lista": "aviso",
                 "nota": "aviso", "casa": "casa", "tiempo": "tiempo", "noticias": "tiempo"}

OPEN_WORDS = set("de del la el los las un una que para con en mi tu su si y a al por cuando es son lleva hay".split())
AGAIN = ("¿Qué has dicho?", "¿Cómo?", "¿Puedes repetirlo?", "Repite eso.", "Repítelo, por favor.", "No te he oído.",
         "¿Qué decías?", "Otra vez, por favor.", "Dilo otra vez.", "Perdona, no lo he oído bien.", "¿Me lo repites?",
         "No lo he pillado, repite.", "¿Eh?", "Más alto, que no te oigo.", "Vuelve a decirlo.", "¿Lo repites?",
         "No me ha dado tiempo a oírlo.", "Repite, que había ruido.", "¿Qué?", "Dímelo de nuevo.")


def variants():
    """The lists of tools that a prefix may carry, by name."""
    def without(*groups):
        return {n: a for n, a in TOOLS.items() if GROUP_OF_TOOL.get(n) not in groups}
    foreign = {**EXTRA, **{n: TOOLS[n] for n in ("hora", "calcula", "casa", "busca")}}
    return {"": None, "todas": TOOLS, "sin casa": without("casa"), "sin cuentas": without("cuentas", "tiempo"),
            "sin avisos": without("aviso", "hora"), "otras": foreign}


VARIANTS = variants()


class Maker(Documents):
    def __init__(self, seed):
        super().__init__(seed)
        self.declines = {j["g"]: j for j in lines("sin_herramientas.jsonl")}

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

    def remembered(self, times):
        """Questions about what the person told, as the program hands it over: as a passage, beside others or alone; or
        answered by rule, without the model."""
        for j in self.own_facts:
            for _ in range(times):
                slots, kind = self.filling(), self.random.random()
                words, answer = self.asked(self.random.choice(j["q"]), slots), self.fill(j["a"], slots)
                if kind < 0.3:
                    yield "pasaje propio", self.any_variant(), [[frame.question(words), self.sentence(answer)]]
                    continue
                others = [f for f in self.own_facts if f["k"] != j["k"]]
                is_told = kind < 0.8
                told = self.random.sample(others, self.random.randint(0 if is_told else 1, 3)) + [j] * is_told
                self.random.shuffle(told)
                context = [c for c in self.distractors(1) if c[0] != TOLD] + [(TOLD, self.told_of_person(told, slots))]
                yield "pasaje propio", self.any_variant(), [[frame.question(words, "", context),
                    self.sourced(TOLD, answer) if is_told else self.random.choice(self.ABSENT)]]

    SEQUENCES = (("found", "plain", 40), ("own", "plain", 14), ("absent", "plain", 12), ("plain", "found", 6), ("plain", "absent", 4),
                 ("found", "absent", 9), ("absent", "found", 7), ("found", "found", 8))

    def sequences(self, n):
        """Turns behind one another of which some have passages: what was found before decides nothing about what comes
        next. Behind an answer out of a passage the commonest is a question that has none."""
        drawn = [*self.facts(2), *self.tables(1), *self.passages(1)]
        pools = {"found": [e for e in drawn if e[0] == "con pasaje"], "absent": [e for e in drawn if e[0] == "sin pasaje"],
                 "own": list(self.remembered(2)), "plain": []}
        chat = [*self.talk(1), *self.moods(1), *self.statements(3)]
        plain = [[e for e in chat if e[0] == "saber"], list(self.tools(1)), [e for e in chat if e[0] == "saludo"],
                 [e for e in chat if e[0] not in ("saber", "saludo")]]
        kinds, weights = zip(*[(k[:2], k[2]) for k in self.SEQUENCES])
        for kind in self.random.choices(kinds, weights, k=n):
            pools["plain"] = self.random.choices(plain, (5, 2, 1, 2))[0]
            parts = [self.random.choice(pools[k]) for k in kind]
            if kind[1] == "plain" and self.random.random() < 0.15:
                parts.append(self.random.choice(self.random.choice(plain)))
            variants = [p[1] for p, k in zip(parts, [*kind, "plain"]) if k == "plain" and p[1]]
            yield "tras pasaje", [*variants, self.any_variant()][0], [turn for p in parts for turn in p[2]]

    def statements(self, times):
        """What is told and asks nothing, so that nothing is cited for it."""
        for j in lines("dichos.jsonl"):
            for words in j["u"] * times:
                slots = self.filling()
                said = self.heard(self.contracted(self.fill(words, slots)))
                context = None
                if self.random.random() < 0.3:
                    context = self.distractors(2) or None
                yield "dicho", self.any_variant(), [[frame.question(said, "", context), self.fill(self.random.choice(j["a"]), slots)]]

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

    def questions(self):
        """(words, answers) of what has one plain answer, and commands with their slots filled."""
        plain = [(u, j["a"]) for j in lines("talk.jsonl") if j["g"] == "saber" for u in j["u"]]
        commands = [(self.fill(u, self.filling()), []) for j in lines("herramientas.jsonl") for u in j["u"]]
        return plain, commands

    def cut(self, n):
        """Sentences that end where none can end."""
        answers = next(j["a"] for j in lines("talk.jsonl") if j["g"] == "sinsentido" and any("…" in u for u in j["u"]))
        plain, commands = self.questions()
        whole = [u for u, _ in plain + commands] + [f[1][0] for j in self.themes for f in j["f"]]
        for _ in range(n):
            words = self.random.choice(whole).rstrip("?.!").split()
            ends = [i for i, w in enumerate(words[:-1]) if w.lower().strip("¿¡") in OPEN_WORDS and i]
            if ends:
                said = " ".join(words[:self.random.choice(ends) + 1]) + self.random.choice(["…", "…", "...", "", "."])
                yield "sinsentido", self.any_variant(), [[frame.question(said), self.random.choice(answers)]]

    def repeated(self, n):
        """What was said is asked for once more."""
        plain, _ = self.questions()
        for words, answers in self.random.sample(plain, n):
            answer = self.random.choice(answers)
            yield "interrupcion", self.any_variant(), [[frame.question(self.heard(words)), answer], [
                frame.question(self.heard(self.random.choice(AGAIN))), answer]]

    def epoch(self, folder, share_of_papers=0):
        parts = [self.moods(1), self.talk(1), self.noise(40), self.cut(40), self.repeated(30), self.without_tools(1), self.dialogues(2), self.tools(1),
                 self.facts(3), self.passages(2), self.tables(3), self.cards(4), self.shares(4), self.remembered(2), self.statements(1),
                 self.sequences(160)]
        if share_of_papers:
            parts.append(self.papers(share_of_papers))
        if folder:
            parts += [self.chitchat(folder, 3), self.home(folder, 40), self.clock(folder), self.squad(folder, 130), self.subtitles(folder, 10)]
        return [{"g": g, "tools": variant, "turns": turns} for part in parts for g, variant, turns in part
                if heldout.is_clean(turns, MOODS)]


def shared_data():
    folder = pathlib.Path(os.environ.get("SARAI_TEST_DATA", ROOT.parent / "shared/data"))
    return folder if folder.is_dir() else None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--rest", type=float, default=1, help="share of the dialogues without passages, for going on")
    p.add_argument("--papers", type=float, default=0, help="share of the finder's papers in an epoch; 1: three times the tokens of the rest")
    p.add_argument("--out", required=True)
    args = p.parse_args()
    chance = random.Random(args.seed)
    folder = shared_data()
    if not folder:
        print("no ../shared/data: only what is written here")
    with open(args.out, "w") as out:
        for n in range(args.epochs):
            for example in Maker(args.seed + n).epoch(folder, args.papers):
                if "pasaje" not in example["g"] and chance.random() >= args.rest:
                    continue
                out.write(json.dumps({"epoch": n, **example}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
