"""The district that the demo declares, as a file of the kind that operators write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from rosterbus_local.demo_rosters import CLEVER
from rosterbus_local.demo_simulators import drop_folder
from rosterbus_local.demo_state import DemoState, address

DISTRICT = "demo"
OPERATOR = "admin@demo.example"
# Names of environment variables, by which the district file refers to its secrets.
MOODLE_TOKEN = "DEMO_MOODLE_TOKEN"  # noqa: S105
SOURCE_ID, SOURCE_SECRET = "DEMO_SOURCE_ID", "DEMO_SOURCE_SECRET"
BY_CLIENT = {"client_id_env": SOURCE_ID, "client_secret_env": SOURCE_SECRET}


def write_district(state: DemoState, folder: Path, package: Path | None) -> Path:
    """The district file for `rosterbus apply`."""
    declaration = {
        "district": {
            "id": DISTRICT,
            "name": "Demo district" if package is None else f"District of {package.name}",
            "timezone": "Europe/Amsterdam",
            "locale": "en",
        },
        **({"sources": _sources(state, folder)} if package is None else {"source": _package(package)}),
        "target": {
            "name": "Simulated Moodle",
            "base_url": address(state, "moodle"),
            "token_env": MOODLE_TOKEN,
            "user_auth": "oauth2",
            "roles": {"student": 5, "teacher": 3},
        },
        "schools": "all",
        "notify": [OPERATOR],
    }
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(declaration, sort_keys=False))
    return file


def _sources(state: DemoState, folder: Path) -> dict[str, dict[str, Any]]:
    """One of each kind. The big one is called `main`, as a source is that stands alone."""
    oneroster, clever = address(state, "oneroster"), address(state, "clever")
    return {
        "main": {
            "kind": "oneroster",
            "version": "1.2",
            "base_url": f"{oneroster}/ims/oneroster/rostering/v1p2",
            "token_url": f"{oneroster}/oauth/token",
            **BY_CLIENT,
        },
        "clever": {
            "kind": "clever",
            "district_id": f"{CLEVER.mark}-district-1",
            "base_url": f"{clever}/v3.1",
            "token_base_url": clever,
            **BY_CLIENT,
        },
        "classlink": {
            "kind": "classlink",
            "mode": "direct",
            "endpoint_url": address(state, "classlink"),
            **BY_CLIENT,
        },
        "wonde": {"kind": "wonde", "base_url": f"{address(state, 'wonde')}/v1.0", "token_env": SOURCE_SECRET},
        "drop": {"kind": "oneroster-csv", "folder": str(drop_folder(folder))},
    }


def _package(package: Path) -> dict[str, str]:
    return {"kind": "oneroster-csv", "path": str(package)}
