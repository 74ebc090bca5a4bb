#!/usr/bin/env bash
# Makes tests/data/pregunta.wav, the recorded question of `make demo` and of the flow tests, with Sarai's
# own voice. Usage: tools/make_question.sh
set -euo pipefail
cd "$(dirname "$0")/.."
build/release/sarai say "¿Cuál es la capital de Francia?" --voice em_alex -o tests/data/pregunta.wav
