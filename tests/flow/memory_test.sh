#!/usr/bin/env bash
# No memory: a limit on the whole process, and single allocations that fail at many points. The program says so
# in a sentence and ends with a documented exit code, or it does its work; no file is left by halves.
source "$(dirname "$0")/flow.sh"
failing=${BUILD_DIR:-$root/build/dev}/fail_malloc.so

# How it ended: well, or with a code of enum sarai_status whose sentence is the last line. (A library may have
# said something of its own before it gave up.)
ended_well() {
    local code=$1 what=$2
    [ "$code" -le 8 ] || fail "$what: exit $code: $(head -c 300 err)"
    [ "$code" = 0 ] || tail -n 1 err | grep -q "^sarai: " || fail "$what: no sentence: $(head -c 300 err)"
    if [ -e said.wav ]; then
        check "$what: what is there is whole" is_wav said.wav
        rm said.wav
    fi
    check "$what: no part is left" is_absent said
}

for kilobytes in 60000 150000 250000 400000 700000; do
    for words in "ask -q hola" "say hola -o said.wav" "transcribe $question"; do
        # shellcheck disable=SC2086  # words are arguments
        (ulimit -v $kilobytes && exec timeout -k 5 120 "$sarai" $words) >out 2>err
        code=$?
        # Below some 50 MB not even the loader has room: 127 is its word for that.
        [ $code = 127 ] || ended_well $code "$kilobytes kB, $words"
    done
done

# fails_at N COMMAND…: the N-th allocation fails.
fails_at() {
    local n=$1
    shift
    FAIL_MALLOC_AT=$n LD_PRELOAD=$failing timeout -k 5 120 "$sarai" "$@" >out 2>err
    ended_well $? "allocation $n, $1"
}

for n in 1 5 20 80 300 1200 5000 20000 80000; do
    fails_at $((n + RANDOM % (n / 4 + 1))) ask -q hola
    fails_at $((n + RANDOM % (n / 4 + 1))) say hola -o said.wav
    fails_at $((n + RANDOM % (n / 4 + 1))) transcribe "$question"
    fails_at $((n + RANDOM % (n / 4 + 1))) talk --input "$question" --output said.wav --pace fast
done
finish
