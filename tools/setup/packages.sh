#!/usr/bin/env bash
# Installs the Debian packages of the given sections of packages.txt that are missing.
# Usage: packages.sh SECTION…      (build, test)
source "$(dirname "$0")/common.sh"

sections=" $* "
wanted=()
section=
while read -r word _; do
    case $word in
    '' | '#'*) ;;
    '['*']') section=${word:1:-1} ;;
    *) [[ $sections == *" $section "* ]] && wanted+=("$word") ;;
    esac
done <"$setup/packages.txt"

missing=()
for package in "${wanted[@]}"; do
    # A program that is already there by other means (node from its own source) is good enough.
    case $package in
    npm) command -v npm >/dev/null && continue ;;
    esac
    dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
    fail "faltan estos paquetes y aquí no hay apt: ${missing[*]}" \
        "these packages are missing and there is no apt here: ${missing[*]}"
say "Sarai va a instalar con apt (uno o dos minutos): ${missing[*]}" \
    "Sarai will install with apt (a minute or two): ${missing[*]}"
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
