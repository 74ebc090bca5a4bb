#!/usr/bin/env bash
# The expert in whole turns: who is asked, what leaves, what happens when it fails; against a server that
# misbehaves and, where tools/setup/llama_server.sh has built it, against a real llama-server.
source "$(dirname "$0")/flow.sh"

hard="¿Qué diferencia hay entre un virus y una bacteria?" # the router gives it 0.99

# ask [NAME=VALUE…] QUESTION: `sarai ask --json` with these settings in its environment.
ask() {
    env "${@:1:$#-1}" timeout -k 5 120 "$sarai" ask --json "${@: -1}" >out 2>err
    code=$?
}

start_oracle

# Never is the default: nothing leaves, whatever the address.
ask EXPERT_URL="$oracle/good/v1" "$hard"
check "local: $(cat err)" jq_holds '.[0].by == "local"' out
ask EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=ask "$hard"
check "nobody to ask: $(cat err)" jq_holds '.[0].by == "local"' out
check "nothing has left" [ "$(requests)" = 0 ]
check "and no log was begun" [ ! -e .local/share/sarai/registro.db ]

# Always: a hard question goes, an easy one stays.
ask EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always EXPERT_KEY=sk-secreto "$hard"
check "expert: $(cat err)" jq_holds '.[0].by == "expert"
    and .[0].answer == "La fuerza es masa por aceleración. Lo dijo Newton en 1687."' out
check "it left" [ "$(requests)" = 1 ]
check "with its words alone" jq_holds --arg q "$hard" '.[-1].body.messages | length == 2 and .[1].content == $q' \
    <(tail -n +2 requests)
ask EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always "Hola, buenos días."
check "easy: $(cat err)" jq_holds '.[0].by == "local"' out
check "it stayed" [ "$(requests)" = 1 ]

# What left is written down by its hash: one row, no word of the question, not the key.
check "a row" [ "$(sqlite3 .local/share/sarai/registro.db "SELECT count(*) FROM entry WHERE kind='expert' AND length(question_hash)=64 AND question IS NULL")" = 1 ]
check "no words" [ -z "$(grep -rlaE 'virus|bacteria|sk-secreto' .local/share/sarai)" ]
mv .local/share/sarai/registro.db kept.db
mkdir .local/share/sarai/registro.db # it cannot be written down: it does not leave
ask EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always "$hard"
check "unlogged: $(cat err)" jq_holds '.[0].by == "local"' out
check "it did not leave" [ "$(requests)" = 1 ]
rmdir .local/share/sarai/registro.db
mv kept.db .local/share/sarai/registro.db

# Consent: a yes sends the question that was asked about; a no, or anything else, sends nothing.
printf '%s\n' "$hard" "Sí, por favor." "$hard" "No, gracias." "$hard" "Hola, buenos días." "Sí." |
    EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=ask timeout -k 5 120 "$sarai" ask --json --keep - >out 2>err
check "consent: $(cat out err)" jq_holds 'map(.by) == ["nobody", "expert", "nobody", "local", "nobody", "local", "local"]' out
check "it asks" jq_holds '.[0].answer | test("saldría de este equipo")' out
check "one was sent" [ "$(requests)" = 2 ]
check "the one that was asked about" jq_holds --arg q "$hard" '.[-1].body.messages[1].content == $q' <(tail -n +2 requests)

# "No era eso": the question before is weighed again, and is one for the expert now.
middling="¿Cómo limpio un horno?" # 0.80
printf '%s\n' "$middling" "No era eso." | EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always timeout -k 5 120 "$sarai" ask --json --keep - >out 2>err
check "a complaint: $(cat out err)" jq_holds 'map(.by) == ["local", "expert"]' out
check "the question before was sent" jq_holds --arg q "$middling" '.[-1].body.messages[1].content == $q' <(tail -n +2 requests)
echo - >thumbs
ask EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always THUMBS_FILE=thumbs "$middling"
check "a thumb down: $(cat err)" jq_holds '.[0].by == "expert"' out
check "it is taken away" [ ! -e thumbs ]

