#!/usr/bin/env bash
# Output that cannot be written, and interruption at any moment: the file is whole or it is not there.
source "$(dirname "$0")/flow.sh"
long="Érase una vez un hombre que vivía junto al mar. Cada mañana salía a pescar, y cada tarde volvía a casa."

# ---- no permission, no such folder, no room ----
expect 5 "/sys/answer.wav" say hola -o /sys/answer.wav # there not even root may make a file
expect 5 "no/such/answer.wav: no existe esa ruta" say hola -o no/such/answer.wav
expect 5 "$folder" say hola -o "$folder"
mkdir closed && chmod 500 closed
setpriv --bounding-set -dac_override,-dac_read_search "$sarai" say hola -o closed/answer.wav >out 2>err
code=$?
check "a folder without permission: $(cat err)" [ $code = 5 ] && check "its sentence" is_sentence "closed/answer.wav"
(ulimit -f 40 && exec "$sarai" say "$long" -o full.wav) >out 2>err
code=$?
check "a file that may not grow: $(cat err)" [ $code = 5 ] && check "its sentence" is_sentence "no se puede escribir"
check "nothing is left of it" is_absent full
expect 5 "no queda sitio en el disco" say hola -o /dev/full
SARAI_LANG=en expect 5 "No space left" say hola -o /dev/full
"$sarai" run "$question" -o /dev/full >both 2>&1
check "the sentence has a line of its own: $(cat both)" grep -q "^sarai: no se puede escribir" both
"$sarai" version >/dev/full 2>err
code=$?
check "a full standard output: $(cat err)" [ $code = 5 ]
"$sarai" say "$long" -o - 2>err | head -c 1000 >pcm
code=${PIPESTATUS[0]}
check "a closed pipe: $(cat err)" [ $code = 5 ] && check "its sentence" is_sentence "no se puede escribir"
mkdir small
if mount -t tmpfs -o size=100k none small 2>/dev/null; then
    expect 5 "no se puede escribir" say "$long" -o small/answer.wav
    check "a full disk keeps nothing" [ -z "$(ls -A small)" ]
    umount small
fi

# What was there before stays when the new one fails.
cp "$question" kept.wav
(ulimit -f 40 && exec "$sarai" say "$long" -o kept.wav) >out 2>err
check "an older file is left as it was" cmp -s "$question" kept.wav

# ---- signals ----
# interrupt SIGNAL SECONDS FILE COMMAND…: the program ends with 130, or was done; FILE is whole or absent.
interrupt() {
    local signal=$1 seconds=$2 file=$3 pid code
    shift 3
    "$sarai" "$@" >out 2>err &
    pid=$!
    sleep "$seconds"
    kill "-$signal" $pid 2>/dev/null
    wait $pid
    code=$?
    # 143 (or 130) is also the shell's word for a program that had not begun to catch signals.
    case $code in
    0 | 130) ;;
    143) check "only an early end is so: $(cat err)" [ ! -s err ] ;;
    *) fail "exit $code after $seconds s of SIG$signal: $(cat err)" ;;
    esac
    [ $code = 0 ] || [ ! -s err ] || check "one sentence: $(cat err)" is_sentence "interrumpido"
    if [ -e "$file" ]; then
        check "what is there is whole ($signal, $seconds s)" is_wav "$file"
        rm "$file"
    fi
    check "no part is left ($signal, $seconds s)" is_absent "${file%.wav}"
}

for i in 1 2 3 4 5 6 7 8; do
    interrupt INT "0.$((RANDOM % 9))$i" run.wav run -q "$question" -o run.wav
    interrupt TERM "$((RANDOM % 3)).$i" say.wav say "$long" -o say.wav
done
printf -v endless '%s ' "$long"{,,,,,,,,,,}{,,} # no machine speaks it all before it is killed
"$sarai" say "$endless" -o killed.wav >out 2>err &
sleep 1.5
kill -KILL $!
wait $! 2>/dev/null
check "nothing is left even of a killed program" is_absent killed
interrupt INT 0.5 ask.wav ask - < <(yes "¿Cuál es la capital de Francia?")
finish
