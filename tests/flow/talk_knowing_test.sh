#!/usr/bin/env bash
# Whole conversations by voice, over files: consent that is asked for and given aloud, the expert's answer spoken
# while it comes, the model here going on where it breaks off; what a person tells of themselves, remembered over
# a session and forgotten again.
source "$(dirname "$0")/flow.sh"

hard="¿Qué diferencia hay entre un virus y una bacteria?" # the router gives it 0.99

start_oracle

# speak TEXT: the path of a recording of these words, at the microphone's rate.
speak() {
    local name
    name=$(printf %s "$1" | sha256sum | cut -c1-16)
    if [ ! -e "$name.wav" ]; then
        "$sarai" say -o "$name.24.wav" "$1" 2>/dev/null && sox "$name.24.wav" -r 16000 "$name.wav" pad 0.4 0
    fi
    echo "$name.wav"
}

# converse [NAME=VALUE…] [--OPTION…] TEXT PAUSE_S …: says the texts, with so much silence behind each; the events
# go to `out`, the answers to loudspeaker.wav.
converse() {
    local settings=() options=() parts=()
    while [[ $1 =~ ^[A-Z_]+= ]]; do settings+=("$1") && shift; done
    while [[ $1 == --* ]]; do options+=("$1" "$2") && shift 2; done
    while [ $# -gt 0 ]; do
        sox "$(speak "$1")" "part-${#parts[@]}.wav" pad 0 "$2"
        parts+=("part-${#parts[@]}.wav")
        shift 2
    done
    sox "${parts[@]}" microphone.wav
    env "${settings[@]}" timeout -k 5 240 "$sarai" talk --input microphone.wav --output loudspeaker.wav \
        --pace fast --events "${options[@]}" >out 2>err
    code=$?
    [ $code = 0 ] || fail "talk: exit $code: $(head -c 300 err)"
}
answered='[.[] | select(.event == "answered")]'

# Seconds from the first to the last sound that the loudspeaker played.
spoken_s() { sox loudspeaker.wav spoken.wav silence 1 0.01 1% reverse silence 1 0.01 1% && soxi -D spoken.wav; }

# The expert is asked for aloud, and asked once the person agrees.
converse EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=ask "$hard" 9 "Sí, por favor." 9
check "consent: $(jq -c . out | grep -E 'heard|answered' | head -c 1500)" jq_holds "$answered | map(.by) == [\"nobody\", \"expert\"]" out
check "it asks aloud" jq_holds "$answered[0].answer | test(\"saldría de este equipo\")" out
check "the expert's words" jq_holds "$answered[1].answer == \"La fuerza es masa por aceleración. Lo dijo Newton en 1687.\"" out
check "both are spoken" jq_holds '[.[] | select(.event == "turn")] | length == 2' out
check "one question has left" [ "$(requests)" = 1 ]
check "the one that was asked about" jq_holds '.[-1].body.messages | length == 2 and (.[1].content | test("bacteria"))' <(tail -n +2 requests)

# Who says no is not overheard.
converse EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=ask "$hard" 9 "No, gracias." 9
check "refusal: $(jq -c . out | grep -E 'heard|answered' | head -c 1500)" jq_holds "$answered | map(.by) == [\"nobody\", \"local\"]" out
check "nothing has left" [ "$(requests)" = 1 ]

# Without asking: what the expert says is spoken sentence by sentence, before its answer is whole.
converse EXPERT_URL="$oracle/good/v1" EXPERT_ALLOW=always "$hard" 9
check "expert: $(jq -c . out | grep -E 'heard|answered' | head -c 800)" jq_holds "$answered | map(.by) == [\"expert\"]" out
check "its first sentence is spoken on its own" jq_holds \
    '[.[] | select(.event == "span" and .lane == "speak") | .text] | length >= 2' out
check "aloud" [ "$(echo "$(spoken_s) > 2" | bc)" = 1 ]
check "a question has left" [ "$(requests)" = 2 ]

# It breaks off or falls silent in mid-answer: the model here goes on, aloud; it is down: the model here answers.
for kind in cut stall; do
    converse EXPERT_URL="$oracle/$kind/v1" EXPERT_ALLOW=always EXPERT_TIMEOUT=1 "$hard" 12
    check "$kind: $(jq -c . out | grep -E 'heard|answered|notice' | head -c 800)" jq_holds \
        "$answered | length == 1 and .[0].by == \"both\" and (.[0].answer | startswith(\"La fuerza es masa por aceleración.\"))" out
    check "$kind: why is told" jq_holds '[.[] | select(.event == "notice")] | length == 1' out
    check "$kind: it is spoken" [ "$(echo "$(spoken_s) > 1" | bc)" = 1 ]
done
converse EXPERT_URL="$oracle/down/v1" EXPERT_ALLOW=always EXPERT_RETRIES=0 "$hard" 9
check "down: $(jq -c . out | grep -E 'heard|answered|notice' | head -c 800)" jq_holds "$answered | map(.by) == [\"local\"]" out

# What is told by voice is known in the next conversation, and gone when it is to be forgotten. Sentences that Whisper
# base hears alike whatever the processor rounds: of "¿Cómo me llamo?" in this voice it makes "como me jamos".
heard() { jq -c . out | grep -E 'heard|answered' | head -c 800; }
converse --session casa "Buenos días, mi nombre es Ana." 6
check "told: $(heard)" jq_holds "$answered | length == 1" out
converse --session casa "¿Cuál es mi nombre?" 5
check "remembered: $(heard)" jq_holds "$answered[0].answer == \"Te llamas Ana.\"" out
converse "Olvida mi nombre." 5
check "forgotten: $(heard)" jq_holds "$answered[0].answer | test(\"lo olvido\")" out
converse "¿Cuál es mi nombre?" 5
check "it is: $(heard)" jq_holds "$answered[0].answer | test(\"no me has dicho\")" out
check "from the disk too" [ "$(sqlite3 .local/share/sarai/recuerdos.db 'SELECT count(*) FROM sqlite_master' >/dev/null && grep -c Ana .local/share/sarai/recuerdos.db)" = 0 ]
finish
