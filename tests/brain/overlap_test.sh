#!/usr/bin/env bash
# No prompt of the behaviour set is in what the models are trained with, nor nearly one; and which are closest in meaning.
set -u
# The papers of the finder share none at all; that needs no model.
python3 "$SOURCE_DIR/tools/train/finder/overlap.py" || exit 1
skip() {
    echo "skipped: $1"
    exit 77
}
export SARAI_TEST_DATA=${SARAI_TEST_DATA:-$SOURCE_DIR/../shared/data}
[ -d "$SARAI_TEST_DATA" ] || skip "the training sets are not here (SARAI_TEST_DATA)"
python3 -c "import numpy" 2>/dev/null || skip "numpy is not installed"
"$SARAI" embed hola >/dev/null 2>&1 || skip "the embedder is not here (sarai models pull)"
exec python3 "$SOURCE_DIR/tools/train/brain/overlap.py" --epochs 1 --sarai "$SARAI"
