#!/bin/sh
# Fills the composed demo: an operator (the log shows the password once), an API key, the district, its first sync.
set -eu
python -m dashboard_api.admin create-operator --email admin@demo.example
python -m dashboard_api.admin create-key --name demo --out "$HOME/api-key"
ROSTERBUS_API_KEY="$(cat "$HOME/api-key")"
export ROSTERBUS_API_KEY
rosterbus apply -f /demo/district.yaml
rosterbus sync --all --mode full --wait
