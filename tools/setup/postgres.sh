#!/usr/bin/env bash
# Puts a PostgreSQL server with pgvector under deps/postgres, for the test of the store on a server: out of a
# package of PyPI, pinned by sum. Where a server with pgvector is installed, or there is no package for this
# machine, it does nothing; the test then says why it is skipped.
source "$(dirname "$0")/common.sh"

version=0.1.4 # PostgreSQL 16.2, pgvector 0.6.2
sum=d595789b47624a3d963aa9aa6359da9be31beb7e61f1a45541953242068b8813
home=$cache/deps/postgres-$version

compgen -G '/usr/share/postgresql/*/extension/vector.control' >/dev/null && exit 0
[ "$(uname -m)" = x86_64 ] || exit 0
if [ ! -x "$home/bin/postgres" ]; then
    mkdir -p "$cache/deps"
    work=$(mktemp -d "$cache/deps/.work-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    say "Descargando un PostgreSQL para las pruebas (11 MB)…" "Fetching a PostgreSQL for the tests (11 MB)…"
    pip_download "$work" --only-binary=:all: --python-version 3.11 --platform manylinux2014_x86_64 "pgserver==$version"
    check_sum "$work"/pgserver-*.whl "$sum"
    python3 -m zipfile -e "$work"/pgserver-*.whl "$work/wheel"
    # The programs look for their own libpq where the package would have put it.
    cp "$work"/wheel/pgserver.libs/* "$work/wheel/pgserver/pginstall/lib/"
    chmod +x "$work"/wheel/pgserver/pginstall/bin/*
    put_in_place "$work/wheel/pgserver/pginstall" "$home"
fi
mkdir -p "$root/deps"
ln -sfnT "$home" "$root/deps/postgres"
