#!/usr/bin/env bash
# Puts the MCP project's own test server under deps/mcp, for the test of our client: out of npm, every package pinned by
# the sums in tests/mcp/package-lock.json. Nothing of it is run while it is installed.
source "$(dirname "$0")/common.sh"

lock=$root/tests/mcp/package-lock.json
home=$cache/deps/mcp-$(sha256sum "$lock" | cut -c1-12)

command -v npm >/dev/null || exit 0
if [ ! -d "$home/node_modules" ]; then
    mkdir -p "$cache/deps"
    work=$(mktemp -d "$cache/deps/.work-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    say "Descargando un servidor MCP para las pruebas (8 MB)…" "Fetching an MCP server for the tests (8 MB)…"
    cp "$root/tests/mcp/package.json" "$lock" "$work"
    (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    put_in_place "$work" "$home"
fi
mkdir -p "$root/deps"
ln -sfnT "$home" "$root/deps/mcp"
