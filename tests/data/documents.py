#!/usr/bin/env python3
"""Writes a folder of small documents, one of each kind that Sarai reads, and some that are broken.

Usage: documents.py FOLDER
"""
import random
import sys
import zipfile
from pathlib import Path

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = f"""<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>
<w:p><w:r><w:t>La boda de Ana es el </w:t></w:r><w:r><w:t>12 de junio en Cádiz.</w:t></w:r></w:p>
</w:body></w:document>"""
ODT = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:text><text:h>El jardín</text:h><text:p>Las rosas se podan en<text:s/>febrero.</text:p>
</office:text></office:body></office:document-content>"""
MARKDOWN = """# Contrato de alquiler

El inquilino paga 850 euros al mes, antes del día 5.

## Fianza

La fianza es de **1.700 euros** y se devuelve al terminar el contrato.
"""
HTML = """<!doctype html><html><head><meta charset="utf-8"><title>Recetas</title><script>let x = 1;</script></head>
<body><h1>Tortilla de patatas</h1>
<p>La tortilla lleva seis huevos, cuatro patatas y una cebolla.</p></body></html>
"""


def zipped(path: Path, members: dict) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def pdf(path: Path, pages: list) -> None:
    """A PDF of lines of text in Helvetica."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>",
               f"<< /Type /Pages /Kids [{' '.join(f'{4 + 2 * i} 0 R' for i in range(len(pages)))}] /Count {len(pages)} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    for i, lines in enumerate(pages):
        stream = "BT /F1 12 Tf 72 720 Td 16 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
                       f" /Contents {5 + 2 * i} 0 R >>")
        objects.append(f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream")
    out, offsets = b"%PDF-1.4\n", []
    for i, text in enumerate(objects):
        offsets.append(len(out))
        out += f"{i + 1} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF\n").encode()
    path.write_bytes(out)


def main() -> None:
    to = Path(sys.argv[1])
    to.mkdir(parents=True)
    noise = random.Random(1)
    (to / "contrato.md").write_text(MARKDOWN, encoding="utf-8")
    (to / "recetas.html").write_text(HTML, encoding="utf-8")
    (to / "notas.txt").write_bytes("La reunión es mañana a las nueve.\n\nEl código de la alarma es 4711.\n".encode("latin-1"))
    (to / "vacio.txt").write_text("\n")
    zipped(to / "boda.docx", {"word/document.xml": DOCX})
    zipped(to / "jardin.odt", {"content.xml": ODT})
    zipped(to / "libro.epub", {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/c.opf"/></rootfiles></container>',
        "OEBPS/c.opf": '<package><manifest><item id="a" href="cap%201.xhtml"/></manifest>'
                       '<spine><itemref idref="a"/></spine></package>',
        "OEBPS/cap 1.xhtml": "<html><body><h1>Capítulo 1</h1>"
                             "<p>El barco se llamaba Esperanza&nbsp;y salió de Cádiz.</p></body></html>"})
    pdf(to / "seguro.pdf", [["Seguro del hogar", "El seguro cubre incendios y robos."],
                            ["La franquicia es de 300 euros por sinies-",
                             "tro y la póliza del seguro vence el 31 de diciembre."]])
    (to / "roto.pdf").write_bytes((to / "seguro.pdf").read_bytes()[:60])
    (to / "roto.docx").write_bytes((to / "boda.docx").read_bytes()[:200])
    zipped(to / "bomba.docx", {"word/document.xml": b" " * (300 << 20)})
    (to / "binario.txt").write_bytes(noise.randbytes(5000))


main()
