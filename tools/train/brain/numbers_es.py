"""Sums, conversions and dates in Spanish with their right results, for the training templates."""
WORDS = ("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
         "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco").split()
TENS = {30: "treinta", 40: "cuarenta", 50: "cincuenta", 60: "sesenta", 70: "setenta", 80: "ochenta",
        90: "noventa", 100: "cien"}
DAYS = "lunes martes miércoles jueves viernes sábado domingo".split()
MONTHS = ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre").split()


def said(n, r):
    """A number as a recogniser writes it: in digits, or in a word where it is short."""
    word = WORDS[n] if n < len(WORDS) else TENS.get(n)
    return word if word and r.random() < 0.4 else str(n)


def decimal(value):
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",")


def sum_of_two(r):
    kind = r.randrange(6)
    if kind == 0:
        a, b = r.randint(2, 400), r.randint(2, 400)
        return f"{said(a, r)} más {said(b, r)}", str(a + b)
    if kind == 1:
        a, b = r.randint(20, 900), r.randint(2, 20)
        return f"{said(a, r)} menos {said(b, r)}", str(a - b)
    if kind in (2, 3):
        a, b = r.randint(2, 99), r.randint(2, 40)
        return f"{said(a, r)} {r.choice(['por', 'por', 'multiplicado por'])} {said(b, r)}", str(a * b)
    if kind == 4:
        b, c = r.randint(2, 12), r.randint(2, 60)
        return f"{said(b * c, r)} {r.choice(['entre', 'dividido entre'])} {said(b, r)}", str(c)
    percent, a = r.choice([5, 10, 15, 20, 21, 25, 30, 50]), r.randint(2, 40) * 10
    return f"el {said(percent, r)} por ciento de {said(a, r)}", decimal(percent * a / 100)


UNITS = (("millas", "kilómetros", 1.609344), ("kilómetros", "millas", 0.621371), ("pulgadas", "centímetros", 2.54),
         ("libras", "kilos", 0.453592), ("kilos", "libras", 2.204623), ("metros", "pies", 3.28084),
         ("horas", "minutos", 60), ("días", "horas", 24), ("litros", "mililitros", 1000),
         ("onzas", "gramos", 28.349523), ("minutos", "segundos", 60), ("kilómetros", "metros", 1000))


def conversion(r):
    source, target, factor = r.choice(UNITS)
    n = r.randint(2, 90)
    return f"{said(n, r)} {source}", target, decimal(n * factor)


def date(r):
    return f"{r.choice(DAYS)} {r.randint(1, 28)} de {r.choice(MONTHS)}"


def short_date(r):
    return f"{r.randint(1, 28)} de {r.choice(MONTHS)}"


def duration(r):
    n = r.randint(2, 59)
    kind = r.randrange(10)
    if kind == 0:
        return r.choice(["media hora", "una hora", "un cuarto de hora", "hora y media", "un minuto", "tres cuartos de hora",
                         "una hora y cuarto", "dos horas y media"])
    if kind == 1:
        return f"{said(r.randint(2, 9), r)} horas"
    return f"{said(n, r)} {'segundos' if kind == 2 else 'minutos'}"
