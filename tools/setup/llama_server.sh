#!/usr/bin/env bash
# Builds llama.cpp's own llama-server, of the version that Sarai thinks with, and puts it under deps/: the expert
# is tested against it. It takes some 6 minutes on one core, once; `make test` works without it and says so.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/llama_source.sh"

home=$cache/deps/llama-server-$llama_version-$(uname -m)
work=
trap 'rm -rf "$work"' EXIT

build() {
    mkdir -p "$cache/deps"
    work=$(mktemp -d "$cache/deps/.work-XXXXXX")
    say "Compilando llama-server (unos 6 minutos; se hace una sola vez)…" \
        "Building llama-server (about 6 minutes; done once)…"
    llama_fetch "$work"
    # Little optimisation: it answers one short question in a test, and builds in half the time.
    cmake -S "$llama_source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 \
        -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_IS_DEV=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF \
        -DLLAMA_USE_PREBUILT_UI=OFF >"$work/log" 2>&1 &&
        cmake --build "$work/build" --parallel "${JOBS:-$(nproc)}" --target llama-server 2>&1 |
        tee -a "$work/log" | tenths ||
        { tail -n 30 "$work/log" >&2; fail "llama-server no compila" "llama-server does not build"; }
    mkdir "$work/out"
    cp "$work/build/bin/llama-server" "$llama_source/LICENSE" "$work/out/"
    put_in_place "$work/out" "$home"
}

[ -x "$home/llama-server" ] || build
mkdir -p "$root/deps"
ln -sfnT "$home" "$root/deps/llama-server"
