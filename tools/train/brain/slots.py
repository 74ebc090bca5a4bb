"""What fills the {slots} of the templates in data/: other names, places and numbers each time."""
import json
import pathlib
import random
import re

import numbers_es

DATA = pathlib.Path(__file__).resolve().parent / "data"
NAMES = ("persona", "persona2", "ciudad", "ciudad2", "hotel", "clave")
ONSETS = "b br c d f g l ll m n ñ p pr qu r s t tr v z ch j".split()
RIMES = "a e i o a e o an en on ar er or ía io al el ue".split()


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


class Slots:
    """Draws what fills the slots of one dialogue."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.slots = json.loads((DATA / "slots.json").read_text())

    def made(self):
        """The slots that are computed, consistent among themselves."""
        r = self.random
        sum_words, total = numbers_es.sum_of_two(r)
        quantity, unit, converted = numbers_es.conversion(r)
        hours = sorted(r.sample(range(6, 24), 2))
        minute = r.choice(["00", "05", "10", "15", "20", "30", "40", "45", "50", "35"])
        year = r.randint(1085, 1890)
        return {"cuenta": sum_words, "resultado": total, "cantidad": quantity, "unidad": unit,
                "convertido": converted, "hhmm": f"{hours[0]}:{minute}", "hhmm2": f"{hours[1]}:00", "duracion": numbers_es.duration(r), "m": str(r.randint(2, 900)),
                "fecha": numbers_es.date(r), "fechac": numbers_es.short_date(r), "n": str(r.randint(2, 200)),
                "pag": str(r.randint(2, 40)), "pag2": str(r.randint(11, 99)), "pocos": str(r.randint(2, 9)),
                "pocos2": str(r.randint(2, 9)), "euros": str(r.randint(21, 199) * 5),
                "euros2": str(r.randint(101, 1900)), "euros3": str(r.randint(4, 40) * 10),
                "euros4": f"{r.randint(12, 45)}.{r.choice(['000', '500', '200', '800'])}",
                "telefono": " ".join([str(r.randint(900, 999)), str(r.randint(10, 99)),
                                      str(r.randint(10, 99)), str(r.randint(10, 99))]),
                "letra": r.choice("ABCDEFG"), "anio": str(year), "anio2": str(year + r.randint(1, 70))}

    def filling(self):
        chosen = self.made()
        for name, values in self.slots.items():
            first, second = self.random.sample(values, 2) if len(values) > 1 else values * 2
            chosen[name], chosen[name + "2"] = first, second
        for name in NAMES:
            if self.random.random() < 0.3:
                chosen[name] = self.invented()
        return chosen

    def invented(self):
        """A name that nobody has: it can only be copied."""
        syllables = [self.random.choice(ONSETS) + self.random.choice(RIMES) for _ in range(self.random.randint(2, 3))]
        return "".join(syllables).capitalize() + self.random.choice(["", "", "n", "s", "z", "l"])

    @staticmethod
    def fill_argument(template, slots):
        return re.sub(r"\{(\w+)\}", lambda m: slots.get(m[1], m[0]), template)

    @staticmethod
    def fill(template, slots):
        text = Slots.fill_argument(template, slots)
        return text[:1].upper() + text[1:] if template[:1] == "{" and template[1:2] != '"' else text
