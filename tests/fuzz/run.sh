#!/usr/bin/env bash
# Runs each fuzzer of a build for some seconds, two at a time, and fails on a finding.
# Usage: run.sh FOLDER SECONDS [NAME…]      FOLDER holds the NAME_fuzz programs; without names: all.
# What a fuzzer learns is kept in FOLDER/corpus/NAME; what broke it in FOLDER/findings.
set -euo pipefail

folder=$(cd "$1" && pwd)
seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- $(cd "$folder" && ls ./*_fuzz | sed 's|^\./||; s|_fuzz$||')

"$here/seeds.py" "$folder/seeds"
mkdir -p "$folder/findings" "$folder/logs"
# A header may ask for any room: malloc then answers NULL, as it would without a sanitizer.
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=1024 UBSAN_OPTIONS=print_stacktrace=1
export SARAI_LANG=en GOMP_SPINCOUNT=2000

run_one() {
    local name=$1 folder=$2 seconds=$3 here=$4 log=$2/logs/$1 corpus=("$2/corpus/$1")
    mkdir -p "${corpus[0]}"
    for more in "$here/corpus/$name" "$folder/seeds/$name"; do
        [ -d "$more" ] && corpus+=("$more")
    done
    if "$folder/${name}_fuzz" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=3000 -max_len=65536 \
        -artifact_prefix="$folder/findings/$name-" "${corpus[@]}" >"$log" 2>&1; then
        echo "$name: $(grep -c . <(find "${corpus[0]}" -type f)) inputs kept, $(grep -oE '^Done [0-9]+ runs' "$log")"
    else
        tail -n 60 "$log" >&2
        echo "$name: a finding; the whole log: $log" >&2
        return 1
    fi
}
export -f run_one
printf '%s\n' "$@" | xargs -P 2 -I NAME bash -c 'run_one "$@"' _ NAME "$folder" "$seconds" "$here"
