#!/usr/bin/env bash
# Models that are missing, cut short, damaged or of another role: exit code 4, and what to do.
source "$(dirname "$0")/flow.sh"

# path_of MODEL PART: the file of that model whose name has that part.
path_of() {
    "$sarai" models path "$1" | grep "$2[^/]*\$"
}
encoder=$(path_of whisper-base encoder) decoder=$(path_of whisper-base decoder)
vocabulary=$(path_of whisper-base vocab) vad=$(path_of silero-vad onnx)
voice=$(path_of kokoro-82m kokoro-82m.onnx) phonemes=$(path_of kokoro-82m json) style=$(path_of ef_dora bin)
llm=$(path_of gemma-3-270m gguf)
mkdir -p own/onnx own/gguf own/voices
export SARAI_MODEL_DIR=$folder/own

# cut_short FILE BYTES COMMAND…: a copy of that file cut to so many bytes is refused by its name.
cut_short() {
    local good=$1 bytes=$2 place
    shift 2
    place=own/$(basename "$(dirname "$good")")/$(basename "$good")
    head -c "$bytes" "$good" >"$place"
    expect 4 "$(basename "$good" | sed 's/\..*//')" "$@"
    rm "$place"
}

cut_short "$encoder" 100000 transcribe "$question"
cut_short "$decoder" 1000 transcribe "$question"
cut_short "$vocabulary" 100000 transcribe "$question"
cut_short "$vad" 200000 transcribe "$question"
cut_short "$voice" 50000000 say hola -o x.wav
check "what mends it is told: $(cat err)" grep -q "sarai doctor" err
cut_short "$phonemes" 100 say hola -o x.wav
cut_short "$style" 100000 say hola -o x.wav
cut_short "$llm" 100 ask hola
cut_short "$llm" 100000 ask hola
cut_short "$llm" 100000000 ask hola
: >own/onnx/silero-vad-sequence.onnx
expect 4 "silero-vad" transcribe "$question"
rm own/onnx/silero-vad-sequence.onnx
check "no sound file is left" is_absent x

# A flipped byte is found by its sum.
cp "$vad" own/onnx/
printf '\x55' | dd of=own/onnx/silero-vad-sequence.onnx bs=1 seek=1000000 conv=notrunc status=none
expect 4 "sarai models pull" models verify silero-vad
rm own/onnx/silero-vad-sequence.onnx

# Of another role, or not there at all.
expect 4 "" ask hola --llm-model "$voice"
expect 4 "" say hola -o x.wav --voice-engine "$vad"
mkdir mixed
cp "$vad" mixed/a.encoder.onnx
cp "$vad" mixed/a.decoder.onnx
cp "$vocabulary" mixed/a.vocab.json
expect 4 "docs/CONTRACTS.md" transcribe "$question" --audio-engine mixed
expect 4 "no existe el modelo" ask hola --llm-model ninguno
expect 4 "no existe el modelo" ask hola --llm-model ./falta.gguf
expect 6 "RAM_BUDGET_MB" ask hola --ram-budget-mb 100
printf 'LLAMA_THREADS=2\nLAMA_THREADS=2\n' >.env
expect 2 ".env, línea 2" ask hola
rm .env
finish
