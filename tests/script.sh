# Sourced by the test scripts that stop at the first thing that is wrong.
# shellcheck shell=bash
set -euo pipefail

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
