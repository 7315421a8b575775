"""A district as a file that `rosterbus apply` takes: secrets named by environment variables, never told. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard_api.declare.model import SOURCE_ID
from dashboard_api.declare.values import WEEKDAYS

Json = dict[str, Any]


def district_file(declared: Json, secrets: Mapping[str, Iterable[str]]) -> Json:
    """The file's content, from what `queries.exports` gives and the names of each source's secrets by its id.

    The same file, applied with the same secrets in those variables, leaves the registry as it is.
    """
    id_ = declared["district"]["id"]
    sources = {key: _with_secrets(one, secrets[key], id_, key) for key, one in declared["sources"].items()}
    alone = [*sources] == [SOURCE_ID]
    several = {"source": sources[SOURCE_ID]} if alone else {"sources": sources}
    schools = declared["schools"]
    return {
        "district": _named_nights(declared["district"]),
        **several,
        "target": _with_secrets(declared["target"], ["token"], id_, "target"),
        "schools": schools if schools == "all" else [_named_nights(_without_source(one, alone)) for one in schools],
        "notify": [_without_source(_plain(one), alone) for one in declared["notify"]],
        "policy": declared["policy"],
        "second_person": declared["second_person"],
    }


def _with_secrets(part: Json, names: Iterable[str], *place: str) -> Json:
    variables = {f"{name}_env": _variable(*place, name) for name in sorted(names)}
    kind = {"kind": part["kind"]} if "kind" in part else {}
    return {**kind, **{key: value for key, value in part.items() if key != "kind"}, **variables}


def _variable(*words: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", "_".join(words).upper())


def _named_nights(part: Json) -> Json:
    return {**part, "nights": [WEEKDAYS[n - 1] for n in part["nights"]]} if part.get("nights") else part


def _without_source(part: Any, alone: bool) -> Any:
    return {key: value for key, value in part.items() if key != "source"} if alone and isinstance(part, dict) else part


def _plain(recipient: Json) -> Any:
    """An address alone where that says all."""
    says_all = recipient.keys() == {"email", "outcomes"} and recipient["outcomes"] == "all"
    return recipient["email"] if says_all else recipient
