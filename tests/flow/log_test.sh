#!/usr/bin/env bash
# The log of turns: off as it comes, chained, shown, checked, forgotten.
source "$(dirname "$0")/flow.sh"
hi="Hola, buenos días."

expect 3 "TURN_LOG=" log
expect 3 "TURN_LOG=" log forget --all
run ask -q "$hi"
check "off: nothing is begun: $(cat err)" [ ! -e .local/share/sarai/registro.db ]
TURN_LOG=texts run ask -q "$hi"
check "ask: $(cat err)" [ "$code" = 0 ]
TURN_LOG=hashes run ask -q "Me llamo Anacleta."
TURN_LOG=texts run run "$question" -q
check "run: $(cat err)" [ "$code" = 0 ]
TURN_LOG=texts run talk --input "$question" --output said.wav --pace fast
check "talk: $(cat err)" [ "$code" = 0 ]
run log --json
check "four turns: $(cat out err)" jq_holds 'length == 4 and all(.[]; .kind == "turn") and map(.id) == [1, 2, 3, 4]' out
check "with and without texts" jq_holds '.[0].question == "Hola, buenos días." and (.[0].answer | length > 0)
    and .[1].question == null and .[1].answer == null and (.[1].question_hash | length == 64)
    and (.[2].question | test("capital de Francia")) and (.[3].answer | test("París"))' out
check "hashes hold no word" [ "$(cat .local/share/sarai/registro.db* | grep -caF Anacleta)" = 0 ]
run log --last 1
check "the last: $(cat out)" grep -q "París" out
run log verify --json
check "whole" jq_holds '.[0].good and .[0].rows == 4 and .[0].erased == 0' out
head=$(jq -r .head out)

run log forget 1
check "forget: $(cat err)" [ "$code" = 0 ]
run log --json
check "its text is gone: $(cat out)" jq_holds '.[0].question == null and .[0].answer == null and .[2].question != null' out
run log verify "$head"
check "the chain is good, and has the old head: $(cat err)" [ "$code" = 0 ]
run log forget --before 2000-01-01 --json
check "nothing is that old" jq_holds '.[0].erased == 0' out
run log forget --all --json
check "the rest" jq_holds '.[0].erased == 3' out
check "gone from the disk" [ "$(grep -rlaF capital .local/share/sarai | wc -l)" = 0 ]
run log verify
check "still good" [ "$code" = 0 ]

TURN_LOG=off run ask -q "¿Cuánto es siete entre cero?"
TURN_LOG=hashes run ask -q "¿Cuánto es ocho entre cero?"
check "a failure is said: $(cat out)" grep -q "dividir entre cero" out
TURN_LOG=texts run ask -q "¿Cuánto es nueve entre cero?"
run log --json --last 4
check "what failed in a tool stands before its turn: $(cat out)" jq_holds 'map(.id) == [5, 6, 7, 8] and map(.kind) == ["tool", "turn", "tool", "turn"]
    and .[0].note == "calcula input" and .[0].answer == null and (.[0].answer_hash | length == 64)
    and .[2].note == "calcula input" and .[2].answer == "no se puede dividir entre cero"' out
run log forget 7
run log --last 2
check "its sentence can be forgotten: $(cat out)" eval 'grep -q "falla una herramienta  calcula input" out && [ "$(grep -c dividir out)" = 1 ]'
run log verify
check "whole with failures" [ "$code" = 0 ]

TURN_LOG=hashes TURN_LOG_SOUND_MB=10 run talk --input "$question" --output said.wav --pace fast
TURN_LOG=texts TURN_LOG_SOUND_MB=10 run talk --input "$question" --output said.wav --pace fast
run log --json --last 2
check "sound only with texts: $(cat out)" jq_holds '.[0].sound_s == 0 and .[1].sound_s > 1 and (.[1].note | test("^sound [0-9a-f]{64}$"))' out
run log sound 10 turn.wav
check "its sound: $(cat err)" [ "$code" = 0 ]
run transcribe turn.wav
check "… is what was said: $(cat out)" grep -q "capital de Francia" out
expect 3 "fila 9" log sound 9 turn.wav
expect 2 "falta la fila" log sound 10
check "for its owner alone" [ "$(stat -c %a .local/share/sarai/registro.db)" = 600 ]
run log verify
check "whole with sound" [ "$code" = 0 ]
run log forget 10
expect 3 "fila 10" log sound 10 turn.wav

for day in ayer 2026-31-01 2026-02-30 2026-1-31 2026-01-31x; do
    expect 2 "fecha" log forget --before "$day"
done
expect 2 "número de una fila" log forget uno
expect 3 "no hay fila 99" log forget 99
expect 2 "qué se olvida" log forget
expect 2 "qué se olvida" log forget 1 --all
expect 2 "show, verify" log nada
expect 3 "ninguna fila" log verify 0000
sqlite3 .local/share/sarai/registro.db "DROP TRIGGER keeps; UPDATE entry SET at = '2001-01-01T00:00:00Z' WHERE id = 3"
expect 3 "la fila 3" log verify
echo "no database" >.local/share/sarai/registro.db
expect 3 "registro.db" log verify
finish
