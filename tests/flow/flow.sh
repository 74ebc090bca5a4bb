# Sourced by the flow tests: whole turns through the built program, with real models.
#
#     source "$(dirname "$0")/flow.sh"
#     expect 3 'está vacío' transcribe empty.wav       # exit code, a part of the one sentence on stderr
#     finish
#
# Each test runs in an empty folder of its own, removed at its end. SARAI names the program.
# shellcheck shell=bash
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sarai=${SARAI:-$root/build/dev/sarai}
question=$root/tests/data/pregunta.wav
folder=$(mktemp -d /tmp/sarai-flow-XXXXXX)
failures=0
servers=() # processes that end with the test
trap 'for pid in "${servers[@]}"; do kill "$pid"; done; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export NO_COLOR=1 SARAI_LANG=es GOMP_SPINCOUNT=2000 HOME=$folder
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_STATE_HOME # which would lead out of it

# The person's own cache stays in use for models and graphs, which are large; nothing else of the home is.
XDG_CACHE_HOME=${XDG_CACHE_HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)/.cache}
export XDG_CACHE_HOME

"$sarai" models list embedded --json 2>/dev/null | jq -e 'all(.state == "fine")' >/dev/null ||
    { echo "the embedded models are not there: make models"; exit 77; }

fail() {
    echo "FAILED (line ${BASH_LINENO[1]}): $*" >&2
    failures=$((failures + 1))
}

# check WHAT COMMAND…: the command succeeds.
check() {
    local what=$1
    shift
    "$@" || fail "$what"
}

# jq_holds FILTER [FILE]: the filter over all JSON values of the file (or stdin) gives true.
jq_holds() {
    jq -es "$@" >/dev/null
}

# Runs the program with a limit; its exit code is in $code, its words in the files out and err.
run() {
    timeout -k 5 "${LIMIT_S:-300}" "$sarai" "$@" >out 2>err
    code=$?
}

# What went wrong is told in one sentence: one line on stderr, after what the command told of its work.
is_sentence() {
    [ "$(grep -c . err)" = 1 ] && grep -q "$1" err && ! grep -qE '(Sanitizer|terminate called|std::|core dumped)' err
}

# expect CODE SENTENCE ARGUMENTS…: the program ends with this code and this sentence (a part of it).
expect() {
    local wanted=$1 sentence=$2
    shift 2
    run "$@"
    [ "$code" = "$wanted" ] || fail "exit $code, not $wanted: sarai $*: $(head -c 300 err)"
    is_sentence "$sentence" || fail "no single sentence with “$sentence”: sarai $*: $(head -c 600 err)"
}

# A WAV that holds what its header says: 24 kHz, mono, 16 bits, and some sound.
is_wav() {
    [ "$(soxi -r "$1")" = 24000 ] && [ "$(soxi -c "$1")" = 1 ] && [ "$(soxi -b "$1")" = 16 ] &&
        [ "$(stat -c %s "$1")" = $((44 + 2 * $(soxi -s "$1"))) ] && [ "$(soxi -s "$1")" -gt 2400 ]
}

# Nothing is left of a file that was being written: neither it nor its parts.
is_absent() {
    [ -z "$(find . -name "$1*" -print -quit)" ]
}

# A service that misbehaves as the address that it is asked under says: $oracle is where it listens, and
# requests() counts what it was asked.
start_oracle() {
    local port
    : >requests
    python3 "$root/tests/unit/oracle.py" >requests &
    servers+=($!)
    until read -r port <requests; do sleep 0.1; done
    oracle=http://127.0.0.1:$port
}
requests() { tail -n +2 requests | wc -l; }

finish() {
    [ "$failures" = 0 ] || echo "$failures checks failed" >&2
    exit $((failures > 0))
}
