#!/usr/bin/env bash
# Answers a recorded question aloud. Usage: demo.sh SARAI QUESTION.wav ANSWER.wav
source "$(dirname "$0")/setup/common.sh"
sarai=$1 question=$2 answer=$3

"$sarai" run "$question" -o "$answer"
say "La respuesta está en $answer" "The answer is in $answer"
for player in pw-play paplay aplay; do
    command -v "$player" >/dev/null || continue
    if timeout 30 "$player" "$answer" >/dev/null 2>&1; then exit 0; fi
done
say "(aquí no suena ningún altavoz: ábrela con tu reproductor)" "(no loudspeaker plays here: open it with your player)"
