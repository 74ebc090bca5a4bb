#!/usr/bin/env bash
# What is written out of the program's tables tells all of them: help, man page, completions, .env.example.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en

commands=$("$SARAI" help | sed -n '/^Usage/,/^Examples/ s/^  \([a-z]*\) .*/\1/p')
settings=$("$SARAI" config | cut -d' ' -f1)
[ "$(wc -w <<<"$commands")" -ge 10 ] || fail "the overview lists too few commands: $commands"
[ "$(wc -w <<<"$settings")" -ge 20 ] || fail "there are too few settings: $settings"

# Help in both languages; the Spanish one holds nothing of the English frame.
for command in $commands; do
    "$SARAI" "$command" --help | has "^Usage: sarai $command" || fail "no English help of $command"
    SARAI_LANG=es "$SARAI" help "$command" | has "^Uso: sarai $command" || fail "no Spanish help of $command"
    ! SARAI_LANG=es "$SARAI" "$command" --help | grep -E 'Usage|Options|Settings|this help' ||
        fail "English in the Spanish help of $command"
done

SARAI_LANG=es "$SARAI" say --sarai-lang en --help | has '^Usage' || fail "--sarai-lang does not change the language"

# The man pages list every command, option and setting, and man finds nothing to complain about.
options=$(for command in $commands; do "$SARAI" "$command" --help; done | grep -oE '^ .{5}--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u)
for page in sarai.1 sarai.es.1; do
    complaints=$(man --warnings -l "$BUILD_DIR/$page" 2>&1 >/dev/null)
    [ -z "$complaints" ] || fail "$page: $complaints"
    text=$(MANWIDTH=200 man -l "$BUILD_DIR/$page")
    for word in $options $settings; do
        grep -qw -e "$word" <<<"$text" || fail "$page has no $word"
    done
    for command in $commands; do
        grep -q "^   sarai $command" <<<"$text" || fail "$page has no command $command"
    done
done

# bash: words come where they belong.
# shellcheck disable=SC1091
source "$BUILD_DIR/sarai.bash"
PATH=$(dirname "$SARAI"):$PATH
complete_line() { # the last word is the one being typed
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _sarai
    echo " ${COMPREPLY[*]} "
}
expect() { # expect "WORDS" LINE…: each of the words is offered
    local wanted=$1 offered word
    shift
    offered=$(complete_line "$@")
    for word in $wanted; do
        [[ $offered == *" $word "* ]] || fail "bash: after '${*}' there is no '$word' in:$offered"
    done
}
expect "${commands//$'\n'/ }" sarai ""
expect "transcribe" sarai tr
expect "text json srt vtt" sarai transcribe --format ""
expect "es-ES es-MX" sarai say --region ""
expect "list pull verify remove path" sarai models ""
expect "whisper-base kokoro-82m" sarai models pull ""
expect "--json --llama-threads --help" sarai run --
[ "$(complete_line sarai say --output "")" = "  " ] || fail "bash: a file name is expected after --output"

# zsh reads its script.
if command -v zsh >/dev/null; then
    zsh -n "$BUILD_DIR/_sarai"
    # shellcheck disable=SC2016
    zsh -fc 'autoload -Uz compinit && compinit -u -D; fpath=($1 $fpath); autoload -Uz _sarai; functions[_sarai]=$(<$1/_sarai)' \
        - "$BUILD_DIR"
fi

# What is kept in the repository is what the program says today.
SARAI_LANG=es "$SARAI" config --env | diff "$SOURCE_DIR/.env.example" - || fail ".env.example is old; run: make docs"
SARAI_ENV_FILE=$SOURCE_DIR/.env.example "$SARAI" config | grep -v -e " default$" -e "^SARAI_LANG " && fail ".env.example changes a setting"
sed 's/^#\([A-Z]\)/\1/' "$SOURCE_DIR/.env.example" >"$work/env"
SARAI_ENV_FILE=$work/env "$SARAI" config >/dev/null || fail ".env.example has a line that is no setting"
python3 "$SOURCE_DIR/tools/models_page.py" --check || fail "docs/MODELS.md is old; run: make docs"
