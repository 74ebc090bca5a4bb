#!/usr/bin/env bash
# How long sound takes through a sound server, and what it suffers: bench/loopback.c against a PulseAudio daemon of its
# own, whose microphone is what its loudspeaker plays.
# Usage: loopback.sh [SECONDS]   (needs pulseaudio; the program: BUILD, by default build/release)
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --build "${BUILD:=build/release}" --target bench_loopback >/dev/null
work=$(mktemp -d)
export XDG_RUNTIME_DIR=$work/run PULSE_SERVER=unix:$work/run/pulse/native HOME=$work
mkdir -m 700 "$work/run"
trap 'pulseaudio --kill; rm -rf "$work"' EXIT
pulseaudio -n --daemonize --exit-idle-time=-1 --log-target="file:$work/log" --log-level=4 \
    -L module-native-protocol-unix -L "module-null-sink sink_name=speaker" \
    -L "module-remap-source source_name=mic master=speaker.monitor" 2>/dev/null
until pactl info >/dev/null 2>&1; do sleep 0.1; done
pactl set-default-sink speaker
pactl set-default-source mic
"$BUILD/bench/loopback" "${1:-20}"
echo "underruns in the server: $(grep -c 'Implicit underrun' "$work/log" || true)"
