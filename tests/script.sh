# Sourced by the test scripts that stop at the first thing that is wrong. Their files are in $work, which is gone
# at the end; so are the person's data, settings and state, as a timer of theirs would ring into a test.
# shellcheck shell=bash
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state

fail() {
    echo "$*" >&2
    exit 1
}

# has PATTERN: whether stdin holds it, read to its end (grep -q would leave its writer with a broken pipe).
has() {
    local all
    all=$(cat)
    grep -q -- "$1" <<<"$all"
}
