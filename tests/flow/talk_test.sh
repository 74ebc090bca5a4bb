#!/usr/bin/env bash
# Live conversations over files, as fast as the machine goes: a question is answered after it was asked, an inner
# pause is waited for, noise is not answered, an interruption is yielded to, a murmur is not.
# Environment: SARAI (the program), SOURCE_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
"$SARAI" models verify embedded >/dev/null 2>&1 || { echo "skipped: the models are not here; run: make models"; exit 77; }
question=$SOURCE_DIR/tests/data/pregunta.wav # "¿Cuál es la capital de Francia?", 1.8 s

# mix NAME START FILE [START FILE]…: puts sounds on one time line of 16 kHz, starts in seconds.
mix() {
    local name=$1 parts=() n=0
    shift
    while [ $# -gt 0 ]; do
        sox "$2" -r 16000 -c 1 "$work/part-$n.wav" pad "$1" 0
        parts+=("$work/part-$n.wav")
        n=$((n + 1))
        shift 2
    done
    if [ $n -gt 1 ]; then sox -m -v 1 "${parts[0]}" -v 1 "${parts[1]}" "$work/$name.wav"; else cp "${parts[0]}" "$work/$name.wav"; fi
}
talk() { # talk NAME [OPTION]…: converses over NAME.wav; events in NAME.events, the loudspeaker in NAME.out.wav
    local name=$1
    shift
    "$SARAI" talk --input "$work/$name.wav" --output "$work/$name.out.wav" --pace fast --events "$@" >"$work/$name.events"
}
texts() { jq -rs --arg kind "$2" '[.[] | select(.event == $kind) | .text] | join("")' "$work/$1.events"; }
count() { jq -rs --arg kind "$2" '[.[] | select(.event == $kind)] | length' "$work/$1.events"; }
first_sound() { # seconds until the loudspeaker is heard
    sox "$work/$1.out.wav" -n stat 2>/dev/null || true
    sox "$work/$1.out.wav" "$work/cut.wav" silence 1 0.01 1%
    echo "$(soxi -D "$work/$1.out.wav") - $(soxi -D "$work/cut.wav")" | bc
}

mix plain 0.5 "$question"
talk plain --trace "$work/plain.svg"
[ "$(count plain heard)" = 1 ] || fail "heard $(count plain heard) turns: $(texts plain heard)"
[[ $(texts plain heard) == *"capital de Francia"* ]] || fail "heard: $(texts plain heard)"
[[ $(texts plain answer) == *París* ]] || fail "answered: $(texts plain answer)"
sound_ms=$(jq -rs '[.[] | select(.event == "heard")][0].sound_ms | floor' "$work/plain.events")
[ "$sound_ms" -gt 2200 ] && [ "$sound_ms" -lt 2600 ] || fail "0.5 s and a question of 1.8 s were heard after $sound_ms ms of sound"
partials=$(jq -cs '[.[] | select(.event == "partial") | .sound_ms]' "$work/plain.events")
jq -e '. as $at | length > 1 and all(range(1; length); $at[.] - $at[. - 1] >= 400)' <<<"$partials" >/dev/null ||
    fail "what is said so far is shown each 400 ms of sound, however long that takes, not after $partials"
[ "$(soxi -r "$work/plain.out.wav")" = 24000 ] || fail "rate"
[ "$(echo "$(first_sound plain) > 2.2" | bc)" = 1 ] || fail "the answer sounds before the question ends: $(first_sound plain)"
grep -q '</svg>' "$work/plain.svg" || fail "trace"

# The loudspeaker's time line has the length of the microphone's; stereo carries both.
talk plain --stereo
[ "$(soxi -c "$work/plain.out.wav")" = 2 ] || fail "stereo"

# A session is kept, and resumed past a line that cannot be read.
talk plain --session prueba
kept=$XDG_DATA_HOME/sarai/sessions/prueba.jsonl
jq -e '.heard | test("París")' "$kept" >/dev/null || fail "session: $(cat "$kept")"
echo '{"question": "cut sh' >>"$kept"
talk plain --session prueba
[ "$(grep -c París "$kept")" = 2 ] || fail "session resumed: $(cat "$kept")"

# A pause of 0.6 s within a sentence: one turn, and what was prepared in the pause leaves no trace.
sox "$question" "$work/first.wav" trim 0 1.08
sox "$question" "$work/second.wav" trim 1.08
mix halves 0.5 "$work/first.wav" 2.18 "$work/second.wav"
talk halves
[ "$(count halves turn)" = 1 ] || fail "a pause within a sentence gave $(count halves turn) answers"

# Ten seconds of noise: no turn.
sox -n -r 16000 -c 1 "$work/noise.wav" synth 10 pinknoise vol 0.1
talk noise
[ "$(count noise turn)" = 0 ] || fail "noise was answered"

# The same question over the answer interrupts it and is answered; what was heard of the answer is told. (Eager, so
# that the answer sounds by then even where the end of the question is doubted.)
mix over 0.5 "$question" 3.3 "$question"
talk over --eagerness 2
[ "$(count over interrupted)" = 1 ] || fail "interruptions: $(count over interrupted)"
[ "$(count over turn)" = 2 ] || fail "turns after an interruption: $(count over turn)"

# A wake phrase: who does not say it is not answered; who does is, and in the window behind the answer need not.
"$SARAI" say -o "$work/called.wav" "Sarai, ¿cuál es la capital de Francia?" 2>/dev/null
sox "$question" -r 16000 "$work/uncalled.wav" pad 0.5 6
mix called-16 0.5 "$work/called.wav"
sox "$work/called-16.wav" "$work/called-6.wav" pad 0 6
sox "$work/uncalled.wav" "$work/called-6.wav" "$work/uncalled.wav" "$work/wake.wav"
WAKE_PHRASE=sarai talk wake
[ "$(jq -rs '[.[] | select(.event == "turn") | .sound_ms > 8300] | tostring' "$work/wake.events")" = "[true,true]" ] ||
    fail "wake phrase: $(jq -c 'select(.event == "turn" or .event == "heard")' "$work/wake.events")"

# A phrase that the transcriber spells as other words, with the question behind it and said alone, before it.
"$SARAI" say -o "$work/calling.wav" "Oye, Sarai." 2>/dev/null
mix calling 0.5 "$work/calling.wav" 3.5 "$question"
WAKE_PHRASE="oye sarai" talk calling
[ "$(count calling turn)" = 1 ] || fail "called, then asked: $(jq -c 'select(.event == "turn" or .event == "heard")' "$work/calling.events")"
"$SARAI" say -o "$work/asked.wav" "Oye, Sarai, ¿cuál es la capital de Francia?" 2>/dev/null
mix asked 0.5 "$work/asked.wav"
WAKE_PHRASE="oye sarai" talk asked
[ "$(count asked turn)" = 1 ] || fail "called and asked: $(jq -c 'select(.event == "turn" or .event == "heard")' "$work/asked.events")"

# PCM through pipes.
begun=$SECONDS
sox "$work/plain.wav" -t raw -e signed -b 16 - | "$SARAI" talk --input - --output - 2>/dev/null >"$work/pipe.raw"
bytes=$(stat -c %s "$work/pipe.raw")
[ "$bytes" -gt 150000 ] || fail "pipe: $bytes bytes"
# Behind the pipe's end sound passes no faster than the clock.
[ $((bytes / 48000)) -le $((SECONDS - begun + $(soxi -D "$work/plain.wav" | cut -d. -f1) + 3)) ] ||
    fail "pipe: $((bytes / 48000)) s of sound in $((SECONDS - begun)) s"

# An end at any moment leaves no half file.
for delay in 0.3 1 2; do
    timeout -s INT "$delay" "$SARAI" talk --input "$work/plain.wav" --output "$work/cut-$delay.wav" >/dev/null 2>&1 || true
    ! ls "$work/cut-$delay.wav.part"* 2>/dev/null || fail "a half file is left"
done

# Wrong use: one sentence and code 2 or 3.
for wrong in "--pace slow --input x" "--output x.wav" "--room x" "--session ../x" "surplus"; do
    code=0
    # shellcheck disable=SC2086
    "$SARAI" talk $wrong >/dev/null 2>"$work/said" || code=$?
    [ "$code" = 2 ] && [ "$(wc -l <"$work/said")" = 1 ] || fail "talk $wrong: code $code, $(cat "$work/said")"
done
code=0
"$SARAI" talk --input "$work/none.wav" >/dev/null 2>&1 || code=$?
[ "$code" = 3 ] || fail "a missing input: code $code"
