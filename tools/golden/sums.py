#!/usr/bin/env python3
"""Sums in Spanish with what Python's fractions and decimal make of them: tests/golden/data/sums.json.

    python3 tools/golden/sums.py

Numbers are written in figures, in words, and with thousands' points and decimal commas; the results are rounded half
away from zero to four decimals, as src/act/calculator.c tells them.
"""
import decimal
import fractions
import json
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/train/brain"))
import numbers_es  # noqa: E402

ONES = numbers_es.WORDS[:26] + "veintiséis veintisiete veintiocho veintinueve".split()
HUNDREDS = ("", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
            "ochocientos", "novecientos")


def words(n):
    if n < 30:
        return ONES[n]
    if n < 100:
        return numbers_es.TENS[n // 10 * 10] + (f" y {ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return "cien" if n == 100 else HUNDREDS[n // 100] + (f" {words(n % 100)}" if n % 100 else "")
    if n < 1000000:
        return ("" if n < 2000 else words(n // 1000) + " ") + "mil" + (f" {words(n % 1000)}" if n % 1000 else "")
    return ("un millón" if n < 2000000 else words(n // 1000000) + " millones") + (
        f" {words(n % 1000000)}" if n % 1000000 else "")


def number(r):
    """A number as it may be heard, and its value."""
    kind = r.random()
    n = r.choice([r.randint(0, 99), r.randint(0, 9999), r.randint(0, 9999999)])
    if kind < 0.35:
        return words(n), fractions.Fraction(n)
    if kind < 0.6:
        return str(n), fractions.Fraction(n)
    if kind < 0.75:
        return f"{n:,}".replace(",", "."), fractions.Fraction(n)
    cents = r.randint(1, 99)
    value = fractions.Fraction(n * 100 + cents, 100)
    return (f"{n},{cents:02}" if kind < 0.9 else f"{words(n)} coma {'cero ' if cents < 10 else ''}{words(cents)}"), value


def told(value):
    decimal.getcontext().prec = 60
    exact = decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator)
    text = f"{exact.quantize(decimal.Decimal('0.0001'), decimal.ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace(".", ",")


def sum_of(r):
    """Two or three operations, products before sums."""
    text, value = number(r)
    terms, sign = [(1, value)], 1
    for _ in range(r.randint(1, 3)):
        other_text, other = number(r)
        word = r.choice(["más", "menos", "por", "entre", "+", "-", "*", "dividido entre"])
        if word in ("entre", "dividido entre") and other == 0:
            continue
        text += f" {word} {other_text}"
        if word in ("más", "+", "menos", "-"):
            terms.append((1 if word in ("más", "+") else -1, other))
        else:
            sign, last = terms[-1]
            terms[-1] = (sign, last * other if word in ("por", "*") else last / other)
    return text, sum(s * v for s, v in terms)


def percent(r):
    share, (text, value) = r.randint(1, 99), number(r)
    return f"el {words(share) if r.random() < 0.5 else share} por ciento de {text}", value * share / 100


def main():
    r = random.Random(6)
    out = []
    while len(out) < 400:
        text, value = percent(r) if r.random() < 0.15 else sum_of(r)
        if told(value) == "0" and value != 0:
            continue  # told with more decimals
        if abs(value) < 10**14 and len(text) < 400 and any(c.isalpha() or c in "+-*" for c in text) and " " in text:
            out.append([text, told(value)])
    lines = ",\n".join(json.dumps(o, ensure_ascii=False) for o in out)
    (ROOT / "tests/golden/data/sums.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
