#!/usr/bin/env bash
# From files to answers: every kind of document is found with its place, bad ones are told and lose nothing, a
# process that is killed or a disk that is full leaves a good store, and two may index at once.
# Environment: SARAI (the program), SOURCE_DIR, BUILD_DIR.
source "$(dirname "$0")/../script.sh"
export SARAI_ENV_FILE=/dev/null SARAI_LANG=en
"$SARAI" models path multilingual-e5-small >/dev/null 2>&1 || { echo "skipped: the embedder is not here; run: make models"; exit 77; }
docs=$work/docs
export STORE_PATH=$work/data/saber.db
python3 "$SOURCE_DIR/tests/data/documents.py" "$docs"
rm "$docs"/roto.* "$docs"/bomba.docx "$docs"/binario.txt
finds() { # finds QUESTION FILE [PLACE]
    local hit
    hit=$("$SARAI" search -k 1 "$1" | head -n1)
    [[ $hit == *"$2${3:-}" ]] || fail "'$1' finds '$hit', not '$2${3:-}'"
}
code_of() { # code_of COMMAND…: runs it, keeps what it says in $work/said, gives its exit code
    local code=0
    "$@" >"$work/out" 2>"$work/said" || code=$?
    echo "$code"
}

# Before anything was indexed.
[ "$("$SARAI" search --json "hola" | grep -c '"hits":\[\]')" = 1 ] || fail "an empty store"
[ "$(code_of "$SARAI" store info)" = 3 ] || fail "store info without a store"
[ "$(code_of "$SARAI" index "$work/none")" = 3 ] || fail "a path that is not there"

"$SARAI" index "$docs" >"$work/report"
grep -q '^documents read: 8 ' "$work/report" || fail "index: $(cat "$work/report")"
finds "¿Cuánto es la fianza?" contrato.md ", line 1"
finds "¿Cuándo vence la póliza del seguro?" seguro.pdf ", page 2"
finds "¿Cuántos huevos lleva la tortilla?" recetas.html ", line 2"
finds "¿Cómo se llamaba el barco?" libro.epub
finds "¿Cuándo es la boda de Ana?" boda.docx
finds "¿Cuándo se podan las rosas?" jardin.odt
finds "¿Cuál es el código de la alarma?" notas.txt ", line 1"
"$SARAI" store check >/dev/null || fail "check"

# An answer rests on what was read and names it; where nothing fits there is no source.
if "$SARAI" models path gemma-3-270m >/dev/null 2>&1; then
    answer=$("$SARAI" ask --json "¿Cómo se llamaba el barco que salió de Cádiz?")
    [[ $answer == *'"sources":[{"path":"'*libro.epub* ]] || fail "no source: $answer"
    grep -q '"answer":"[^"]*libro' <<<"$answer" || fail "the answer does not name its source: $answer"
    "$SARAI" ask --json "Hola, buenos días." | has '"sources":\[\]' || fail "a greeting has a source"
    SEARCH_PASSAGES=0 "$SARAI" ask --json "¿Cómo se llamaba el barco?" | has '"sources":\[\]' || fail "SEARCH_PASSAGES=0"
fi

# A second time nothing is read; a new name costs no vector; a change is seen; what is gone is forgotten.
"$SARAI" index "$docs" | has 'unchanged: 8;' || fail "nothing has changed"
mv "$docs/contrato.md" "$docs/alquiler.md"
echo "El código de la alarma es 9009." >"$docs/notas.txt"
"$SARAI" index --json "$docs" | has '"added":2,"unchanged":6,"removed":1' || fail "a change and a new name"
finds "¿Cuánto es la fianza?" alquiler.md ", line 1"
"$SARAI" search -k 1 "código de la alarma" | has 9009 || fail "the new text"
"$SARAI" forget "$docs/libro.epub" | has '^1 ' || fail "forget"
[ "$(code_of "$SARAI" forget "$docs/libro.epub")" = 3 ] || fail "forget twice"
echo "La berenjena se planta en mayo." >"$work/huerto.txt"
"$SARAI" index "$work/huerto.txt" >/dev/null
[ "$(code_of "$SARAI" forget "$work/huerto.txt" "$work/none")" = 3 ] || fail "forget one that is there and one that is not"
[ "$(cat "$STORE_PATH"* | grep -ca berenjena)" = 0 ] || fail "what was forgotten is in the file still"
[ "$(stat -c %a "$STORE_PATH")" = 600 ] || fail "the store is not for its owner alone"
"$SARAI" store export >"$work/export"
[ "$(wc -l <"$work/export")" = 7 ] || fail "export"

