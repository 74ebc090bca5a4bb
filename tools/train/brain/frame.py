"""The adapter's prompt frame: the twin of frame_adapter() in src/think/frame.c. tools/golden/adapter.py
writes what this file makes, and a golden test holds the C code to it token by token."""
import json

PERSONA = ("Sarai es una asistente de voz. Habla español, es amable y sincera, y contesta con una o dos "
           "frases cortas.")
ANSWER_CUE = "<end_of_turn>\n<start_of_turn>model\n"
QUESTION_CUE = "<end_of_turn>\n<start_of_turn>user\n"
NOTHING_FOUND = "Contexto: nada"


def signature(name, arguments):
    return f"{name}({', '.join(arguments)})"


def prefix(tools=None, persona=PERSONA):
    """tools: {name: [argument, …]} or None."""
    text = "<start_of_turn>system\n" + persona
    if tools:
        text += "\nHerramientas: " + ", ".join(signature(n, a) for n, a in tools.items())
    return text + QUESTION_CUE


def question(words, mood="", passages=None):
    """passages: [(source, text), …]; [] says that a search found nothing, None that there was none."""
    lines = [f"Contexto [{source}]: {text}" for source, text in passages or []]
    if passages is not None and not passages:
        lines = [NOTHING_FOUND]
    return "\n".join(lines + [(f"({mood}) " if mood else "") + words])


def result(text):
    return "Resultado: " + text


def call(name, arguments):
    return json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False, separators=(",", ":"))
