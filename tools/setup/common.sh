# Sourced by the scripts beside it: names, places and messages they share.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sarai
# shellcheck disable=SC2034  # used by the scripts that source this file
setup=$root/tools/setup

# say TEXT_ES TEXT_EN: one line for the person, in the language of SARAI_LANG.
say() {
    if [ "${SARAI_LANG:-es}" = en ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# fail TEXT_ES TEXT_EN: the same, and stop.
fail() {
    say "error: $1" "error: $2"
    exit 1
}

# as_root COMMAND…: run it directly as root, through sudo otherwise.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "hace falta ser root o tener sudo para: $*" "this needs root or sudo: $*"
    fi
}

# check_sum FILE SHA256: fails unless the file has that sum.
check_sum() {
    echo "$2  $1" | sha256sum --check --status ||
        fail "la suma sha256 de $(basename "$1") no es la esperada" \
            "$(basename "$1") does not have the expected sha256 sum"
}

# pip_download DIR ARGS…: pip's own client; it verifies sums given with --hash.
pip_download() {
    local dir=$1
    shift
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$dir" "$@"
}

# tenths: every tenth percent of a build's output; nothing where there is nothing to build.
tenths() {
    awk '/^\[ *[0-9]+%\] (Building|Linking)/ { n = substr($0, 2, 3) + 0
           if (n >= last + 10) { printf "  %d %%\n", n; last = n; fflush() } }' >&2
}

# put_in_place FOLDER HOME: moves a finished folder to where it is kept. Two clones may have made the same at once:
# who came first is kept.
put_in_place() {
    mv -T "$1" "$2" 2>/dev/null || [ -d "$2" ]
}
