#!/usr/bin/env bash
# Dependencies point one way: flow files → stages → engine → base. Stages do not know each other, and a
# library's header is included by its wrapper alone. Reasons of the system are told by one file.
# Environment: SOURCE_DIR.
set -euo pipefail
cd "$SOURCE_DIR/src"
failed=0
complain() {
    echo "$*" >&2
    failed=1
}

# folder: what it may include beside itself and sarai.h. A folder that is not here has not been thought about.
declare -A may=([base]="" [engine]="base" [audio]="engine base" [listen]="engine base" [think]="engine base"
    [speak]="engine base" [remember]="engine base" [know]="engine base" [act]="engine base" [models]="engine base")
for folder in */; do
    folder=${folder%/}
    [ -n "${may[$folder]+set}" ] || { complain "src/$folder: say in this test what it may include"; continue; }
    while IFS=: read -r file line; do
        header=${line#*\"}
        header=${header%\"*}
        [[ " sarai.h $folder ${may[$folder]} " == *" ${header%%/*} "* ]] || complain "src/$file includes $header"
    done < <(grep -rE '^#include "' "$folder" --include=*.c --include=*.h || true)
done

libraries='onnxruntime|llama|ggml|gguf|mtmd|espeak|sndfile|soxr|speex|pulse/|portaudio|alsa/|curl/|archive|sqlite3|libpq|md4c|uchardet|libxml|openssl|gmp'
while IFS=: read -r file line; do
    [[ $file == ./engine/* ]] || complain "src/${file#./} includes a library's header: $line"
done < <(grep -rE "^#include <($libraries)" . --include=*.c --include=*.h || true)

# What the system says is told by base/reason, in the language of messages.
while IFS= read -r line; do
    complain "${line%%:*}: use reason_of() of base/reason.h in place of strerror()"
done < <(grep -rE '\bstrerror\(' . ../cli --include=*.c | grep -v '^./base/reason.c:' || true)
exit $failed
