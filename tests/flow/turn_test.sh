#!/usr/bin/env bash
# Whole turns: a recorded question in, a spoken answer out, in all the shapes that programs ask for.
source "$(dirname "$0")/flow.sh"

# One question, for people.
run run "$question" -o answer.wav
check "run succeeds: $(cat err)" [ "$code" = 0 ]
check "the question is shown" grep -q "capital de Francia" out
check "the answer knows the capital" grep -q "París" out
check "the stage table is shown" grep -q "hasta el primer sonido" err
check "the answer is a WAV" is_wav answer.wav
loudest=$(sox answer.wav -n trim -0.25 stat 2>&1 | awk '/Maximum amplitude/ { print $3 }')
check "the answer ends with the pause of its last mark: $loudest" awk -v a="$loudest" 'BEGIN { exit !(a != "" && a < 0.004) }'

# Any container, rate and number of channels, in one call, for programs.
mkdir answers
sox "$question" -r 8000 q8k.wav
sox "$question" -r 44100 -c 2 q44k.flac
sox "$question" -r 48000 -c 2 q48k.ogg
sox "$question" -r 22050 q22k.mp3
sox "$question" -r 192000 -c 8 q192k.wav
run run --json -o answers q8k.wav q44k.flac q48k.ogg q22k.mp3 q192k.wav
check "several questions: $(cat err)" [ "$code" = 0 ]
check "one line for each" [ "$(wc -l <out)" = 5 ]
check "each hears and answers" jq_holds 'all(.[]; (.text | test("capital de Francia")) and (.answer | test("París")))' out
check "each has times, tokens and memory" jq_holds 'all(.[]; .stages_ms.listen > 0 and .stages_ms.first_audio > 0
    and .stages_ms.total >= .stages_ms.first_audio and .tokens.generated > 0 and .rss_bytes > 1e6)' out
check "models are loaded once" jq_holds '[.[].stages_ms.load] | unique | length == 1' out
for name in q8k q44k q48k q22k q192k; do
    check "the answer to $name" is_wav "answers/$name.wav"
done

cp q8k.wav answers/
expect 2 "darían el mismo archivo" run -o answers q8k.wav answers/q8k.wav

# Transcripts in all formats; silence has none.
sox -n -r 16000 silence.wav trim 0 3
run transcribe --json "$question" silence.wav
check "transcribe: $(cat err)" [ "$code" = 0 ]
check "words, language, times" jq_holds '.[0].language == "es" and (.[0].text | test("capital de Francia"))
    and .[0].segments[0].end > .[0].segments[0].start and .[0].audio_s > 1' out
check "silence is nobody" jq_holds '.[1].text == "" and .[1].segments == [] and .[1].language == ""' out
run transcribe --format srt "$question"
check "srt" grep -qE '^00:00:0[0-9],[0-9]{3} --> 00:00:0[0-9],[0-9]{3}$' out
run transcribe --format vtt "$question"
check "vtt" [ "$(head -n 1 out)" = WEBVTT ]
expect 3 "no se oye a nadie" run silence.wav -o silent-answer.wav
check "no answer to silence" is_absent silent-answer

# Speech that is understood again; PCM to a pipe; one file a line.
run say "Buenos días, me llamo Ana y vivo en Madrid." -o say.wav
check "say: $(cat err)" [ "$code" = 0 ]
check "say makes a WAV" is_wav say.wav
run transcribe say.wav
check "what was said is heard: $(cat out)" grep -qi "madrid" out
printf 'Buenos días.\nBuenas noches.\n' | timeout 300 "$sarai" say - -o line-%d.wav --voice em_alex 2>err
check "lines are said: $(cat err)" is_wav line-2.wav
timeout 300 "$sarai" say "Hola." -o - 2>err >pcm
check "PCM comes out of a pipe" [ "$(stat -c %s pcm)" -gt 4800 ]

# Questions in writing, one JSON line each, each a conversation of its own.
printf '¿Cuál es la capital de Francia?\n¿Qué es un volcán?\n' | timeout 300 "$sarai" ask --json - >out 2>err
check "ask: $(cat err)" jq_holds 'length == 2 and (.[0].answer | test("París")) and all(.[]; .tokens.generated > 0
    and .stages_ms.think_total > 0)' out

run models verify
check "models verify: $(cat err)" [ "$code" = 0 ]
run models path silero-vad
check "models path" test -f "$(cat out)"
run models path
check "the folder of the models" test -d "$(cat out)"
finish
