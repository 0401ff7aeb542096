#!/bin/sh
# Gives .venv what the named requirements file pins. Does nothing, quickly, when that is already so.
#   PYTHON=python3.13 sh scripts/environment.sh requirements.txt
set -eu
cd "$(dirname "$0")/.."
file=$1
stamp=.venv/installed.$file
wanted=$(cat requirements.txt "$file" | cksum)

is_usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if is_usable "$candidate"; then command -v "$candidate"; return; fi
    done
    echo "Python 3.11 or later is needed${PYTHON:+ (PYTHON=$PYTHON is not that)}. On Debian or Ubuntu: sudo apt install python3 python3-venv" >&2
    return 1
}

same_version() {
    [ "$("$1" -c 'import sys; print(sys.version_info[:2])')" = "$("$2" -c 'import sys; print(sys.version_info[:2])' 2>/dev/null)" ]
}

if [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    [ -n "${PYTHON:-}" ] || exit 0
    same_version "$(find_python)" .venv/bin/python && exit 0
fi

python=$(find_python)
if [ -e .venv ] && { ! [ -x .venv/bin/python ] || { [ -n "${PYTHON:-}" ] && ! same_version "$python" .venv/bin/python; }; }; then
    rm -rf .venv
fi
echo "Installing $file into .venv ..."
if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --no-project --python "$python" .venv
    uv pip install --quiet --compile-bytecode --python .venv/bin/python -r "$file"
else
    if ! [ -x .venv/bin/python ]; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv" >&2
            exit 1
        fi
        "$python" -m venv .venv
    fi
    # An environment that uv made has no pip.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$file"
fi
echo "$wanted" > "$stamp"
# The larger list contains the smaller one.
if [ "$file" = requirements-dev.txt ]; then cat requirements.txt requirements.txt | cksum > .venv/installed.requirements.txt; fi
