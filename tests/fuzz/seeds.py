#!/usr/bin/env python3
"""Writes what the fuzzers begin with, one folder for each, beside what tests/fuzz/corpus keeps.

Usage: seeds.py FOLDER      (needs sox for the sounds)
"""
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def save(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def sounds(folder: Path) -> None:
    """A fifth of a second of a tone in each container and coding that sox writes."""
    kinds = {"wav": [[], ["-b", "8"], ["-e", "floating-point", "-b", "32"], ["-e", "a-law"], ["-e", "ima-adpcm"]],
             "flac": [[]], "ogg": [[]], "mp3": [[]], "aiff": [[]], "au": [[]], "w64": [[]], "caf": [[]]}
    folder.mkdir(parents=True, exist_ok=True)
    for kind, codings in kinds.items():
        for i, coding in enumerate(codings):
            subprocess.run(["sox", "-n", "-r", "8000", "-c", "1", *coding, folder / f"tone-{i}.{kind}",
                            "synth", "0.2", "sine", "440"], check=True)


def packages(folder: Path) -> None:
    members = {"a/b.bin": bytes(range(256)), "c.txt": b"hola\n" * 20, "other": b""}
    for name, packing in (("stored.zip", zipfile.ZIP_STORED), ("deflated.zip", zipfile.ZIP_DEFLATED)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", packing) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        save(folder, name, out.getvalue())
    for name, mode in (("plain.tar", "w:"), ("packed.tgz", "w:gz")):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode) as archive:
            for member, data in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        save(folder, name, out.getvalue())


def vocabulary() -> bytes:
    control = ["<|endoftext|>", "<|startoftranscript|>", "<|es|>", "<|en|>", "<|translate|>", "<|transcribe|>",
               "<|nospeech|>", "<|notimestamps|>"]
    return json.dumps({"tokens": ["a", "\u0120b", "\u00c3\u00b1", *control], "suppress": [1], "suppress_first": [0]}).encode()


def texts(folder: Path) -> None:
    words = ["Hola, ¿qué tal? Son las 10:30 y cuesta 3,50 €.", "El Sr. López vive en la c/ Mayor, 5; 2.º B…",
             "uno\ndos\n\ntres", "«¡Ay!», dijo (en voz baja). http://x.es/a?b=1", "\u0007\u202e🙂 á\u0301"]
    for i, text in enumerate(words):
        save(folder, str(i), text.encode())
    save(folder, "not-utf8", b"ma\xf1ana \xc3( \xed\xa0\x80 \xf4\x90\x80\x80")


def documents(folder: Path) -> None:
    """The first byte picks the reader: text, Markdown, HTML, DOCX, ODT, the pages of a PDF."""
    words = {0: "Uno\n\ndos y señal\n", 1: "# T\n\n- a *b* `c`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n",
             2: "<meta charset=utf-8><h1>T</h1><p>a&ntilde;o <b>b</b><br>c<table><tr><td>1<td>2</table><script>x</script>",
             3: "<w:p><w:t>a</w:t><w:lastRenderedPageBreak/></w:p><w:tr><w:tc><w:p><w:t>b</w:t></w:p></w:tc></w:tr>",
             4: "<o><text:h>T</text:h><text:p>a<text:s/>b<annotation>c</annotation></text:p></o>",
             5: "Una pala-\nbra\n\notra\f\fdos\f"}
    for kind, text in words.items():
        save(folder, str(kind), bytes([kind]) + text.encode())
    save(folder, "latin", b"\0ma\xf1ana ser\xe1 otro d\xeda")
    save(folder, "utf16", b"\0\xff\xfeh\0o\0l\0a\0")


def books(folder: Path) -> None:
    container = '<container><rootfile full-path="O/c.opf"/></container>'
    package = '<package><item id="a" href="a%20b.xhtml"/><itemref idref="a"/></package>'
    kinds = {"book.epub": {"META-INF/container.xml": container, "O/c.opf": package, "O/a b.xhtml": "<p>hola</p>"},
             "letter.docx": {"word/document.xml": "<w:p><w:t>hola</w:t></w:p>"},
             "letter.odt": {"content.xml": "<o><text:p>hola</text:p></o>"}}
    for name, members in kinds.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        save(folder, name, out.getvalue())


def streams(folder: Path) -> None:
    events = {"one": "data: {\"choices\": []}\n\n", "lines": "event: x\ndata: a\ndata:b\r\n\r\ndata: [DONE]\n\n",
              "mark": "\ufeffdata: a\r\rid: 1\n: a comment\ndata\n\n"}
    for name, text in events.items():
        save(folder, name, b"\3" + text.encode())


def commands(folder: Path) -> None:
    said = ["Pon un temporizador de hora y media.", "¿Cuánto es el 18 por ciento de 250?", "26 millas",
            "Recuérdame mañana a las seis menos cuarto que llame a mamá.", "doce por 3,5 entre dos", "Sí, por favor.",
            "el lunes a las ocho", "tres cuartos de hora", "el 3 de mayo", "Apunta pan y leche en la lista de la compra.",
            "quiero morirme", "Sube el volumen al ochenta por ciento."]
    for i, text in enumerate(said):
        save(folder, str(i), text.encode())


def told(folder: Path) -> None:
    said = ["Me llamo Ana y vivo en Cádiz.", "Mi hijo se llama Leo.", "Soy alérgica al marisco.", "¿Cómo me llamo?",
            "Recuerda que el garaje es el 44.", "Olvida mi nombre.", "Olvida todo lo que sabes de mí.",
            "¿Qué sabes de mí?", "No me llamo Ana."]
    for i, text in enumerate(said):
        save(folder, str(i), text.encode())


def calls(folder: Path) -> None:
    """The first byte picks: a call, a schema and arguments, a file of servers."""
    call = json.dumps({"name": "temporizador", "arguments": {"tiempo": "cinco minutos", "nombre": "pasta"}})
    schema = json.dumps({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}, "b": {"enum": ["x"]}},
                         "required": ["a"]})
    servers = json.dumps({"mcpServers": {"files": {"command": "npx", "args": ["-y"], "env": {"A": "b"}},
                                         "wiki": {"url": "https://example.org/mcp", "headers": {"A": "b"}}}})
    save(folder, "call", b"\0" + call.encode())
    save(folder, "hour", b'\0{"name": "hora", "arguments": {}}')
    save(folder, "schema", b"\1" + schema.encode() + b'\n{"a": 0, "b": "x"}')
    save(folder, "servers", b"\2" + servers.encode())


def main() -> None:
    to = Path(sys.argv[1])
    sounds(to / "sound")
    packages(to / "archive")
    texts(to / "text")
    texts(to / "speech")
    texts(to / "normaliser")
    texts(to / "search")
    documents(to / "document")
    streams(to / "stream")
    commands(to / "command")
    told(to / "facts")
    calls(to / "call")
    books(to / "epub")
    save(to / "vocabulary", "small.json", vocabulary())
    save(to / "manifest", "whole.json", (ROOT / "models/manifest.json").read_bytes())
    for entry in json.loads((ROOT / "models/manifest.json").read_text())["models"]:
        save(to / "manifest", entry["id"] + ".json", json.dumps({"models": [entry]}).encode())
    save(to / "phonemes", "kokoro.json", b'{"vocab": {"a": 1, "\xcb\x88": 2, ",": 3}}')
    save(to / "phonemes", "piper.json", b'{"audio": {"sample_rate": 16000}, "phoneme_id_map": {"a": [1], "^": [2]}}')
    save(to / "env", "good", b"# ajustes\nLLAMA_THREADS=2\nSPEED = \"1.5\"\nVOICE='em_alex'\n")
    save(to / "gguf", "one-bit", bytes([0x90, 0x02, 1]))


main()
