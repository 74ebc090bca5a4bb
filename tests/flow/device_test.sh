#!/usr/bin/env bash
# The way over sound devices, with a PulseAudio daemon of the test's own: a virtual microphone plays a question,
# the answer is heard on a virtual loudspeaker; the daemon dies, falls silent and comes back, and so does the
# conversation. How fast the machine is does not matter: events are waited for, and time is the sound's.
# Environment: SARAI (the program), SOURCE_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
fail() {
    echo "$*" >&2
    jq -c 'select(.event != "level")' "$work/events" 2>/dev/null | tail -n 40 >&2 || true
    tail -n 3 "$work/events" 2>/dev/null >&2 || true
    exit 1
}
command -v pulseaudio >/dev/null || { echo "skipped: pulseaudio is not installed"; exit 77; }
"$SARAI" models verify embedded >/dev/null 2>&1 || { echo "skipped: the models are not here; run: make models"; exit 77; }
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
    until pactl info >/dev/null 2>&1; do sleep 0.1; done
    pactl set-default-sink speaker
    pactl set-default-source mic
}
PATIENCE_S=300 # for what comes sooner or later; a machine may be slow
# wait_for JQ_FILTER: until an event fits.
wait_for() {
    local end=$((SECONDS + PATIENCE_S))
    while [ $SECONDS -lt $end ]; do
        [ -z "$(jq -c "select($1)" "$work/events" 2>/dev/null | head -n 1)" ] || return 0
        kill -0 "$talker" 2>/dev/null || fail "the conversation has ended"
        sleep 0.2
    done
    return 1
}
refused() { # refused CODE WHAT OPTION…: the conversation does not begin, for want of a device
    local wanted=$1 what=$2 code=0
    shift 2
    timeout 60 "$SARAI" talk "$@" >/dev/null 2>"$work/said" || code=$?
    [ "$code" = "$wanted" ] && [ "$(wc -l <"$work/said")" = 1 ] || fail "$what: code $code: $(cat "$work/said")"
}

# Without a server, and none is started for it.
"$SARAI" devices --json >"$work/devices.json" || fail "devices without a server"
jq -e 'all(.[]; .host != "PulseAudio")' "$work/devices.json" >/dev/null || fail "a server was started"

start_daemon
"$SARAI" devices --json >"$work/devices.json"
jq -e '[.[] | select(.host == "PulseAudio")] | any(.default_input and .id == "mic") and any(.default_output and .id == "speaker")' \
    "$work/devices.json" >/dev/null || fail "devices: $(cat "$work/devices.json")"
refused 3 "a microphone that is not there" --input-device nowhere
refused 5 "a loudspeaker that is not there" --output-device nowhere

# By name, and by the system's choice.
"$SARAI" talk --input-device mic --output-device speaker --events >>"$work/events" 2>/dev/null &
talker=$!
wait_for '.event == "level"' || fail "the conversation does not begin"

last() { jq -Rnr "[inputs | fromjson?] | last | $1" "$work/events"; }

# ask: the question through the room; true when París is answered and heard. Where a machine is so busy that the
# sound server drops some of the question it is asked again, as people do.
ask() {
    local before end recorder loudest
    before=$(wc -l <"$work/events")
    parec -d speaker.monitor --file-format=wav "$work/heard.wav" &
    recorder=$!
    paplay -d room "$SOURCE_DIR/tests/data/pregunta.wav"
    end=$(last '.sound_ms + 3000 | floor') # by then who has heard a question is at work on it
    wait_for ".sound_ms > $end and .state == \"idle\"" || fail "the sound stands still, or what was heard has no end"
    kill "$recorder"
    wait "$recorder" 2>/dev/null || true
    tail -n "+$before" "$work/events" | jq -Rnr '[inputs | fromjson? | select(.event == "answer").text] | join("")' | has París || return 1
    loudest=$(sox "$work/heard.wav" -n stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
    [ "$(echo "$loudest > 0.05" | bc)" = 1 ]
}
ask || ask || ask || ask || ask || fail "no answer is heard on the loudspeaker"

# The sound system dies and comes back.
pulseaudio --kill
: >"$work/events"
wait_for '.event == "notice" and (.text | test("gone"))' || fail "the loss of the device is not told"
start_daemon
wait_for '.event == "notice" and (.text | test("back"))' || fail "the device is not found again"
ask || ask || ask || ask || ask || fail "the loudspeaker that was found again is silent"
kill -INT "$talker"
wait "$talker" || true
talker=

# A server that is there and does not answer is not waited for.
kill -STOP "$(cat "$work/run/pulse/pid")"
refused 3 "a server that does not answer"
kill -CONT "$(cat "$work/run/pulse/pid")"
