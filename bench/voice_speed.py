"""The voice decoder beside the published Kokoro int8 file, both in ONNX Runtime, with and without VNNI.

    python3 bench/voice_speed.py --kokoro kokoro-v1.0.int8.onnx [--models models] [--threads 2] [--rounds 5]
        [--program build/release/bench/voice_speed] [--library deps/onnxruntime/lib/libonnxruntime.so.1]

bench/voice_speed.c runs both in one process, in turns, phrase by phrase; the program is built by
`cmake --build build/release --target benches`. Without VNNI: the CPU is made to say that AVX2 is the best it
has, to Sarai's operator by a switch and to ONNX Runtime by a copy of its library whose CPUID instructions are
caught (they are found by objdump). Only the standard library is needed.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
CPUID, ILLEGAL = b"\x0f\xa2", b"\x0f\x0b"  # the latter is UD2
SHORT = ["Hola.", "Sí, claro.", "Un momento.", "Muy bien.", "A las seis.", "En Madrid."]
WHOLE = [
    "El tren de las ocho y media sale del andén tres.",
    "Mañana lloverá por la tarde en casi todo el norte.",
    "He puesto la alarma a las siete y cuarto.",
    "Para la tortilla hacen falta cuatro huevos y medio kilo de patatas.",
]


def catch_cpuid(library, folder):
    """A copy of the library in the folder whose CPUID instructions are illegal ones."""
    copy = os.path.join(folder, "libonnxruntime.so.1")
    shutil.copyfile(library, copy)
    sections = subprocess.run(["objdump", "-h", "-j", ".text", library], capture_output=True, text=True, check=True)
    address, offset = re.search(r"\.text\s+\w+\s+(\w+)\s+\w+\s+(\w+)", sections.stdout).groups()
    listing = subprocess.run(["objdump", "-d", "-j", ".text", library], capture_output=True, text=True, check=True)
    with open(copy, "r+b") as f:
        for found in re.finditer(r"^\s*(\w+):\t0f a2 +\tcpuid", listing.stdout, re.M):
            f.seek(int(found[1], 16) - int(address, 16) + int(offset, 16))
            assert f.read(2) == CPUID
            f.seek(-2, os.SEEK_CUR)
            f.write(ILLEGAL)


def measure(args, folder=None):
    """One line for each phrase; `folder` holds the library to use without VNNI."""
    command = [args.program] + (["--without-vnni"] if folder else [])
    command += [args.kokoro, os.path.join(args.models, "onnx", "kokoro-82m.onnx"),
                os.path.join(args.models, "onnx", "kokoro-82m.vocab.json"),
                os.path.join(args.models, "voices", "ef_dora.bin"), str(args.threads), str(args.rounds)]  # fmt: skip
    environment = dict(os.environ, LD_LIBRARY_PATH=folder) if folder else None
    out = subprocess.run(command, input="\n".join(SHORT + WHOLE), env=environment, capture_output=True, text=True)
    if out.returncode:
        raise SystemExit(out.stderr.strip() or f"{args.program}: {out.returncode}")
    return [json.loads(line) for line in out.stdout.splitlines()]


def row(instructions, kind, lines):
    """Of each phrase the median of its runs; of those the median, least and greatest; the ratio by phrase."""
    cells = []
    for side in ("published", "ours"):
        medians = [statistics.median(line[side + "_ms"]) for line in lines]
        seconds = statistics.median(line[side + "_s"] for line in lines)
        cells.append(f"{statistics.median(medians):.0f} ({min(medians):.0f}–{max(medians):.0f}), {seconds:.2f} s")
    ratios = sorted(statistics.median(line["published_ms"]) / statistics.median(line["ours_ms"]) for line in lines)
    spread = statistics.median(
        statistics.quantiles(line["ours_ms"], n=4)[2] / statistics.quantiles(line["ours_ms"], n=4)[0] - 1
        for line in lines
    )
    print(f"| {instructions} | {kind} | {' | '.join(cells)} | **{statistics.median(ratios):.2f}** "
          f"({ratios[0]:.2f}–{ratios[-1]:.2f}) | {100 * spread:.0f} % |")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kokoro", required=True, help="the published file")
    parser.add_argument("--models", default=os.path.join(ROOT, "models"))
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "bench", "voice_speed"))
    parser.add_argument("--library", default=os.path.join(ROOT, "deps", "onnxruntime", "lib", "libonnxruntime.so.1"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print("| instructions | phrases | published, ms, and its sound | Sarai's | times as fast | quartiles apart |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        catch_cpuid(args.library, folder)
        for instructions, library in (("the CPU's own", None), ("AVX2", folder)):
            lines = measure(args, library)
            row(instructions, f"{len(SHORT)} of at most 12 characters", lines[: len(SHORT)])
            row(instructions, f"{len(WHOLE)} whole sentences", lines[len(SHORT) :])


if __name__ == "__main__":
    main()
