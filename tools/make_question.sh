#!/usr/bin/env bash
# Makes the test clips with Sarai's own voices: tests/data/pregunta.wav, the recorded question of `make demo`
# and of the flow tests, and frase.wav, a longer sentence for the golden test of hearing (whose values
# tools/golden/transcriber.py then makes anew). Usage: tools/make_question.sh
set -euo pipefail
cd "$(dirname "$0")/.."
build/release/sarai say "¿Cuál es la capital de Francia?" --voice em_alex -o tests/data/pregunta.wav
build/release/sarai say "El médico me ha dicho que tengo que caminar una hora todos los días." \
    --voice ef_dora -o tests/data/frase.wav
