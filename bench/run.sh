#!/usr/bin/env bash
# The tables of docs/BENCHMARKS.md that have a peer, side by side with the engines of bench/requirements.txt.
# Usage: bench/run.sh [transcription|turn|stages|voice|decoder|speech]… (or make bench: all but `voice`, which takes
# a quarter of an hour). Recordings come from SARAI_TEST_DATA, or ../shared/data; what needs recordings that are not
# there is left out, with a line that says so. The machine should be idle.
source "$(dirname "$0")/peers.sh"
cd "$root"

data=${SARAI_TEST_DATA:-../shared/data}
threads=${BENCH_THREADS:-2}
limit=${BENCH_LIMIT:-} # of recordings; all without it

wanted=" ${*:-transcription turn stages decoder speech} "

heading() { printf '\n## %s\n\n' "$1"; }

# table NAME TITLE NEEDED COMMAND…: the heading and what the command prints; or why there is nothing.
table() {
    local name=$1 title=$2 needed=$3
    shift 3
    [[ $wanted == *" $name "* ]] || return 0
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

voice_to_voice() {
    "$peer_python" bench/voice.py --peer --faster-whisper "$ct2" --kokoro "$kokoro" --threads "$threads" \
        --json "$bench/voice.json"
}

voice_speed() {
    cmake --build build/release --target bench_voice_speed -- --no-print-directory -s >/dev/null
    "$peer_python" bench/voice_speed.py --kokoro "$kokoro/kokoro.onnx" --threads "$threads"
}

heading "$(date +%F) · $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | xargs) · $threads threads · $(uptime | sed "s/.*load/load/")"
table transcription "Transcription" "$data/speech-es/manifest.tsv" transcription
table turn "A whole turn" "" turn
table stages "Stages of a turn" "" build/release/sarai bench tests/data/pregunta.wav
table voice "Voice to voice" "" voice_to_voice
table decoder "Voice decoder" "" voice_speed
table speech "Speech back to text" "" "$peer_python" bench/roundtrip.py
