#!/usr/bin/env python3
"""Writes into docs/MODELS.md what models/manifest.json says of each model: source, licence, sums.

    tools/models_page.py            rewrites the page between its two marks
    tools/models_page.py --check    fails when the page is not what it would write
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "MODELS.md"
BEGIN = "<!-- from models/manifest.json, by `make docs` -->\n"
END = "<!-- end -->\n"

# What a licence without terms of its own allows. A model under any other says it in `terms`.
LICENCES = {
    "MIT": "any use; keep the notice",
    "BSD-2-Clause": "any use; keep the notice",
    "BSD-3-Clause": "any use; keep the notice",
    "Apache-2.0": "any use; keep the notice, say what you changed",
    "CC-BY-4.0": "any use; name the authors",
}


def allows(model):
    terms = model.get("terms") or LICENCES.get(model["licence"])
    if not terms:
        sys.exit(f"{model['id']}: say in `terms` of the manifest what {model['licence']} allows")
    return terms


def size(model):
    total = sum(file.get("bytes", 0) for file in model["files"])
    return f"{total / 1e6:.0f} MB" if total else "not known here"


def table(models):
    yield "| id | role | profile | size | licence | allows |\n|---|---|---|---|---|---|\n"
    for m in models:
        yield (f"| `{m['id']}` | {m['role']} | {m['profile']} | {size(m)} | {m['licence']} | {allows(m)} |\n")


def source(entry):
    registry = "PyPI" if "pip" in entry else "npm"
    return f"{registry} `{entry.get('pip') or entry.get('npm')}`, sha256 `{entry['sha256']}`"


def details(m):
    yield f"\n### {m['id']}\n\n{m['origin']}: {m['about_en']}. Licence: {m['licence']}.\n\n"
    for entry in m.get("sources", []):
        yield f"- from {source(entry)}\n"
    if m.get("make"):
        yield f"- converted by `{m['make'][0]}`\n"
    for file in m["files"]:
        checked = f"sha256 `{file['sha256']}`" if file.get("sha256") else "no sum known: it is taken as the hub gives it"
        origin = f" from the hub's `{file['hub']}`;" if file.get("hub") else ""
        yield f"- `{file['path']}`:{origin} {checked}\n"


def generated():
    models = json.loads((ROOT / "models" / "manifest.json").read_text())["models"]
    return "".join([*table(models), *(line for m in models for line in details(m))])


def main():
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    fresh = before + BEGIN + generated() + END + after
    if "--check" in sys.argv:
        sys.exit(0 if fresh == page else 1)
    PAGE.write_text(fresh)


if __name__ == "__main__":
    main()
