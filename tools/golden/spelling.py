#!/usr/bin/env python3
"""Spanish numbers in words as ICU spells them out, for tests/golden/numbers_test.c.

    apt-get install libicu-dev && pip install PyICU==2.17
    tools/golden/spelling.py tests/golden/data/numbers.json

Left out is where the two differ on purpose: feminine numbers from a thousand on (ICU: "doscientos mil
personas"), the ordinals that end in 11 and 12 (ICU: "decimoprimero" beside the adjective "undécimo") and
those of 800 (ICU: "octingésimo"; the Academy's dictionary has "octingentésimo" only). PyICU passes numbers as
doubles, so there are none past 15 digits.
"""
import argparse
import json
import random

import icu

CARDINALS = {"alone": "%spellout-numbering", "masculine": "%spellout-cardinal-masculine",
             "feminine": "%spellout-cardinal-feminine"}  # fmt: skip
ORDINALS = {"alone": "%spellout-ordinal-masculine", "masculine": "%spellout-ordinal-masculine-adjective",
            "feminine": "%spellout-ordinal-feminine"}  # fmt: skip
RANDOM_EACH = 12  # numbers of each length


def numbers():
    """All up to 1,100 in steps that meet every word, round ones, and random ones of each length."""
    rng = random.Random(1)
    chosen = set(range(0, 131)) | set(range(131, 1100, 7))
    for digits in range(4, 16):
        chosen |= {10 ** (digits - 1), 10**digits - 1, 21 * 10 ** (digits - 2), 10 ** (digits - 1) + 1}
        chosen |= {rng.randrange(10 ** (digits - 1), 10**digits) for _ in range(RANDOM_EACH)}
    return sorted(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    arguments = parser.parse_args()
    speller = icu.RuleBasedNumberFormat(icu.URBNFRuleSetTag.SPELLOUT, icu.Locale("es"))

    def spell(n, rule):
        speller.setDefaultRuleSet(rule)
        return speller.format(n).replace("\u00ad", "")

    rows = []
    for n in numbers():
        forms = [form for form in CARDINALS if form != "feminine" or n < 1000]
        rows.append({"n": str(n), "kind": "cardinal", **{form: spell(n, CARDINALS[form]) for form in forms}})
    for n in range(1, 1000):
        if n % 100 not in (11, 12) and n // 100 != 8:
            rows.append({"n": str(n), "kind": "ordinal", **{form: spell(n, rule) for form, rule in ORDINALS.items()}})
    with open(arguments.output, "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
