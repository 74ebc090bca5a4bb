#!/usr/bin/env bash
# Tools through the program: commands in writing, from a recording and in a live conversation; a timer that outlives the
# program and rings through the loudspeaker.
source "$(dirname "$0")/flow.sh"
export TZ=Europe/Madrid

run tools list --json
check "the tools are listed: $(cat err)" jq_holds '.[0] | length >= 12 and any(.name == "hora") and
    all(.[]; (.schema | type == "object") and (.about | length > 5))' out
run tools call calcula '{"cuenta": "0,1 más 0,2"}' --json
check "a tool is called: $(cat err)" jq_holds '.[0] == {"said": "Da 0,3.", "data": {"resultado": "0,3"}}' out
expect 3 "no tengo la herramienta" tools call vuela
expect 3 "no se puede dividir entre cero" tools call calcula '{"cuenta": "uno entre cero"}'
expect 3 "falta decir «cuenta»" tools call calcula '{}'
expect 2 "no son JSON" tools call calcula 'doce por ocho'
expect 2 "sarai tools call NOMBRE" tools call

# In writing: no token is generated for a command.
printf '%s\n' '¿Cuánto es doce por ocho?' 'Pon un temporizador de una hora para la siesta.' '¿Qué temporizadores hay?' \
    'No quiero seguir viviendo.' | timeout 300 "$sarai" ask --json - >out 2>err
check "commands are answered: $(cat err) $(cat out)" jq_holds '.[0].answer == "Da 96." and
    .[1].answer == "Listo, una hora para la siesta." and (.[2].answer | test("temporizador de la siesta")) and
    (.[3].answer | test("024.*112")) and all(.[]; .tokens.generated == 0)' out
printf '%s\n' '¿Cuánto es doce por ocho?' | timeout 300 "$sarai" ask --json --tools off - >out 2>err
check "without tools the model answers: $(cat err)" jq_holds '.[0].tokens.generated > 0' out
run tools call agenda '{"accion": "cancelar", "nombre": "todo"}'
check "what another program set is cancelled: $(cat err)" [ "$(cat out)" = "Hecho, cancelado." ]

# From a recording, which needs a voice that is understood.
run say "¿Qué día es hoy?" -o day.wav
run run day.wav -o day-answer.wav
check "a spoken command is answered: $(cat out err)" grep -q "Hoy es " out
check "aloud" is_wav day-answer.wav

# A timer of another process rings in a conversation in which nobody says a word.
run tools call temporizador '{"tiempo": "un segundo", "nombre": "la pasta"}'
check "a timer is set: $(cat err)" [ "$(cat out)" = "Listo, un segundo para la pasta." ]
sleep 1.1
sox -n -r 16000 -c 1 quiet.wav trim 0 4
run talk --input quiet.wav --output ring.wav --pace fast --events
check "the timer rings: $(cat err)" jq_holds '[.[] | select(.event == "answer") | .text] | join("") |
    test("temporizador de la pasta")' out
run transcribe ring.wav
check "through the loudspeaker: $(cat out)" grep -qi "temporizador" out
run talk --input quiet.wav --output again.wav --pace fast --events
check "once" jq_holds 'all(.[]; .event != "answer")' out

# Two instances speak to one agenda at a time.
for n in 1 2 3 4 5 6; do
    "$sarai" tools call temporizador "{\"tiempo\": \"$n horas\"}" >/dev/null 2>>err &
done
wait
run tools call agenda '{"accion": "consultar", "que": "temporizador"}'
check "none is lost: $(cat out err)" grep -q "Y hay 3 más" out
finish
