#!/usr/bin/env bash
# sarai doctor on machines where something is missing: it names it, the command that mends it, and its exit code.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
export XDG_CACHE_HOME=$work/cache
cmake --install "$BUILD_DIR" --prefix "$work/prefix" >/dev/null
doctor=("$work/prefix/bin/sarai" doctor --quick)

fail() {
    echo "$*" >&2
    cat "$work/report" >&2
    exit 1
}
examine() { # examine EXIT_CODE OPTIONS…: the report, as JSON, into $work/report
    local expected=$1 code=0
    shift
    "${doctor[@]}" --json "$@" >"$work/report" || code=$?
    [ "$code" = "$expected" ] || fail "exit code $code, not $expected: doctor $*"
    [ "$(jq .exit_code "$work/report")" = "$expected" ] || fail "the report tells another exit code: doctor $*"
}
finds() { # finds CHECK LEVEL TEXT MEND: a finding whose text and command contain these
    jq -e --arg c "$1" --arg l "$2" --arg t "$3" --arg m "$4" '.findings | any(.check == $c and .level == $l and
        (.text | contains($t)) and ((.mend // "") | contains($m)))' "$work/report" >/dev/null ||
        fail "no finding: $*"
}

# No models: each one in use is a failure with the command that gets it; what is there is fine.
examine 4
for model in whisper-base silero-vad gemma-3-270m kokoro-82m ef_dora; do
    finds model failure "$model" "sarai models pull $model"
done
finds library fine "ONNX Runtime" ""
finds library fine "espeak-ng" ""
finds cpu fine "" ""
! grep -q piper-es-davefx "$work/report" || fail "a model that is not in use is missed"

# Libraries that only some need: the program starts without them, and says what is missing where they are wanted.
mkdir "$work/hidden"
touch "$work/hidden/libpq.so.5" "$work/hidden/libportaudio.so.2" # found first, and no libraries
LD_LIBRARY_PATH=$work/hidden STORE_URL=postgres://ana@/x examine 4
finds store failure "libpq is missing" "" && finds store failure "sudo apt-get install libpq5" ""
finds audio warning "PortAudio is missing" "libportaudio2"
[ -z "$(ldd "$work/prefix/bin/sarai" | grep -E 'libpq|libportaudio')" ] || fail "libpq or PortAudio is linked"

# A file cut short, a model that nobody knows.
mkdir -p "$work/models/onnx"
printf 'onn' >"$work/models/onnx/silero-vad-sequence.onnx"
examine 4 --sarai-model-dir "$work/models"
finds model failure "silero-vad-sequence.onnx is damaged" "sarai models pull silero-vad"
examine 4 --llm-model none-such
finds model failure "none-such" "sarai models list"

# More threads than cores, less memory than the models take, a cache that cannot be written.
examine 4 --ort-num-threads 64
[ "$(nproc)" -ge 64 ] || finds threads warning "ORT_NUM_THREADS=64" "ORT_NUM_THREADS="
examine 6 --ram-budget-mb 10
finds memory failure "RAM_BUDGET_MB" "RAM_BUDGET_MB="
XDG_CACHE_HOME=/dev/null examine 4
finds cache warning "/dev/null" "XDG_CACHE_HOME="

# A home and MCP servers: reached or not, and the key is told to nobody.
coproc home { exec python3 "$SOURCE_DIR/tests/unit/home_server.py"; }
server=$home_PID # forgotten once the server has ended
read -r port <&"${home[0]}"
export HOME_ASSISTANT_URL=http://127.0.0.1:$port HOME_ASSISTANT_TOKEN=llave XDG_CONFIG_HOME=$work/config
mkdir -p "$work/config/sarai"
printf '{"mcpServers": {"good": {"command": "python3", "args": ["%s", "good", "%s"]}, "bad": {"command": "/no/such"}}}' \
    "$SOURCE_DIR/tests/unit/mcp_server.py" "$work/log" >"$work/config/sarai/mcp.json"
examine 4
finds home fine "Home Assistant 2026.4.0 answers" ""
finds mcp fine "good answers (pruebas 1.0): 15 tools" ""
finds mcp warning "/no/such" "mcp.json"
HOME_ASSISTANT_TOKEN=secreto examine 4
finds home warning "HOME_ASSISTANT_TOKEN" "HOME_ASSISTANT_TOKEN"
! grep -q secreto "$work/report" || fail "the key is told"
kill "$server" 2>/dev/null || true
wait "$server" 2>/dev/null || true
unset HOME_ASSISTANT_URL HOME_ASSISTANT_TOKEN
printf '{' >"$work/config/sarai/mcp.json"
examine 4
finds mcp warning "line 1" "mcp.json"
rm "$work/config/sarai/mcp.json"

# Settings are read before anything else; words that mean nothing are not passed over.
code=0
SARAI_ENV_FILE=$work/env "${doctor[@]}" 2>"$work/report" || code=$?
[ "$code" = 2 ] || fail "exit code $code, not 2, for a settings file that is not there"
code=0
"${doctor[@]}" everything 2>"$work/report" || code=$?
[ "$code" = 2 ] || fail "exit code $code, not 2, for an argument"

# Without ONNX Runtime. The report for people has the same in it.
rm "$work"/prefix/lib/sarai/libonnxruntime*
examine 1
finds library failure "ONNX Runtime is missing" "make deps"
SARAI_LANG=es "${doctor[@]}" >"$work/report" || true
grep -q '^fallo *biblioteca *falta ONNX Runtime' "$work/report" || fail "no Spanish finding"
grep -q '→ make deps' "$work/report" || fail "no command in the Spanish report"