# Bad documents: one sentence each, code 3, and the good ones stay.
python3 "$SOURCE_DIR/tests/data/documents.py" "$work/bad"
truncate -s 2G "$work/bad/enorme.txt"
[ "$(code_of "$SARAI" index "$work/bad")" = 3 ] || fail "bad documents: $(cat "$work/said")"
for name in roto.pdf roto.docx bomba.docx binario.txt enorme.txt; do
    [ "$(grep -c "/$name: " "$work/said")" = 1 ] || fail "no sentence about $name: $(cat "$work/said")"
done
[ "$(wc -l <"$work/said")" = 5 ] || fail "more than the five sentences: $(cat "$work/said")"
finds "¿Cuánto es la fianza?" .md ", line 1"
"$SARAI" forget "$work/bad" >/dev/null

# Another model.
[ "$(code_of env EMBED_MODEL="$work/docs/notas.txt" "$SARAI" index "$docs")" = 4 ] || fail "a model that is none"

# Without the embedder's file words are searched, and that is said: by search, and by the first question.
said=$(EMBED_MODEL=ninguno "$SARAI" search -k 1 "fianza" 2>"$work/why")
grep -q alquiler <<<"$said" || fail "by its words: $said $(cat "$work/why")"
grep -q "by its words alone.*sarai models list" "$work/why" || fail "what is missing: $(cat "$work/why")"
[ -z "$(EMBED_MODEL=ninguno SEARCH_BY=words "$SARAI" search -k 1 "fianza" 2>&1 >/dev/null)" ] || fail "words were asked for"
[ -z "$("$SARAI" search -k 1 "fianza" 2>&1 >/dev/null)" ] || fail "nothing is missing"
printf '%s\n' "¿Cuánto es la fianza?" "¿Cuánto es la fianza del piso?" |
    EMBED_MODEL=ninguno ROUTER=off "$SARAI" ask -q - >/dev/null 2>"$work/why" || fail "ask: $(cat "$work/why")"
[ "$(grep -c "by its words alone" "$work/why")" = 1 ] || fail "told once: $(cat "$work/why")"

# Another embedder has neither router nor finder, and answers come all the same.
STORE_PATH=$work/other.db EMBED_MODEL=$SOURCE_DIR/tests/golden/data/tiny-embedder.gguf bash -c '
    "$SARAI" index "$1" >/dev/null && "$SARAI" ask -q "¿Cuánto es la fianza?" >/dev/null && ! "$SARAI" route hola' _ "$work/docs" 2>"$work/why" ||
    fail "another embedder: $(cat "$work/why")"
grep -q "no model routes questions with EMBED_MODEL=.*tiny-embedder" "$work/why" || fail "no router: $(cat "$work/why")"

# What is only perhaps about a passage is answered without it where it does not tell; else that is said.
SEARCH_SURE=0 TOOLS=off "$SARAI" ask -q "¿Cuánto mide el piso?" | has 'no aparece en' || fail "not told that it does not say"
! SEARCH_SURE=1 TOOLS=off "$SARAI" ask -q "¿Cuánto mide el piso?" | has 'no aparece en' || fail "refused by a passage that is perhaps another's"

# Without its adapter the search finds too; one of another model is refused.
SEARCH_MODEL=none "$SARAI" search -k 1 --json "¿Cuánto es la fianza?" | has 'contrato' || fail "SEARCH_MODEL=none"
! SEARCH_MODEL=none SEARCH_SURE=0 TOOLS=off "$SARAI" ask -q "¿De qué color es la puerta?" | has 'no aparece' ||
    fail "plain vectors lie nearer together: what was read has no say in this"
