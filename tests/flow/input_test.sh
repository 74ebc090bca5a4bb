#!/usr/bin/env bash
# Bad sounds and hostile texts: one clear sentence and exit code 3, or an honest empty result.
source "$(dirname "$0")/flow.sh"

# ---- sounds that cannot be heard ----
: >empty.wav
head -c 20 "$question" >header.wav
printf 'esto es un texto, no un sonido, por mucho que se llame así' >text.wav
sox -n -r 16000 -b 16 nothing.wav trim 0 0
expect 3 "no existe.wav: no existe esa ruta" transcribe "no existe.wav"
SARAI_LANG=en expect 3 "no existe.wav: No such file" transcribe "no existe.wav"
expect 3 "está vacío" transcribe empty.wav
expect 3 "header.wav" transcribe header.wav
expect 3 "no es un archivo de audio.*: no se reconoce el formato" transcribe text.wav
SARAI_LANG=en expect 3 "its format is not known" transcribe text.wav
expect 3 "no contiene sonido" transcribe nothing.wav
expect 3 "es una carpeta" transcribe .
head -c 1000 "$question" >scrap.wav
sox -D "$question" "$PWD/scrap.flac" && truncate -s 9000 scrap.flac
expect 3 "scrap.wav está cortado y en lo que queda no se oye a nadie" transcribe scrap.wav
SARAI_LANG=en expect 3 "scrap.wav is cut short, and nobody" run scrap.wav -o answer.wav
expect 3 "scrap.flac está cortado" transcribe scrap.flac
sox -D "$question" "$question" "$question" "$question" long.ogg && truncate -s 30000 long.ogg
run transcribe long.ogg
check "an Ogg cut short is heard: $(cat err)" grep -q capital out && check "and told" is_sentence "long.ogg está cortado"
expect 3 "está vacío" run empty.wav -o answer.wav
check "no answer is left" is_absent answer
chmod 0 "$(cp "$question" locked.wav && echo locked.wav)"
# Root reads everything, unless that power is taken away.
setpriv --bounding-set -dac_override,-dac_read_search "$sarai" transcribe locked.wav >out 2>err
code=$?
check "a file without permission: $(cat err)" [ $code = 3 ] && check "its sentence" is_sentence "locked.wav"

# ---- sounds in which there is little or nothing: heard to their end, and nothing invented ----
head -c 30000 "$question" >cut.wav
sox -n -r 16000 silence.wav trim 0 2
sox -n -r 16000 noise.wav synth 2 whitenoise vol 0.05
python3 - <<'PY'
import math, struct
data = struct.pack("<3f", math.nan, math.inf, -math.inf) * 8000
head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, 16000, 64000, 4, 32,
                   b"data", len(data))
open("nan.wav", "wb").write(head + data)
head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 38, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16, b"data", 2)
open("one.wav", "wb").write(head + b"\1\0")
PY
run transcribe --json one.wav silence.wav noise.wav nan.wav cut.wav
check "they are heard: $(cat err)" [ "$code" = 0 ]
check "nothing is invented: $(cut -c1-120 out)" jq_holds '.[:4] | all(.[]; .text == "")' out
check "a file cut short gives what it has" jq_holds '.[4].audio_s > 0.5 and .[4].text != ""' out
check "and says that it is: $(cat err)" is_sentence "cut.wav está cortado"
check "which programs are told too" jq_holds 'map(.cut_short) == [false, false, false, false, true]' out
head -c 60000 "$question" >half.wav
run run -q half.wav
check "a question cut short is answered: $(cat err)" [ "$code" = 0 ]
check "with a word about it" is_sentence "la pregunta está cortada"
sox "$question" -t wav - >pipe.wav # the header cannot know the length
sox -D "$question" whole.ogg
run transcribe pipe.wav whole.ogg
check "a file of unknown length is whole: $(cat err)" [ ! -s err ]
"$sarai" transcribe /dev/stdin < <(cat whole.ogg) >out 2>err
check "so is a pipe: $(cat err)" grep -q capital out && check "and is told nothing" [ ! -s err ]
sox -D "$question" whole.flac
run transcribe --json - < <(cat whole.flac)
check "a FLAC out of a pipe: $(cat err)" jq_holds '.[0].text | test("capital")' out
mkfifo fifo.flac
cat whole.flac >fifo.flac &
run transcribe fifo.flac
check "and out of a named one: $(cat err)" grep -q capital out
head -c 30000 "$question" | "$sarai" transcribe - >out 2>err
check "a pipe that ends early is told: $(cat err)" is_sentence "cortado"
: | "$sarai" transcribe - >out 2>err
check "an empty pipe" [ $? = 3 ] && check "its sentence" is_sentence "está vacío"
TMPDIR=$PWD/none expect 5 "TMPDIR" transcribe - < <(cat whole.flac)

# ---- ten hours: refused where the limit is lower, else read in bounded memory ----
truncate -s 1152000044 hours.wav # 10 h of 16 kHz silence, all of it a hole, but for a question at their beginning
python3 -c 'import struct; n = 1152000000; open("hours.wav", "r+b").write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF",
    36 + n, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16, b"data", n))'
sox -D "$question" -r 16000 -t raw question.raw && dd status=none if=question.raw of=hours.wav bs=44 seek=1 conv=notrunc
expect 3 "MAX_AUDIO_MIN" transcribe --max-audio-min 599 hours.wav
"$sarai" transcribe hours.wav >out 2>err &
pid=$!
while [ ! -s out ] && kill -0 $pid 2>kill.err; do sleep 0.1; done
check "what is heard is printed at once: $(cat err)" grep -q capital out && check "not at the end" kill -0 $pid
sleep 8
check "ten hours take little memory" [ "$(awk '/VmHWM/ { print $2 }' /proc/$pid/status)" -lt 700000 ]
kill -INT $pid
wait $pid
check "and can be interrupted" [ $? = 130 ]

# ---- hostile texts ----
head -c 10000000 /dev/zero | tr '\0' 'a' >huge.txt
expect 3 "1048576 bytes" ask - <huge.txt
expect 3 "1048576 bytes" say - -o spoken.wav <huge.txt
check "nothing is left of it" is_absent spoken
printf 'uno\0dos\n' >nul.txt
expect 3 "byte nulo" ask - <nul.txt
head -c 900000 huge.txt >long.txt
expect 3 "" ask - <long.txt
printf '\xff\xfe\x01\x1b[31m¿Cu\xc3l es la capital de Francia\x02?\xed\xa0\x80\n' >odd.txt
run ask --json - <odd.txt
check "bytes that are no text are passed over: $(cat err)" [ "$code" = 0 ]
check "the answer is JSON" jq_holds 'length == 1 and (.[0].answer | length > 0)' out
run say - -o odd.wav <odd.txt
check "such bytes are not spoken: $(cat err)" [ "$code" = 0 ]
check "the rest is" is_wav odd.wav
expect 2 "hacen falta" say "hola"
expect 2 "velocidad" say "hola" -o x.wav --speed 9
expect 2 "no hay una voz\|nombre de una voz" say "hola" -o x.wav --voice ../../etc/passwd
check "no WAV of it" is_absent x
finish
