#!/usr/bin/env bash
# The control plane in whole turns: what a question takes is shown, warmth goes into the same generation, and
# "no era eso", a thumb and EMPATHY=off weigh.
source "$(dirname "$0")/flow.sh"

# lines NAME=VALUE… -- LINE…: one conversation.
lines() {
    local settings=()
    while [ "$1" != -- ]; do settings+=("$1"); shift; done
    printf '%s\n' "${@:2}" | env "${settings[@]}" timeout -k 5 200 "$sarai" ask --json --keep - >out 2>err
    code=$?
}
fear='[0.1,0,0,0,0.9,0,0,0,0,0,0,0,0,0,0]'

lines ROUTER=on -- "Se ha muerto mi perro y no paro de llorar." "¿Cuál es la capital de Francia?" "¿Qué hora es?"
check "routed: $(cat out err)" jq_holds '.[0].route.soft > 0.7 and .[0].route.beta > 0.7 and .[0].route.tone == "tender"
    and .[1].route.hard > 0.7 and .[1].route.tone == "plain" and .[2].route == null' out
lines ROUTER=off -- "{\"text\":\"Me tengo que operar.\",\"emo_vec\":$fear}"
check "by the voice alone: $(cat out err)" jq_holds '.[0].route | .tone == "soothing" and .soft == null and .beta > 0.7' out
heard=$(jq -r .answer out)
lines ROUTER=off -- '{"text":"Me tengo que operar.","mood":"miedo"}'
check "by a name: $(cat out err)" jq_holds '.[0].route | .tone == "soothing" and .beta > 0.7' out
check "a heard mood and a named one are answered alike: $heard" [ "$heard" = "$(jq -r .answer out)" ]
lines ROUTER=off EMPATHY=off -- "{\"text\":\"Me tengo que operar.\",\"emo_vec\":$fear}"
check "off: weighed, not told: $(cat out err)" jq_holds '.[0].route.beta > 0.7' out
lines -- '{"text":"x","emo_vec":[1,2]}'
check "emo_vec of another length is refused: $(cat err)" [ "$code" = 2 ]

# What was not wanted raises α of the question before, and β; a thumb does the same and is taken away.
lines ROUTER=on -- "¿Qué diferencia hay entre un virus y una bacteria?" "No era eso."
check "a complaint: $(cat out err)" jq_holds '.[1].route.alpha >= .[0].route.alpha and .[1].route.alpha > 0.9 and .[1].route.beta > .[0].route.beta' out
echo 👎 >thumbs
lines ROUTER=on THUMBS_FILE="$PWD/thumbs" -- "Hola, buenos días." "Hola, buenos días."
check "a thumb counts once: $(cat out err)" jq_holds '.[0].route.alpha > .[1].route.alpha and .[0].route.beta > .[1].route.beta' out
check "it was taken away" [ ! -e thumbs ]

# No expert may be asked: the same model, with a longer budget.
lines ROUTER=on LLM_MAX_SENTENCES=1 LLM_MAX_TOKENS=4 LLM_LONG=1 -- "Explícame paso a paso cómo funciona la fotosíntesis."
short=$(jq .tokens.generated out)
lines ROUTER=on LLM_MAX_SENTENCES=1 LLM_MAX_TOKENS=4 LLM_LONG=4 -- "Explícame paso a paso cómo funciona la fotosíntesis."
check "at length: $short $(cat out err)" [ "$(jq .tokens.generated out)" -gt "$short" ]

finish
