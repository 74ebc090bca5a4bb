#!/usr/bin/env bash
# The way over sound devices, with a PulseAudio daemon of the test's own: a virtual microphone plays a question,
# the answer is heard on a virtual loudspeaker; the daemon dies and comes back, and so does the conversation.
# Environment: SARAI (the program), SOURCE_DIR.
set -euo pipefail
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
fail() {
    echo "$*" >&2
    tail -n 20 "$work/events" >&2 || true
    exit 1
}
command -v pulseaudio >/dev/null || { echo "skipped: pulseaudio is not installed"; exit 77; }
"$SARAI" models verify embedded >/dev/null 2>&1 || { echo "skipped: the models are not here; run: make models"; exit 77; }
work=$(mktemp -d)
export XDG_RUNTIME_DIR=$work/run PULSE_SERVER=unix:$work/run/pulse/native HOME=$work
mkdir -m 700 "$work/run"
talker=
finish() {
    [ -z "$talker" ] || kill -KILL "$talker" 2>/dev/null || true
    pulseaudio --kill 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

start_daemon() {
    pulseaudio -n --daemonize --exit-idle-time=-1 --log-target="file:$work/pulse.log" \
        -L module-native-protocol-unix \
        -L "module-null-sink sink_name=speaker" -L "module-null-sink sink_name=room" \
        -L "module-remap-source source_name=mic master=room.monitor" 2>/dev/null
    for _ in $(seq 50); do pactl info >/dev/null 2>&1 && break; sleep 0.1; done
    pactl set-default-sink speaker
    pactl set-default-source mic
}
# wait_for SECONDS JQ_FILTER: until an event fits.
wait_for() {
    for _ in $(seq $(($1 * 5))); do
        [ -z "$(jq -c "select($2)" "$work/events" 2>/dev/null | head -n 1)" ] || return 0
        sleep 0.2
    done
    return 1
}

start_daemon
"$SARAI" devices --json | jq -e 'any(.[]; .default_input) and any(.[]; .default_output)' >/dev/null || fail "devices"
code=0
"$SARAI" talk --input-device nowhere >/dev/null 2>"$work/said" || code=$?
[ "$code" = 3 ] || fail "a device that is not there: code $code"

"$SARAI" talk --events >>"$work/events" 2>/dev/null &
talker=$!
wait_for 60 '.event == "level"' || fail "the conversation does not begin"

# ask: the question through the room; true when París is answered and heard. A daemon without hardware may let a
# stream die on a busy machine; the conversation opens it again, but what was said meanwhile is lost, as it is to people.
ask() {
    local before
    before=$(wc -l <"$work/events")
    parec -d speaker.monitor --file-format=wav "$work/heard.wav" &
    local recorder=$!
    paplay -d room "$SOURCE_DIR/tests/data/pregunta.wav"
    for _ in $(seq 100); do
        tail -n "+$before" "$work/events" | jq -e 'select(.event == "state" and .state == "idle" and .turn > 0)' >/dev/null 2>&1 && break
        sleep 0.2
    done
    kill "$recorder"
    wait "$recorder" 2>/dev/null || true
    tail -n "+$before" "$work/events" | jq -rs '[.[] | select(.event == "answer") | .text] | join("")' | grep -q París || return 1
    local loudest
    loudest=$(sox "$work/heard.wav" -n stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
    [ "$(echo "$loudest > 0.05" | bc)" = 1 ]
}
heard=no
for _ in 1 2 3 4 5; do
    if ask; then heard=yes; break; fi
done
[ $heard = yes ] || fail "no answer is heard on the loudspeaker"

# The sound system dies and comes back.
pulseaudio --kill
: >"$work/events"
wait_for 30 '.event == "notice" and (.text | test("gone"))' || fail "the loss of the device is not told"
start_daemon
wait_for 60 '.event == "notice" and (.text | test("back"))' || fail "the device is not found again"

kill -INT "$talker"
wait "$talker" || true
talker=
