#!/usr/bin/env bash
# Every table of docs/BENCHMARKS.md in one go, side by side with the engines of bench/requirements.txt.
# Usage: bench/run.sh (or make bench). Recordings come from SARAI_TEST_DATA, or ../shared/data; what needs
# recordings that are not there is left out, with a line that says so. The machine should be idle.
source "$(dirname "$0")/peers.sh"
cd "$root"

data=${SARAI_TEST_DATA:-../shared/data}
threads=${BENCH_THREADS:-2}
limit=${BENCH_LIMIT:-} # of recordings; all without it

heading() { printf '\n## %s\n\n' "$1"; }

# table TITLE NEEDED COMMAND…: the heading and what the command prints; or why there is nothing.
table() {
    local title=$1 needed=$2
    shift 2
    heading "$title"
    if [ -n "$needed" ] && [ ! -e "$needed" ]; then
        say "No se mide: falta $needed (SARAI_TEST_DATA dice dónde está)" \
            "Not measured: there is no $needed (SARAI_TEST_DATA says where it is)"
        return
    fi
    "$@" || say "La medida falló (arriba)" "The measurement failed (above)"
}

# whisper.cpp's libraries lie beside its Python module and have names that llama.cpp's have too: each program
# of the comparison gets only its own.
transcription() {
    LD_LIBRARY_PATH=$(dirname "$(ls "$bench"/venv/lib/python3*/site-packages/libwhisper.so)") \
        "$peer_python" bench/wer.py --data "$data/speech-es" --threads "$threads" ${limit:+--limit "$limit"} \
        --faster-whisper "$ct2" --whisper-cpp "$ggml/whisper-base.q8_0.bin" --json "$bench/wer.json"
}

turn() {
    "$peer_python" bench/turn.py --faster-whisper "$ct2" --kokoro "$kokoro" --threads "$threads" \
        --json "$bench/turn.json"
}

voice_speed() {
    cmake --build build/release --target bench_voice_speed -- --no-print-directory -s >/dev/null
    "$peer_python" bench/voice_speed.py --kokoro "$kokoro/kokoro.onnx" --threads "$threads"
}

heading "$(date +%F) · $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs) · $threads threads · $(uptime | sed "s/.*load/load/")"
table "Transcription" "$data/speech-es/manifest.tsv" transcription
table "A whole turn" "" turn
table "Stages of a turn" "" build/release/sarai bench tests/data/pregunta.wav
table "Voice decoder" "" voice_speed
if [ -f bench/roundtrip.py ]; then
    table "Speech back to text" "" "$peer_python" bench/roundtrip.py
fi
