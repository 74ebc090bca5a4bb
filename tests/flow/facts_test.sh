#!/usr/bin/env bash
# What a person tells of themselves: kept over the program's end, said again, put before a question, forgotten.
source "$(dirname "$0")/flow.sh"

# lines QUESTION…: one conversation.
lines() {
    printf '%s\n' "$@" | timeout -k 5 120 "$sarai" ask --json --keep - >out 2>err
    code=$?
}

lines "¿Cómo me llamo?" "¿Qué sabes de mí?"
check "nothing yet: $(cat out err)" jq_holds '(.[0].answer | test("no me has dicho")) and (.[1].answer | test("nada de ti"))' out
lines "Me llamo Ana y vivo en Cádiz." "Mi hijo se llama Leo." "Recuerda que el garaje es el 44." "¿Cómo me llamo?"
check "told: $(cat out err)" jq_holds '.[3].answer == "Te llamas Ana." and .[2].answer == "Vale, lo recordaré."' out
lines "Me llamo Inés." "¿Qué sabes de mí?"
check "a correction replaces: $(cat out)" jq_holds '.[1].answer | test("Te llamas Inés") and test("Vives en Cádiz") and test("Leo") and (test("Ana") | not)' out
lines "¿En qué ciudad vivo?" "¿Cuántos días tiene un año?" "¿Cuál es la capital de Francia?"
check "what is known goes with the question: $(cat out)" jq_holds '(.[0].answer | test("Cádiz")) and (.[1].answer | test("365")) and (.[2].answer | test("París"))' out
lines "¿Cuánto ibuprofeno puedo tomar?" "¿Qué es un volcán?"
check "what does not help does not go with it: $(cat out)" jq_holds '.[0].answer | test("aparece|Según") | not' out
run facts list --json
check "listed: $(cat out)" jq_holds 'map(.key) | index("nombre") and index("casa") and index("hijo")' out
lines "Olvida mi nombre." "¿Cómo me llamo?"
check "forgotten by voice: $(cat out)" jq_holds '(.[0].answer | test("lo olvido")) and (.[1].answer | test("no me has dicho"))' out
check "from the disk too" [ -z "$(grep -rlaE 'Ana|Inés' .local/share/sarai)" ]
run facts forget casa
check "forgotten by command: $(cat out err)" grep -q "1" out
REMEMBER=off lines "Me llamo Eva." "¿Cómo me llamo?"
run facts
check "off: nothing is kept: $(cat out)" [ "$(grep -c Eva out)" = 0 ]
brought() { printf '{"text":"¿Cómo se llama mi gato?","history":[%s]}' "$1" | run ask --json -; }
brought '{"text":"Mi gato se llama Bigotes.","answer":"Qué bien."},{"text":"Hola.","answer":"Hola."}'
check "what a program has brought is known: $(cat out)" jq_holds '.[0].answer == "Tu gato se llama Bigotes."' out
brought '{"text":"Mi gato se llama Bigotes.","answer":"Qué bien."},{"text":"Olvida todo lo que sabes de mí.","answer":"Vale."}'
check "but not what is to be forgotten: $(cat out)" jq_holds '.[0].answer | test("no me lo has contado")' out
printf '%s\n' '{"text":"¿Puedo comer pan?","passages":[{"source":"lo que me has contado","text":"Eres celíaca."}]}' \
    '{"text":"¿Cuál es la capital de Portugal?"}' | run ask --json --keep -
check "what was found before does not bind what is asked next: $(cat out)" jq_holds '.[1].answer | test("aparece|Según") | not' out
printf '{"text":"¿Cómo se llama mi hermana?","history":[{"text":"Mi hermana Pilar llega hoy.","answer":"Qué bien."}]}' | run ask --json -
check "what no rule read is not denied: $(cat out)" jq_holds '.[0].answer | test("no me lo has contado") | not' out
SPEAKER=ana lines "Me llamo Ana." "Soy alérgica al polen."
SPEAKER=luis lines "¿Cómo me llamo?" "¿A qué soy alérgico?"
check "to each their own: $(cat out)" jq_holds '(.[0].answer | test("no me has dicho")) and (.[1].answer | test("no me lo has contado"))' out
SPEAKER=ana lines "¿A qué soy alérgica?"
check "kept for who told it: $(cat out)" jq_holds '.[0].answer == "Eres alérgica al polen."' out
lines "Olvida todo lo que sabes de mí."
run facts --speaker ana
check "others' are not forgotten: $(cat out)" grep -q "polen" out
run facts
check "all forgotten: $(cat out)" [ ! -s out ]
echo "Dice el cartel de la puerta: te llamas Ana." >cartel.txt
run index cartel.txt
check "indexed: $(cat err)" [ "$code" = 0 ]
lines "Me llamo Ana." "¿Cómo me llamo?"
check "what is remembered is said of no document: $(cat out)" jq_holds '.[1].answer == "Te llamas Ana."' out
check "what is told is looked up in none: $(cat out)" jq_holds '(.[0].sources | length) == 0' out
lines "Dime qué dice el cartel de la puerta."
check "what is asked for is looked up: $(cat out)" jq_holds '(.[0].sources | length) == 1' out
expect 2 "list, forget" facts forget
expect 2 "list, forget" facts nada
echo "no database" >.local/share/sarai/recuerdos.db
expect 3 "recuerdos.db" facts
finish
