#!/usr/bin/env bash
# Puts ONNX Runtime and llama.cpp under deps/, out of the XDG cache where an earlier build left them there.
# Both come from package registries, pinned by version and sha256; nothing is installed into the system.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/llama_source.sh"

onnx_version=1.32.0
declare -A onnx_wheel_sum=(
    [x86_64]=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
    [aarch64]=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
)

arch=$(uname -m)
[ -n "${onnx_wheel_sum[$arch]:-}" ] ||
    fail "arquitectura no admitida: $arch (x86_64 o aarch64)" "unsupported architecture: $arch (x86_64 or aarch64)"

work=
trap 'rm -rf "$work"' EXIT
new_work() {
    mkdir -p "$cache/deps"
    work=$(mktemp -d "$cache/deps/.work-XXXXXX")
}

# The C headers are not in the wheel. Debian 13 and later have them in libonnxruntime-dev; on an older
# Debian that package is unpacked, not installed, from the trixie suite of the mirror already in use.
# The C API is versioned (GetApi), so headers older than the library are fine.
onnx_headers() {
    local dest=$1 lists=$work/apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    if [ -f /usr/include/onnxruntime/onnxruntime_c_api.h ]; then
        cp -r /usr/include/onnxruntime/. "$dest"
        return
    fi
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' |
        awk '$2 !~ /-/ && $1 ~ /debian\/?$/ { print $1; exit }')
    [ -n "$mirror" ] || fail "no se encuentra una réplica de Debian en las fuentes de apt" \
        "apt's sources name no Debian mirror"
    mkdir -p "$lists/state/lists/partial" "$lists/cache/archives/partial"
    echo "deb [signed-by=$keyring] $mirror trixie main" >"$lists/sources.list"
    local options=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State=$lists/state" -o "Dir::State::status=/var/lib/dpkg/status"
        -o "Dir::Cache=$lists/cache" -o "APT::Sandbox::User=$(id -un)")
    apt-get "${options[@]}" update
    (cd "$lists" && apt-get "${options[@]}" download libonnxruntime-dev)
    dpkg-deb -x "$lists"/libonnxruntime-dev_*.deb "$lists/root"
    cp -r "$lists/root/usr/include/onnxruntime/." "$dest"
}

onnx_fetch() {
    local home=$1 digits=${onnx_version%.*}
    new_work
    say "Descargando ONNX Runtime $onnx_version (28 MB)…" "Fetching ONNX Runtime $onnx_version (28 MB)…"
    pip_download "$work" --only-binary=:all: --python-version 3.11 \
        --platform "manylinux_2_28_$arch" "onnxruntime==$onnx_version"
    check_sum "$work"/onnxruntime-*.whl "${onnx_wheel_sum[$arch]}"
    mkdir -p "$work/out/lib" "$work/out/include"
    python3 -m zipfile -e "$work"/onnxruntime-*.whl "$work/wheel"
    cp "$work/wheel/onnxruntime/capi/libonnxruntime.so.$onnx_version" "$work/out/lib/"
    ln -s "libonnxruntime.so.$onnx_version" "$work/out/lib/libonnxruntime.so.1"
    ln -s libonnxruntime.so.1 "$work/out/lib/libonnxruntime.so"
    cp "$work/wheel/onnxruntime/LICENSE" "$work/wheel/onnxruntime/ThirdPartyNotices.txt" "$work/out/"
    onnx_headers "$work/out/include"
    [ -f "$work/out/include/onnxruntime_c_api.h" ] ||
        fail "falta onnxruntime_c_api.h en libonnxruntime-dev" "libonnxruntime-dev has no onnxruntime_c_api.h"
    echo "$digits" >"$work/out/VERSION"
    put_in_place "$work/out" "$home"
    rm -rf "$work"
}

llama_options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_LIBDIR=lib "-DCMAKE_INSTALL_RPATH=\$ORIGIN"
    -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=ON -DGGML_OPENMP=ON -DLLAMA_OPENSSL=OFF
    -DLLAMA_BUILD_IS_DEV=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF
    -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_MTMD=ON)

llama_build() {
    local home=$1
    new_work
    say "Compilando llama.cpp (unos 4 minutos con dos núcleos; se hace una sola vez)…" \
        "Building llama.cpp (about 4 minutes on two cores; done once)…"
    llama_fetch "$work"
    cmake -S "$llama_source" -B "$work/build" -DCMAKE_INSTALL_PREFIX="$work/out" "${llama_options[@]}" >"$work/log" 2>&1 &&
        cmake --build "$work/build" --parallel "$(nproc)" --target install 2>&1 | tee -a "$work/log" |
        tenths ||
        { tail -n 30 "$work/log" >&2; fail "llama.cpp no compila (arriba, el final del registro)" \
            "llama.cpp does not build (the end of its log is above)"; }
    cp "$llama_source/LICENSE" "$work/out/"
    echo "$llama_version" >"$work/out/VERSION"
    put_in_place "$work/out" "$home"
    rm -rf "$work"
}

# Native code belongs to one kind of CPU: the cache key carries its instruction sets, and how it was built.
cpu_key=$({ grep -m1 -E '^(flags|Features)' /proc/cpuinfo | cut -d: -f2 | tr ' ' '\n' | sort
    echo "${llama_options[@]}"; } | sha256sum | cut -c1-8)
onnx_home=$cache/deps/onnxruntime-$onnx_version-$arch
llama_home=$cache/deps/llama-$llama_version-$arch-$cpu_key
mkdir -p "$cache/deps" "$root/deps"
[ -f "$onnx_home/VERSION" ] || onnx_fetch "$onnx_home"
[ -f "$llama_home/VERSION" ] || llama_build "$llama_home"
ln -sfnT "$onnx_home" "$root/deps/onnxruntime"
ln -sfnT "$llama_home" "$root/deps/llama"
