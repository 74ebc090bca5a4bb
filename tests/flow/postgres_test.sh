#!/usr/bin/env bash
# The store on a real PostgreSQL server with pgvector, started here and stopped at the end: the tests of the
# shelf, then the program on top of it where the models are there.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
skip() {
    echo "skipped: $*"
    exit 77
}

# The server's programs: from the system where pgvector is installed too, else out of deps/.
home=$SOURCE_DIR/deps/postgres
for control in /usr/share/postgresql/*/extension/vector.control; do
    [ -f "$control" ] && home=/usr/lib/postgresql/$(cut -d/ -f5 <<<"$control")
done
[ -x "$home/bin/postgres" ] || skip "no PostgreSQL with pgvector is here; run: tools/setup/postgres.sh"

chmod 755 "$work"
mkdir "$work/server"
# PostgreSQL refuses to run as root, and nobody cannot read what is in root's home.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    cp -rL "$home" "$work/programs"
    home=$work/programs
    chown -R nobody "$work/server"
    as_owner=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
run_server() { "${as_owner[@]}" env HOME="$work/server" LD_LIBRARY_PATH="$home/lib" "$home/bin/$1" "${@:2}" >>"$work/log" 2>&1; }
stop() {
    run_server pg_ctl -D "$work/server/data" -m immediate stop || true
    rm -rf "$work"
}
trap stop EXIT
run_server initdb -D "$work/server/data" -U sarai -A trust -E UTF8 --no-sync || { cat "$work/log" >&2; fail "initdb"; }
run_server pg_ctl -w -D "$work/server/data" -o "-c listen_addresses='' -k $work/server -c fsync=off" -l "$work/server/log" start ||
    { cat "$work/log" "$work/server/log" >&2; fail "pg_ctl"; }
url=postgres://sarai:secreto@/postgres?host=$work/server

SHELF_TEST_URL=$url "$BUILD_DIR/tests/shelf_test" || fail "the tests of the shelf fail"

# The whole program.
"$SARAI" models path multilingual-e5-small >/dev/null 2>&1 || { echo "without the models: shelf only"; exit 0; }
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} STORE_URL=$url
"$SARAI" forget --all >/dev/null 2>&1 || true
run_server psql -h "$work/server" -U sarai -d postgres -c "DROP SCHEMA sarai CASCADE" # made with vectors of eight numbers
mkdir "$work/docs"
echo "La fianza del piso es de 1.700 euros." >"$work/docs/contrato.txt"
echo "Las rosas se podan en febrero." >"$work/docs/jardin.md"
"$SARAI" index "$work/docs" | has '^documents read: 2 ' || fail "index"
"$SARAI" index "$work/docs" | has 'unchanged: 2;' || fail "index again"
"$SARAI" search -k 1 --json "¿Cuánto es la fianza?" | has 'contrato.txt' || fail "search"
"$SARAI" store check >/dev/null || fail "check"
"$SARAI" store info >"$work/info"
grep -q '384' "$work/info" || fail "info: $(cat "$work/info")"
! grep -q secreto "$work/info" || fail "the password is shown"
rm "$work/docs/jardin.md"
"$SARAI" index "$work/docs" | has 'gone: 1$' || fail "a document that is gone"
[ "$("$SARAI" store export | wc -l)" = 1 ] || fail "export"

run_server pg_ctl -D "$work/server/data" -m immediate stop
code=0
"$SARAI" search x >/dev/null 2>"$work/said" || code=$?
[ "$code" = 7 ] || fail "exit code $code, not 7, without a server: $(cat "$work/said")"
! grep -q secreto "$work/said" || fail "the password is shown"
