"""Documents and questions about them: what they tell, and what they do not.

Each document is asked several times, for what is there and for what is not, so that only the question tells the two
apart; train.py reads a document that is asked several times once.
"""
import json
import pathlib
import random
import re

import frame
from slots import Slots, lines

SOURCES = ("{}.pdf, página {}", "{}.pdf, página {}", "{}.pdf, página {}", "{}.txt", "{}.txt", "{}.md", "{}", "{}.docx",
           "correo: {}", "correo de {}", "web de {}", "{}, página {}", "libro: {}", "{}.html", "{}.epub, página {}",
           "nota: {}", "mensaje de {}", "{} ({})", "carpeta/{}.txt", "capítulo {1}, {0}")
ASKED = ("Oye, ¿{}?", "Dime, ¿{}?", "Según mis papeles, ¿{}?", "Mira en mis notas, ¿{}?", "¿Me puedes decir {}?",
         "¿Sabes {}?", "Necesito saber {}.", "¿Pone {}?", "Y {}?")
TOLD = "lo que me has contado"  # the source of what the person told: consulting.c


PAPERS = pathlib.Path(__file__).parents[1] / "finder/papeles.jsonl"
TOGETHER = 6  # papers that were written together, and may be alike
BESIDE = 0.3  # share of the papers that come with a part of another


