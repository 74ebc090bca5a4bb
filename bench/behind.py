"""Whether what was found for one question binds the answer to the next: turns without passages right behind others.

    python3 bench/behind.py [--sarai build/release/sarai] [--adapter FILE] [--grounding on|off] [--show]

Eight turns that were answered out of passages (or in which nothing was found, or out of what the person told), and behind
each of them fifteen questions about the world, greetings and the like, and six about the person's own papers, which are
not to be invented. Told: how many are refused or name a source, and how many of those that have a plain answer get it.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOLD = "lo que me has contado"
BEFORE = (
    ("found", "¿Cuánto dura la tregua?", [("cronica.txt", "La tregua dura seis meses y la firman los dos alcaldes.")],
     "Según cronica.txt, dura seis meses."),
    ("found", "¿Quién lleva la contabilidad?", [("empresa.md", "De la contabilidad se encarga Rosa Prieto. El almacén abre a las siete.")],
     "Según empresa.md, la lleva Rosa Prieto."),
    ("found", "¿Qué día recogen los trastos?", [("aviso-vecinos.pdf, página 1", "Los muebles viejos se recogen los martes por la noche.")],
     "Según aviso-vecinos.pdf, página 1, los recogen los martes por la noche."),
    ("found", "¿Cuánto cuesta el tinte?", [("peluqueria.txt", "Corte: 15 euros. Tinte: 32 euros."), ("notas.md", "Comprar cable de dos metros.")],
     "Según peluqueria.txt, cuesta 32 euros."),
    ("not found", "¿Quién hizo la traducción?", [("libro.epub, página 4", "La novela se publicó en 1987 y tuvo tres ediciones.")],
     "Eso no aparece en libro.epub, página 4."),
    ("not found", "¿Cuánto pesa la maleta?", [("viaje.txt", "El autocar sale a las 9:15 de Burgos."), ("billetes.txt", "Dos billetes de ida.")],
     "Eso no aparece en lo que tengo."),
    ("told", "¿En qué ciudad vivo?", [], "Vives en Teruel."),
    ("told", "¿Sabes si puedo comer pan?", [(TOLD, "Te llamas Irene. Eres celíaca.")], f"Según {TOLD}, eres celíaca."),
)
PLAIN = (("¿Cuál es la capital de Portugal?", "lisboa"), ("¿Quién pintó Las Meninas?", "vel[aá]zquez"), ("¿Cuál es la capital de Japón?", "tokio"),
         ("¿Qué es un volcán?", "monta|lava"), ("¿Cuántos meses tiene un año?", "doce|12"), ("Cuéntame un chiste.", ""),
         ("¿Quién escribió Hamlet?", "shakespeare"), ("¿De qué color es la nieve?", "blanc"), ("Hola, ¿qué tal?", ""), ("Estoy muy cansada.", ""),
         ("¿Qué es la fotosíntesis?", "planta"), ("Gracias.", ""), ("¿Quién eres?", "sarai"), ("¿Qué me recomiendas para cenar?", ""),
         ("¿Qué idioma se habla en Brasil?", "portugu"))
OWN = ("¿Cuándo caduca mi pasaporte?", "¿Cuánto pago de seguro del coche?", "¿Cómo se llama mi dentista?", "¿A qué hora sale mi avión?",
       "¿Cuál es la clave del wifi?", "¿Quién ganó ayer el partido?")
REFUSED = re.compile(r"no aparece|no consta|según", re.I)
HONEST = re.compile(r"\bno\b|confirmas|todavía", re.I)


def ask(args, asked):
    """asked: [(what was before, words), …] → the answers."""
    rows = [{"text": words, "history": [{"text": said, "answer": answer, **({"passages": [
        {"source": s, "text": t} for s, t in found]} if found else {})}]} for (_, said, found, answer), words in asked]
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "XDG_DATA_HOME": home, "GROUNDING": args.grounding}
        if args.adapter:
            env["LLM_ADAPTER"] = args.adapter
        done = subprocess.run([args.sarai, "ask", "--json", "-"], input="".join(json.dumps(r) + "\n" for r in rows),
                              capture_output=True, text=True, env=env)
    if done.returncode:
        sys.exit(f"{args.sarai} ask: {done.stderr}")
    return [json.loads(line)["answer"] for line in done.stdout.splitlines()]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sarai", default=str(ROOT / "build/release/sarai"))
    p.add_argument("--adapter")
    p.add_argument("--grounding", choices=["on", "off"], default="on")
    p.add_argument("--show", action="store_true")
    args = p.parse_args()
    asked = [(before, words, expected) for before in BEFORE for words, expected in (*PLAIN, *((w, None) for w in OWN))]
    answers = ask(args, [(before, words) for before, words, _ in asked])
    counts = collections.Counter()
    for (before, words, expected), answer in zip(asked, answers):
        kind = before[0]
        if expected is None:
            counts["own", "all"] += 1
            counts["own", "invented"] += not HONEST.search(answer)
        else:
            counts[kind, "all"] += 1
            counts[kind, "refused"] += bool(REFUSED.search(answer))
            counts[kind, "with an answer"] += bool(expected)
            counts[kind, "right"] += bool(expected and re.search(expected, answer, re.I))
        if args.show:
            print(f"    {before[1]} … {words} → {answer}")
    for kind in ("found", "not found", "told"):
        print(f"{kind:>10}: {counts[kind, 'refused']} of {counts[kind, 'all']} refused, "
              f"{counts[kind, 'right']} of {counts[kind, 'with an answer']} right")
    print(f"of the person's own, {counts['own', 'invented']} of {counts['own', 'all']} invented")


if __name__ == "__main__":
    main()
