#!/usr/bin/env bash
# The documentation holds together: its links lead somewhere, its commands exist, every folder says what it is.
# Environment: SARAI (the program), SOURCE_DIR.
set -euo pipefail
cd "$SOURCE_DIR"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
failed=0
complain() {
    echo "$*" >&2
    failed=1
}

shopt -s globstar nullglob
pages=(*.md docs/*.md src/**/*.md tests/**/*.md bench/*.md)
[ ${#pages[@]} -ge 12 ] || complain "only ${#pages[@]} pages"

# Relative links.
for page in "${pages[@]}"; do
    while read -r target; do
        [ -e "$(dirname "$page")/${target%%#*}" ] || complain "$page: the link to $target leads nowhere"
    done < <(grep -oE '\]\([^)]+\)' "$page" | sed 's/^](//; s/)$//' | grep -vE '^(https?:|#)' || true)
done

# Commands, and their options where they stand in code.
for page in "${pages[@]}"; do
    while read -r command; do
        "$SARAI" help "$command" >/dev/null 2>&1 || complain "$page: there is no command: sarai $command"
    done < <(grep -ohE '(`|    |\$ )sarai [a-z]+' "$page" | grep -oE '[a-z]+$' | sort -u || true)
    while read -r target; do
        grep -qE "^$target( |:)|^\.PHONY:.* $target( |\$)" Makefile || complain "$page: there is no: make $target"
    done < <(grep -ohE '(`|^    |sudo )make [a-z]+' "$page" | grep -oE '[a-z]+$' | sort -u || true)
done

# Every folder of src/ opens with a README of ten lines or so.
for folder in src/*/; do
    [ -f "$folder/README.md" ] || { complain "$folder has no README.md"; continue; }
    [ "$(wc -l <"$folder/README.md")" -le 16 ] || complain "$folder/README.md is longer than 16 lines"
done

# Both READMEs have the same parts, and the exit codes stand in the page on troubles as in the man page.
[ "$(grep -c '^## ' README.md)" = "$(grep -c '^## ' README.es.md)" ] || complain "the READMEs have different parts"
codes=$("$SARAI" help --man | sed -n '/EXIT STATUS/,$ s/^\\fB\([0-9]*\)\\fR$/\1/p')
[ "$(wc -w <<<"$codes")" -ge 10 ] || complain "the man page has too few exit codes"
for code in $codes; do
    grep -q "^| $code |" docs/TROUBLESHOOTING.md || complain "docs/TROUBLESHOOTING.md has no exit code $code"
done
exit $failed