def papers(held):
    """Those that are trained on, or those that are held out: six of sixty."""
    lines_ = PAPERS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for i, line in enumerate(lines_) if (i // TOGETHER % 10 == 9) == held]


def squad_v2(folder):
    return json.load(open(folder / "retrieval/squad_es/SQuAD-es-v2.0/dev-v2.0-es_small.json"))["data"]


class Documents(Slots):
    def __init__(self, seed):
        super().__init__(seed)
        self.themes, self.listings, self.cards_of = lines("hechos.jsonl"), lines("tablas.jsonl"), lines("fichas.jsonl")
        self.own_facts = lines("contado.jsonl")
        self.words = [w for j in lines("pasajes.jsonl") for w in re.findall(r"[a-záéíóúñ]{5,}", re.sub(r"\{\w+\}", "", j["p"].lower()))]

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

    ABSENT = ("No aparece en lo que tengo.", "No aparece en lo que tengo.", "No lo sé, no aparece en lo que tengo.")

    @staticmethod
    def sourced(source, answer):
        """Always alike: the first word decides whether it is found, and small models follow what is regular."""
        return f"Según {source}, {answer}."

    def some_source(self, name):
        """A document's name, its own or one of words at random: a source is to be copied, not guessed."""
        if self.random.random() < 0.6:
            name = self.random.choice("- _").join(self.random.sample(self.words, self.random.randint(1, 3)))
        if self.random.random() < 0.15:
            name = f"{name} {self.invented()}"
        if self.random.random() < 0.2:
            name = name.replace(" ", self.random.choice("-_"))
        if self.random.random() < 0.15:
            name = f"{name}{self.random.choice('- _')}{self.random.choice([2019, 2021, 2023, 2024, 2025, 'v2', 'final'])}"
        return self.random.choice(SOURCES).format(name, self.random.randint(1, 99))

    def asked(self, template, slots):
        """The question as it may be put to an assistant."""
        words = self.fill(template, slots)
        if self.random.random() < 0.12 and words.startswith("¿"):
            words = self.random.choice(ASKED).format(words[1:2].lower() + words[2:].rstrip("?"))
        return self.heard(words)

    def distractors(self, most, but=None):
        """Passages about other things than the theme or the listing `but`."""
        out = []
        for _ in range(self.random.randint(0, most)):
            slots, kind = self.filling(), self.random.random()
            if kind < 0.1 and all(source != TOLD for source, _ in out):
                out.append((TOLD, self.told_of_person(self.random.sample(self.own_facts, self.random.randint(1, 3)), slots)))
            elif kind < 0.45:
                j = self.random.choice([t for t in self.themes if t is not but])
                told = self.random.sample(j["f"], self.random.randint(1, 3))
                out.append((self.some_source(self.fill(self.random.choice(j["s"]), slots)), self.prose(told, slots)))
            elif kind < 0.8:
                j = self.random.choice([t for t in self.listings if t is not but])
                rows, columns = self.rows(j, self.random.randint(1, 3)), self.random.sample(j["c"], 1)
                out.append((self.some_source(self.random.choice(j["s"])), self.told(rows, columns)))
            else:
                j = self.random.choice(lines("pasajes.jsonl"))
                out.append((self.fill(j["s"], slots), self.fill(j["p"], slots)))
        return out

    def rows(self, listing, n):
        """Things of a listing, each with what fills its columns."""
        out = []
        for template in self.random.sample(listing["x"] * n, n):
            slots = self.filling()
            thing = self.fill_argument(template, slots)
            if thing not in [x for x, _ in out]:
                out.append((thing, {**slots, "x": thing}))
        return out

    def told(self, rows, columns):
        """A listing as a document tells it: thing by thing or column by column."""
        cells = [(i, k) for i in range(len(rows)) for k in range(len(columns))]
        if self.random.random() < 0.5:
            cells.sort(key=lambda cell: cell[1])
        forms = [self.random.choice(c["f"]) for c in columns]
        parts = [self.fill_argument(forms[k], rows[i][1]) for i, k in cells]
        if self.random.random() < 0.4:
            return self.sentence(", ".join(parts[:-1]) + (" y " if parts[1:] else "") + parts[-1])
        return " ".join(self.sentence(p) for p in parts)

    @staticmethod
    def contracted(text):
        return text.replace(" de el ", " del ").replace(" a el ", " al ").replace("A el ", "Al ")

    def sentence(self, text):
        text = self.contracted(text)
        return text[:1].upper() + text[1:] + "."

    def asked_about(self, context, questions):
        """One document, asked several times: (words, answer; None: it does not tell)."""
        variant = self.any_variant()
        for words, answer in questions:
            said = frame.question(self.contracted(words), "", context)
            if answer is None:
                yield "sin pasaje", variant, [[said, self.random.choice(self.ABSENT)]]
            else:
                yield "con pasaje", variant, [[said, self.contracted(answer)]]

    def some(self, of, most):
        return self.random.sample(of, min(len(of), self.random.randint(1, most)))

    def tables(self, times):
        """Listings: several things with the same attributes. What is asked is there; or the thing is there without the
        attribute, or the attribute of other things: the nearest number or name is never the answer."""
        for j in self.listings:
            for _ in range(times):
                rows = self.rows(j, self.random.randint(2, 5))
                shown = rows[:max(1, len(rows) - 1)]
                columns = self.random.sample(j["c"], self.random.randint(1, min(3, len(j["c"]))))
                source = self.some_source(self.random.choice(j["s"]))
                context = [(source, self.told(shown, columns))] + self.distractors(2, j)
                self.random.shuffle(context)
                told = self.some([(row, c) for row in shown for c in columns], 3)
                missing = [(self.random.choice(shown), c) for c in j["c"] if c not in columns]
                missing += [(row, self.random.choice(columns)) for row in rows[len(shown):]]
                questions = [(self.asked(self.random.choice(c["q"]), row[1]), self.sourced(source, self.fill_argument(c["a"], row[1])))
                             for row, c in told]
                questions += [(self.asked(self.random.choice(c["q"]), row[1]), None) for row, c in self.some(missing, 2)] if missing else []
                yield from self.asked_about(context, questions)

    def worded(self, fact):
        """A fact as a document has it: some have several wordings."""
        return fact[0] if isinstance(fact[0], str) else self.random.choice(fact[0])

    def told_of_person(self, facts, slots):
        return self.contracted(" ".join(self.fill(f["p"], slots) for f in facts))

    LOWERED = re.compile(r"^(El|La|Los|Las|Se|Hay|No|Cada|Un|Una|Para|Lleva|Tarifa|Es|En|Está|Su|Te|Le) ")
    BEFORE = ("Le informamos de que", "Recuerde que", "Como cada año,", "Importante:", "Aviso:", "Nota:", "Por cierto,", "Además,")

    def prose(self, facts, slots):
        """Facts as a text has them: each a sentence, or several in one."""
        out = []
        for text in (self.fill(self.worded(f), slots) for f in facts):
            can_join = self.LOWERED.match(text)
            lowered = text[:1].lower() + text[1:]
            if can_join and out and not out[-1].endswith(":") and self.random.random() < 0.3:
                out[-1] = out[-1].rstrip(".") + self.random.choice([" y ", ", y ", "; ", ", "]) + lowered
            elif can_join and self.random.random() < 0.1:
                out.append(f"{self.random.choice(self.BEFORE)} {lowered}")
            else:
                out.append(text)
        return " ".join(out)

    def documents(self, theme, told, slots):
        """[(source, text), …] that tell these facts: one document, or one for each; and where each fact stands."""
        parts = [[f] for f in told] if self.random.random() < 0.3 else [told]
        sources = []
        while len(sources) < len(parts):
            source = self.some_source(self.fill(self.random.choice(theme["s"]), slots))
            if source not in sources:
                sources.append(source)
        context = [(source, self.prose(part, slots)) for source, part in zip(sources, parts)]
        return context, sources * (len(told) // len(sources))

    def facts(self, times):
        """Documents put together from facts of one theme. What is asked is among them, or it is one of the facts that
        were left out: then the passage looks right and does not say it."""
        for j in self.themes:
            for _ in range(times):
                slots = self.filling()
                told = self.random.sample(j["f"], self.random.randint(1, 4))
                context, sources = self.documents(j, told, slots)
                context += self.distractors(2 if len(context) == 1 else 0, j)
                self.random.shuffle(context)
                left = [f for f in j["f"] if f not in told]
                questions = [(self.asked(self.random.choice(f[1]), slots), self.sourced(sources[told.index(f)], self.fill(f[2], slots)))
                             for f in self.some(told, 3)]
                questions += [(self.asked(self.random.choice(f[1]), slots), None) for f in self.some(left, 2)] if left else []
                yield from self.asked_about(context, questions)

    def noted(self, parts, thing, slots):
        """What is told of one thing, as a note has it: in sentences that name it once, in key words, or in both."""
        said, keys = ([self.fill_argument(p[i], slots) for p in parts] for i in (0, 1))
        kind, cut = self.random.random(), self.random.randint(1, len(parts))
        if kind < 0.3:
            return " ".join([self.sentence(f"{thing} {self.listed(said[:cut])}")] + [self.sentence(self.listed(p)) for p in (said[cut:],) if p])
        if kind < 0.6:
            name = re.sub(r"^(el|la|los|las) ", "", thing) if self.random.random() < 0.7 else thing
            return self.sentence(f"{name}{self.random.choice([': ', ', ', '. '])}{', '.join(keys)}")
        if kind < 0.8:
            return " ".join([self.sentence(f"{thing}: {', '.join(keys[:cut])}")] + [self.sentence(s) for s in said[cut:]])
        return " ".join([self.sentence(f"{thing} {said[0]}")] + [self.sentence(k) for k in keys[1:]])

    def listed(self, parts):
        if len(parts) == 1:
            return parts[0]
        return ", ".join(parts[:-1]) + self.random.choice([" y ", " y ", ", y ", ", "]) + parts[-1]

    def cards(self, times):
        """Notes about one thing: several facts in one sentence, of which one is asked for, or one that is not there."""
        for j in self.cards_of:
            for _ in range(times):
                slots = self.filling()
                parts = self.random.sample(j["f"], self.random.randint(2, min(5, len(j["f"]))))
                source = self.some_source(self.fill(self.random.choice(j["s"]), slots))
                context = [(source, self.noted(parts, self.fill_argument(j["e"], slots), slots))] + self.distractors(2, j)
                self.random.shuffle(context)
                left = [f for f in j["f"] if f not in parts]
                questions = [(self.asked(self.random.choice(f[2]), slots), self.sourced(source, self.fill(f[3], slots))) for f in self.some(parts, 4)]
                questions += [(self.asked(self.random.choice(f[2]), slots), None) for f in self.some(left, 2)] if left else []
                yield from self.asked_about(context, questions)

    def shares(self, times):
        """Who has what: "Ana lleva el pan, Luis el hielo y Marta los platos." Asked both ways."""
        for j in lines("repartos.jsonl"):
            for _ in range(times):
                n = self.random.randint(2, min(4, len(j["x"]) - 1))
                things = self.random.sample(j["x"], n + 1)
                people = self.random.sample(self.slots["persona"], n + 1)
                people = [self.invented() if self.random.random() < 0.2 else p for p in people]
                pairs = list(zip(people, things))[:n]
                verb, kind = j["v"], self.random.random()
                if kind < 0.5:
                    text = self.listed([f"{p} {verb} {x}" if i == 0 else f"{p} {x}" for i, (p, x) in enumerate(pairs)])
                elif kind < 0.75:
                    text = ", ".join(f"{p}: {x}" for p, x in pairs)
                else:
                    text = self.listed([f"{p} {verb} {x}" for p, x in pairs])
                source = self.some_source(self.fill(self.random.choice(j["s"]), self.filling()))
                context = [(source, self.sentence(text))] + self.distractors(1, j)
                self.random.shuffle(context)
                def put(forms, p, x):
                    return self.asked(self.random.choice(forms), {"p": p, "c": x})
                questions = [(put(j[self.random.choice(["qx", "qx", "qp"])], p, x), self.sourced(source, f"{p} {verb} {x}")) for p, x in self.some(pairs, 3)]
                lacking = self.random.choice([(j["qx"], "", things[n]), (j["qp"], people[n], ""), (j["no"], self.random.choice(pairs)[0], "")])
                yield from self.asked_about(context, questions + [(put(*lacking), None)])

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
                questions = [(self.heard(self.fill(q, slots)), self.sourced(own[0], self.fill(a, slots))) for q, a in self.some(j["qa"], 2)]
                absent = self.heard(self.fill(self.random.choice(j["no"]), slots))
                if self.random.random() < 0.12:
                    yield from self.asked_about([], [(absent, None)])
                    absent = None
                yield from self.asked_about(context, questions + ([(absent, None)] if absent else []))

    # ---- papers

    def papers(self, share):
        """A share of the papers of everyday life, each asked for all that it tells, in other words, and for what it nearly tells."""
        kept = papers(held=False)
        for paper in self.random.sample(kept, round(share * len(kept))):
            source = paper["nombre"] if self.random.random() < 0.5 else self.some_source(paper["nombre"])
            context = [(source, " ".join(paper["texto"].split()))]
            if self.random.random() < BESIDE:
                other = self.random.choice([p for p in kept if p is not paper])
                context.insert(self.random.randint(0, 1), (other["nombre"], " ".join(other["texto"].split())[:220]))
            questions = [(self.heard(q), self.sourced(source, self.within(words))) for q, words in paper["si"]]
            questions += [(self.heard(q), None) for q in paper["no"]]
            yield from self.asked_about(context, questions)

    def within(self, words):
        """Words of a document as they go on behind "Según …,"."""
        words = " ".join(words.split()).rstrip(".,;:")
        return words[:1].lower() + words[1:] if self.LOWERED.match(words) else words

    # ---- SQuAD-es

    @staticmethod
    def around(sentences, text, r):
        """The sentence that has these words, alone or with its neighbours; None: it has too many."""
        at = next((i for i, s in enumerate(sentences) if text in s), None)
        if at is None or len(sentences[at]) > 260:
            return None
        first, last = at, at
        for _ in range(r.choice([0, 0, 1, 2])):
            wider = [(first - 1, last), (first, last + 1)]
            wider = [(a, b) for a, b in wider if a >= 0 and b < len(sentences) and sum(map(len, sentences[a:b + 1])) < 420]
            first, last = r.choice(wider) if wider else (first, last)
        return " ".join(sentences[first:last + 1])

    def squad_questions(self, folder):
        """{(title, passage): [(question, answer or None), …]} of the articles that are for training."""
        held_out, out = {a["title"] for a in squad_v2(folder)[1::2]}, {}
        old = json.load(open(folder / "retrieval/squad_es/SQuAD-es-v1.1/dev-v1.1-es_small.json"))["data"]
        for article in squad_v2(folder)[::2] + [a for a in old if a["title"] not in held_out]:
            for paragraph in article["paragraphs"]:
                sentences = re.split(r"(?<=[.])\s", paragraph["context"])
                r, windows = random.Random(self.random.random()), {}
                for qa in paragraph["qas"]:
                    is_told = not qa.get("is_impossible")
                    texts = qa["answers"] if is_told else qa.get("plausible_answers", [])
                    text = texts[0]["text"].strip().rstrip(".,;:") if texts else ""
                    if not 1 < len(text) < 60 or len(qa["question"]) > 90:
                        continue
                    window = next((w for w in windows if text in w and is_told), None) or self.around(sentences, text, r)
                    if window:
                        windows[window] = True
                        out.setdefault((article["title"], window), {})[qa["question"]] = text if is_told else None
        return out

    def squad(self, folder, n):
        """Sentences of an encyclopedia with questions that people wrote about them, some so that they only seem to be answered."""
        found = self.squad_questions(folder)
        for title, text in self.random.sample(sorted(found), min(n, len(found))):
            source = self.source(title)
            context = [(source, text)]
            if self.random.random() < 0.3:
                other = self.random.choice(sorted(k for k in found if k[0] != title))
                context.insert(self.random.randint(0, 1), (self.source(other[0]), other[1][:220]))
            questions = [(q, a and self.sourced(source, a)) for q, a in self.some(sorted(found[title, text].items()), 4)]
            if self.random.random() < 0.15:
                other = self.random.choice(sorted(k for k in found if k[0] != title))
                questions.append((self.random.choice(sorted(found[other])), None))
            yield from self.asked_about(context, questions)

    def source(self, title):
        name = re.sub(r"[^\wáéíóúñ ]", " ", title.replace("_", " ")).strip().lower()
        ending = self.random.choice([".pdf, página {}", ".txt", ".pdf, página {}", ".md", ", página {}"])
        return re.sub(r"\s+", "-", name) + ending.format(self.random.randint(1, 90))
