#!/usr/bin/env bash
# sarai doctor where everything is there: sums, and the latency against its target.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en ORT_NUM_THREADS=1 LLAMA_THREADS=1
"$SARAI" models verify embedded >/dev/null 2>&1 ||
    { echo "skipped: the embedded models are not here; run: make models"; exit 77; }
report=$work/report
fail() {
    echo "$*" >&2
    cat "$report" >&2
    exit 1
}
latency() { # the level of the only finding about latency
    jq -r '[.findings[] | select(.check == "latency")] | if length == 1 then .[0].level else "none" end' "$report"
}

"$SARAI" doctor --deep --json --latency-target-ms 600000 >"$report" || fail "exit code $?"
[ "$(latency)" = fine ] || fail "latency: $(latency), not fine"
jq -e '[.findings[] | select(.level == "failure")] | length == 0' "$report" >/dev/null || fail "failures"
jq -e '[.findings[] | select(.text | contains("sums checked"))] | length >= 7' "$report" >/dev/null ||
    fail "the sums of too few models were checked"

# Above its target it is a warning with advice; only --strict makes an exit code of it.
code=0
"$SARAI" doctor --strict --json --latency-target-ms 1 >"$report" || code=$?
[ "$code" = 9 ] || fail "exit code $code, not 9"
[ "$(latency)" = warning ] || fail "latency: $(latency), not warning"
jq -e '.findings[] | select(.check == "latency") | .mend | length > 0' "$report" >/dev/null || fail "no advice"

"$SARAI" doctor --quick --json >"$report" || fail "exit code $?"
[ "$(latency)" = none ] || fail "--quick measured the latency"
