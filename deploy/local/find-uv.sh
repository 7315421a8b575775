#!/bin/sh
# Prints where uv is. Installs it under .local/uv if it is missing: Debian's python3 alone can't (no pip, no venv, and
# PEP 668 forbids installing beside the system's packages), so each way that may be open is tried in turn.
set -eu

ours="${ROSTERBUS_UV_FOLDER:-$(cd "$(dirname "$0")/../.." && pwd)/.local/uv}"

say() { echo "$*" >&2; }

works() { "$1" --version >/dev/null 2>&1; }

by_venv() {
    rm -rf "$ours"
    python3 -m venv "$ours" >/dev/null 2>&1 && "$ours/bin/python" -m pip install --quiet uv >&2
}

by_pip() {
    rm -rf "$ours"
    python3 -m pip install --quiet --target "$ours" uv >&2
}

by_package() {
    command -v apt-get >/dev/null 2>&1 || return 1
    root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
        root="sudo -n"
    fi
    say "Installing python3-venv (apt-get install) ..."
    $root env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv' >&2 && by_venv
}

if found="$(command -v uv)" && works "$found"; then
    echo "$found"
    exit
fi
if ! works "$ours/bin/uv"; then
    say "Installing uv in $ours ..."
    by_venv || { python3 -m pip --version >/dev/null 2>&1 && by_pip; } || by_package || true
fi
if ! works "$ours/bin/uv"; then
    say "uv is missing and could not be installed. Install it yourself (https://docs.astral.sh/uv/), or install"
    say "python3-venv (apt-get install python3-venv), then start again."
    exit 1
fi
echo "$ours/bin/uv"