# It fails: the model here answers, or goes on behind what was said, and why is told.
ask EXPERT_URL="$oracle/down/v1" EXPERT_ALLOW=always EXPERT_RETRIES=1 "$hard"
check "down: $(cat err)" jq_holds '.[0].by == "local" and (.[0].answer | length > 0)' out
check "why is told" is_sentence "responde 500"
for kind in cut stall; do
    ask EXPERT_URL="$oracle/$kind/v1" EXPERT_ALLOW=always EXPERT_TIMEOUT=1 "$hard"
    check "$kind: $(cat err)" jq_holds '.[0].by == "both"
        and (.[0].answer | startswith("La fuerza es masa por aceleración."))' out
done
expect 2 "EXPERT_URL" ask --expert-allow always --expert-url nada "$hard"

# The key is never shown.
EXPERT_KEY=sk-secreto "$sarai" config >out
EXPERT_KEY=sk-secreto "$sarai" config --json >>out
EXPERT_KEY=sk-secreto "$sarai" config EXPERT_KEY >>out
check "config" [ "$(grep -c secreto out)" -ge 2 ]
check "config keeps the key" [ "$(grep -c sk-secreto out)" = 0 ]

# sarai doctor looks at it.
doctor() { env "$@" timeout -k 5 120 "$sarai" doctor --quick --json >out 2>err; }
finding='.[0].findings[] | select(.check == "expert")'
doctor EXPERT_ALLOW=never
check "doctor: never" jq_holds "$finding | .level == \"fine\"" out
doctor EXPERT_ALLOW=ask EXPERT_URL="$oracle/good/v1" EXPERT_MODEL=solar
check "doctor: there" jq_holds "$finding | .level == \"fine\" and (.text | test(\"contesta\"))" out
doctor EXPERT_ALLOW=ask EXPERT_URL="$oracle/good/v1" EXPERT_MODEL=sol
check "doctor: another model" jq_holds "$finding | .level == \"warning\" and .mend == \"EXPERT_MODEL=solar\"" out
doctor EXPERT_ALLOW=ask EXPERT_URL="$oracle/broke/v1" EXPERT_KEY=sk-secreto
check "doctor: key" jq_holds "$finding | .level == \"warning\" and (.text | test(\"401\"))" out
check "doctor keeps the key" [ "$(grep -c sk-secreto out err)" = "out:0
err:0" ]
doctor EXPERT_ALLOW=ask
check "doctor: no address" jq_holds "$finding | .level == \"warning\"" out

# A real llama-server, with the embedded model.
server=$root/deps/llama-server/llama-server
if [ -x "$server" ]; then
    model=$("$sarai" models path gemma-3-270m)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$server" -m "$model" --host 127.0.0.1 --port "$port" -c 1024 -t 2 --api-key clave >server.log 2>&1 &
    servers+=($!)
    for _ in $(seq 300); do
        curl -sf "http://127.0.0.1:$port/health" >/dev/null && break
        sleep 0.2
    done
    ask EXPERT_URL="http://127.0.0.1:$port/v1" EXPERT_ALLOW=always EXPERT_KEY=clave EXPERT_MAX_TOKENS=40 "$hard"
    check "llama-server: $(cat out err)" jq_holds '.[0].by == "expert" and (.[0].answer | length > 0)' out
    ask EXPERT_URL="http://127.0.0.1:$port/v1" EXPERT_ALLOW=always EXPERT_KEY=otra "$hard"
    check "another key: $(cat out err)" jq_holds '.[0].by == "local"' out
    check "the server says why" is_sentence "responde 401"
    doctor EXPERT_ALLOW=ask EXPERT_URL="http://127.0.0.1:$port/v1" EXPERT_KEY=clave
    check "doctor: llama-server: $(cat out)" jq_holds "$finding | .level == \"fine\"" out
else
    echo "no llama-server: tools/setup/llama_server.sh builds it" >&2
fi
finish
