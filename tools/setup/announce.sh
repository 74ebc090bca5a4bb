#!/usr/bin/env bash
# Says, before anything happens, what `make demo` is about to do and how long it takes. Usage: announce.sh QUESTION
source "$(dirname "$0")/common.sh"
[ -r "$1" ] || fail "no se puede leer la pregunta, $1" "the question, $1, cannot be read"
say "Sarai: preparar, compilar y responder. La primera vez, en dos núcleos:
  1. paquetes de Debian que falten (con apt; 1–2 min)
  2. ONNX Runtime (28 MB) y llama.cpp (77 MB, se compila: 3–5 min)
  3. Sarai (1 min)
  4. modelos (500 MB de descarga, 1–3 min), en $cache
La segunda vez no hay nada que descargar ni compilar." \
    "Sarai: prepare, build and answer. The first time, on two cores:
  1. Debian packages that are missing (with apt; 1–2 min)
  2. ONNX Runtime (28 MB) and llama.cpp (77 MB, built here: 3–5 min)
  3. Sarai (1 min)
  4. models (500 MB of downloads, 1–3 min), in $cache
The second time there is nothing to download or build."