code=0
SEARCH_MODEL=$SOURCE_DIR/models/adapters/gemma-3-270m-sarai.gguf "$SARAI" search "¿Cuánto es la fianza?" >/dev/null 2>"$work/why" || code=$?
[ "$code" = 4 ] || fail "exit code $code, not 4, for an adapter of another model"
grep -q "SEARCH_MODEL" "$work/why" || fail "which adapter: $(cat "$work/why")"

# Without the finder it is answered too; one that was named and is none is told.
FINDER_MODEL=none "$SARAI" ask -q "¿Cuánto es la fianza?" >/dev/null || fail "FINDER_MODEL=none"
code=0
FINDER_MODEL=$SOURCE_DIR/models/adapters/gemma-3-270m-sarai.gguf "$SARAI" ask -q "¿Cuánto es la fianza?" >/dev/null 2>"$work/why" || code=$?
[ "$code" = 4 ] || fail "exit code $code, not 4, for a finder that is none"
grep -q "gemma-3-270m-sarai.gguf is no finder" "$work/why" || fail "which finder: $(cat "$work/why")"

# Killed at any moment: what was there stays, and the next run brings the rest.
mkdir "$work/many"
for i in $(seq 60); do
    printf 'Nota %d.\n\nEl armario %d guarda la caja número %d.\n' "$i" "$i" $((i * 7)) >"$work/many/$i.txt"
done
for wait in 0.4 0.7 1.1 1.6; do
    "$SARAI" index "$work/many" >/dev/null 2>&1 &
    pid=$!
    sleep "$wait"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    "$SARAI" store check >/dev/null || fail "the store after kill -9"
done
finds "¿Cuánto es la fianza?" alquiler.md ", line 1"

# Two at once, then everything is there.
"$SARAI" index "$work/many" >/dev/null &
pid=$!
"$SARAI" index "$work/many" >/dev/null || fail "the first of two"
wait "$pid" || fail "the second of two"
"$SARAI" index "$work/many" | has 'unchanged: 60;' || fail "not all of the many are there"

# Ctrl-C: code 130, and what was read stays.
rm -r "$work/data"
"$SARAI" index "$work/many" >/dev/null 2>&1 &
pid=$!
sleep 0.3
kill -INT "$pid" 2>/dev/null || true # on a quick machine it may have finished: code 0 below
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || [ "$code" = 0 ] || fail "exit code $code after Ctrl-C"
[ ! -f "$STORE_PATH" ] || "$SARAI" store check >/dev/null || fail "the store after Ctrl-C"

# No room: a file that may not grow is like a disk that is full.
rm -rf "$work/data"
code=$(ulimit -f 100; code_of "$SARAI" index "$work/many")
[ "$code" = 5 ] || fail "exit code $code, not 5, without room: $(cat "$work/said")"
"$SARAI" store check >/dev/null || fail "the store after the disk was full"

# No memory at some moment: a sentence, or the work is done; the store stays good.
rm -rf "$work/data"
for n in 150 700 1500 2600 4000 9000; do
    for words in "index $docs" "search fianza" "store check"; do
        # shellcheck disable=SC2086  # words are arguments
        code=$(FAIL_MALLOC_AT=$n LD_PRELOAD=$BUILD_DIR/fail_malloc.so GOMP_SPINCOUNT=2000 code_of "$SARAI" $words)
        [ "$code" -le 8 ] || fail "allocation $n, $words: exit $code: $(cat "$work/said")"
        [ "$code" = 0 ] || grep -q '^sarai: ' "$work/said" || fail "allocation $n, $words: no sentence: $(cat "$work/said")"
    done
    [ ! -f "$STORE_PATH" ] || "$SARAI" store check >/dev/null || fail "the store after allocation $n failed"
done

# A store that is damaged, and one of another program.
echo "no es una base de datos, aunque se llame así; de eso se trata aquí" >"$work/other.db"
[ "$(code_of env STORE_PATH="$work/other.db" "$SARAI" search x)" = 3 ] || fail "no database"
[ "$(code_of env STORE_PATH="$work/other.db" "$SARAI" index "$docs")" = 3 ] || fail "no database to write"
[ "$(code_of env STORE_PATH=/proc/saber/x.db "$SARAI" index "$docs")" = 5 ] || fail "a place that cannot be made"
