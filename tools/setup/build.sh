#!/usr/bin/env bash
# Configures and builds a preset, showing every tenth percent, warnings and errors. Usage: build.sh PRESET [OPTION…]
source "$(dirname "$0")/common.sh"
preset=$1
shift
cd "$root"
cmake --preset "$preset" "$@" >/dev/null
cmake --build "build/$preset" --parallel "${JOBS:-$(nproc)}" -- --no-print-directory | tenths
