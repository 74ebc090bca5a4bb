#!/usr/bin/env bash
# An installation works by itself: in a prefix that was moved, with the example built against both libraries,
# without the clone's models folder.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
encoder=$("$SARAI" models path whisper-base 2>/dev/null | head -n1) || encoder=
[ -n "$encoder" ] || { echo "skipped: the embedded models are not here; run: make models"; exit 77; }
models=$(dirname "$encoder")/..

cmake --install "$BUILD_DIR" --prefix "$work/made" >/dev/null
mv "$work/made" "$work/moved"
prefix=$work/moved
program=$prefix/bin/sarai
for file in include/sarai.h lib/libsarai.a lib/libsarai.so lib/pkgconfig/sarai.pc share/man/man1/sarai.1 \
    share/man/es/man1/sarai.1 share/bash-completion/completions/sarai share/zsh/site-functions/_sarai \
    share/sarai/models/manifest.json share/sarai/tools/models/requirements.txt share/doc/sarai/LICENSE; do
    [ -f "$prefix/$file" ] || fail "not installed: $file"
done

# With an empty cache the models are missing, whatever the clone holds; the sentence names the command.
export XDG_CACHE_HOME=$work/cache
code=0
"$program" transcribe "$SOURCE_DIR/tests/data/pregunta.wav" 2>"$work/said" || code=$?
[ "$code" = 4 ] || fail "exit code $code, not 4, without models"
grep -q 'sarai models pull whisper-base' "$work/said" || fail "does not say how to get the model: $(cat "$work/said")"

# What was trained here comes with it, whatever the cache holds.
"$program" models list --json embedded >"$work/models"
jq -e 'map(select(.origin | startswith("tools/train/"))) | length >= 5 and all(.state == "fine")' "$work/models" >/dev/null ||
    fail "an installation lacks: $(jq -c '.[] | select(.state != "fine") | .id' "$work/models")"

# A model that only helps is missed with a warning that says what is lost; nothing is said of it where it is there.
lost() { # the warnings about models
    { "$program" doctor --quick --json || true; } | jq -r '.findings[] | select(.check == "model" and .level == "warning") | .text'
}
lost | has "multilingual-e5-small: missing; searches go by words alone" || fail "doctor does not miss the embedder"
! lost | grep affect-base || fail "doctor misses what is there"
mv "$prefix/share/sarai/models/heads/affect-base.onnx" "$work"
lost | has "affect-base: missing; the mood of the voice is not heard" || fail "doctor does not miss the mood"
mv "$work/affect-base.onnx" "$prefix/share/sarai/models/heads"

# The example, with the shared library and with the archive.
export SARAI_MODEL_DIR=$models PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra shared < <(pkg-config --cflags --libs sarai)
read -ra static < <(pkg-config --cflags --libs --static sarai | sed 's/-lsarai/-l:libsarai.a/')
warnings=(-std=c11 -Wall -Wextra -Wpedantic -Werror)
# A library with sanitizers inside asks for the same of who uses it.
read -ra sanitize < <(sed -n 's/^SARAI_SANITIZE:STRING=\(..*\)/-fsanitize=\1/p' "$BUILD_DIR/CMakeCache.txt" | tr '\n' ' ') || true
cc "${warnings[@]}" "${sanitize[@]}" "$SOURCE_DIR/docs/example.c" "${shared[@]}" -Wl,-rpath,"$prefix/lib" -o "$work/shared"
cc "${warnings[@]}" "${sanitize[@]}" "$SOURCE_DIR/docs/example.c" "${static[@]}" -o "$work/static"
ldd "$work/shared" | has "$prefix/lib/libsarai.so" || fail "the shared example does not use libsarai.so"
! ldd "$work/static" | grep libsarai || fail "the static example uses libsarai.so"
for kind in shared static; do
    "$work/$kind" "$SOURCE_DIR/tests/data/pregunta.wav" "$work/$kind.raw" >"$work/said"
    grep -qi 'capital de Francia' "$work/said" || fail "$kind: the question is not heard: $(cat "$work/said")"
    [ "$(stat -c %s "$work/$kind.raw")" -gt 48000 ] || fail "$kind: the answer has less than a second of sound"
done
code=0
"$work/static" /dev/null "$work/static.raw" 2>/dev/null || code=$?
[ "$code" = 3 ] || fail "exit code $code, not 3, for an empty question"

# Without llama.cpp the program starts, does what needs none, and says what is missing.
mkdir "$work/away"
mv "$prefix"/lib/sarai/libllama* "$work/away"
"$program" transcribe "$SOURCE_DIR/tests/data/pregunta.wav" >"$work/said" || fail "transcribe needs llama.cpp"
code=0
"$program" ask hola 2>"$work/said" || code=$?
[ "$code" = 1 ] || fail "exit code $code, not 1, without llama.cpp"
grep -q 'llama.cpp is missing.*make deps' "$work/said" || fail "does not say what is missing: $(cat "$work/said")"
"$program" version | has 'llama.cpp (missing)' || fail "version needs llama.cpp"
mv "$work/away"/* "$prefix/lib/sarai"

# Without ONNX Runtime the program starts and says what is missing.
rm "$prefix"/lib/sarai/libonnxruntime*
code=0
"$program" transcribe "$SOURCE_DIR/tests/data/pregunta.wav" 2>"$work/said" || code=$?
[ "$code" = 1 ] || fail "exit code $code, not 1, without ONNX Runtime"
grep -q 'ONNX Runtime is missing.*make deps' "$work/said" || fail "does not say what is missing: $(cat "$work/said")"
"$program" models list >/dev/null || fail "models list needs ONNX Runtime"
