"""From the transcript to the first token, the first phrase and the first sound: what is left of a turn once its words are known.

    python3 bench/after_transcript.py [--sarai build/release/sarai] [--rounds 3] [--only questions|commands]

Spoken questions and commands (in Sarai's own second voice, made here) go through `sarai run`, a new process for each, whose fixed
beginning comes out of the cache. Milliseconds, least and median over the rounds. A command is done by rule, and from its second time on
the sound of its opening may come from the cache of phrases.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
QUESTIONS = ("¿Quién pintó el cuadro de Las Meninas?", "Hoy estoy muy triste.", "¿Cómo te llamas?",
             "Estoy muy contenta porque he aprobado el examen.", "¿Cuál es la capital de Italia?")
COMMANDS = ("¿Cuánto es doce por ocho?", "Añade pan a la lista de la compra.", "Sube el volumen.",
            "Pon un temporizador de cinco minutos.")


def turn(args, env, wav, out):
    """(first token, first phrase, first sound) after the transcript."""
    done = subprocess.run([args.sarai, "run", wav, "-o", out, "--json"], capture_output=True, text=True, env=env, check=True)
    s = json.loads(done.stdout)["stages_ms"]
    sound = s["first_audio"] - s["listen"]
    return s["think_first_token"], sound - s["speak_first_audio"], sound


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sarai", default=str(ROOT / "build/release/sarai"))
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--only", choices=["questions", "commands"])
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "XDG_DATA_HOME": folder, "GOMP_SPINCOUNT": "2000"}
        for title, sentences in (("questions", QUESTIONS), ("commands", COMMANDS)):
            if args.only not in (None, title):
                continue
            rows = []
            for i, words in enumerate(sentences):
                wav = f"{folder}/{title}{i}.wav"
                subprocess.run([args.sarai, "say", words, "--voice", "em_alex", "-o", wav], check=True, env=env)
                turn(args, env, wav, f"{folder}/out.wav")  # the first time fills the caches
            for _ in range(args.rounds):
                rows += [turn(args, env, f"{folder}/{title}{i}.wav", f"{folder}/out.wav") for i in range(len(sentences))]
            for k, name in enumerate(("first token", "first phrase", "first sound")):
                values = [r[k] for r in rows]
                print(f"  {title:10} {name:13} least {min(values):6.0f}  median {statistics.median(values):6.0f}", flush=True)


if __name__ == "__main__":
    main()
