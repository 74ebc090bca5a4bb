"""The papers of everyday life that nothing of ours was trained on (tools/train/finder), as somebody's documents."""
import os
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "tools/train/finder"))
import pairs  # noqa: E402

TOGETHER = pairs.TOGETHER


def papers():
    """[{"nombre", "texto", "si": [[question, words]], "no": [question]}]"""
    return pairs.papers(held=True)


def index(sarai, folder):
    """Has the program read them, as files of their names; gives the store's path, in the folder."""
    store = os.path.join(folder, "saber.db")
    for i, paper in enumerate(papers()):
        name = paper["nombre"].replace("/", "-")
        file = pathlib.Path(folder, "papers", str(i), name if pathlib.Path(name).suffix in (".txt", ".md") else name + ".txt")
        file.parent.mkdir(parents=True)
        file.write_text(paper["texto"], encoding="utf-8")
    subprocess.run([sarai, "index", "--json", f"{folder}/papers"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "STORE_PATH": store})  # fmt: skip
    return store
