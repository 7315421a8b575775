#!/bin/sh
# Prints where Chromium is, for the tests that use the dashboard as people do. Installs it where apt-get may.
set -eu

found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! found && command -v apt-get >/dev/null 2>&1; then
    root=""
    if [ "$(id -u)" != 0 ]; then root="sudo -n"; fi
    echo "Installing chromium (apt-get install) ..." >&2
    $root env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium' >&2 || true
    found || true
fi
