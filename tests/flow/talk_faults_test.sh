#!/usr/bin/env bash
# What goes wrong in a live conversation: Ctrl-C in every state, models that do not fit RAM_BUDGET_MB, models
# that are evicted or replaced meanwhile, a disk that is full.
source "$(dirname "$0")/flow.sh"

sox "$question" -r 16000 one.wav pad 0.5 4
sox "$question" -r 16000 over.wav pad 3.3 5
sox -m -v 1 one.wav -v 1 over.wav two.wav # the second over the answer to the first
sox two.wav two.wav two.wav long.wav

# interrupt_in STATE: Ctrl-C as soon as the conversation is in that state; in $code how it ended. (In which state
# exactly it comes is the business of unit/talk_test.)
interrupt_in() {
    local pid
    : >events
    timeout -k 5 300 "$sarai" talk --input long.wav --output cut.wav --pace fast --eagerness 2 --events >events 2>err &
    pid=$!
    until grep -q "\"state\":\"$1\"" events 2>/dev/null || ! kill -0 $pid 2>/dev/null; do sleep 0.005; done
    kill -INT $pid 2>/dev/null
    wait $pid
    code=$?
}

for state in idle listening speculating thinking speaking interrupted; do
    interrupt_in $state
    check "Ctrl-C while $state: it was in that state" grep -q "\"state\":\"$state\"" events
    [ $code = 130 ] || fail "Ctrl-C while $state: exit $code: $(head -c 300 err)"
    check "Ctrl-C while $state: nothing is said about it" [ ! -s err ]
    check "Ctrl-C while $state: no half file" [ -z "$(find . -name 'cut.wav?*' -print -quit)" ]
    rm -f cut.wav
done

# No sound card and no server at all: a sentence that names a way on. (Where there is one, flow/device_test has it.)
[ "$("$sarai" devices --json)" = "[]" ] && expect 3 "con una grabación: sarai talk --input" talk

# Models that do not fit: a sentence, before any sound.
expect 6 "RAM_BUDGET_MB" talk --input one.wav --output none.wav --pace fast --ram-budget-mb 300
check "no file was begun" is_absent none.wav

# What fits just so works, with all that is loaded counted.
needed=$(grep -oE 'piden [0-9]+' err | grep -oE '[0-9]+')
run talk --input one.wav --output fits.wav --pace fast --events --ram-budget-mb "$needed"
check "just enough: $(cat err)" jq_holds '[.[] | select(.event == "turn")] | length == 1' out

# The language model's pages are taken away between two questions, and its file is replaced by garbage: the
# conversation goes on as it was.
model=$("$sarai" models path gemma-3-270m)
cp "$(readlink -f "$model")" own.gguf
sox "$question" -t raw -r 16000 -c 1 -e signed -b 16 question.raw pad 0.5 0
mkfifo microphone
timeout -k 5 300 "$sarai" talk --input - --output twice.out.wav --events --llm-model "$PWD/own.gguf" \
    --llm-adapter none --ram-budget-mb "$((needed + 400))" <microphone >events 2>err &
talker=$!
exec 3>microphone
# ask_aloud N: the question, then silence until N are answered and the last answer has been heard.
ask_aloud() {
    cat question.raw >&3
    until jq -enR "[inputs | fromjson?] | ([.[] | select(.event == \"turn\")] | length) == $1 and last.state == \"idle\"" events >/dev/null; do
        kill -0 $talker 2>/dev/null || return
        head -c 3200 /dev/zero >&3
        sleep 0.1
    done
}
ask_aloud 1
taken=$("$root/tests/flow/evict.py" "$(pgrep -P $talker sarai)")
case $? in
77) echo "what is resident cannot be taken away here" >&2 ;;
*) check "most of the model was evicted: $taken MB" [ "${taken:-0}" -gt 100 ] ;;
esac
echo "garbage" >other.gguf
mv other.gguf own.gguf
ask_aloud 2
exec 3>&-
wait $talker
check "evicted: exit $?: $(head -c 300 err)" [ $? = 0 ]
check "both are answered alike: $(jq -c 'select(.event == "answered").answer' events)" jq_holds \
    '[.[] | select(.event == "answered") | .answer] | length == 2 and .[0] == .[1]' events

# The disk is full: the loudspeaker's file cannot be written, which is said.
(ulimit -f 40 && exec timeout -k 5 300 "$sarai" talk --input one.wav --output full.wav --pace fast) >out 2>err
code=$?
check "a full disk: exit $code: $(head -c 300 err)" [ $code = 5 ]
check "a full disk: no half file" is_absent full.wav
finish
