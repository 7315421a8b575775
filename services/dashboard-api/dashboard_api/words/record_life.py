"""The life of a record: what one run saw, found, planned and did, in sentences. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from common.catalogue import entry_of
from dashboard_api.words.explain import WISHES

Json = dict[str, Any]

MATCHES = {
    "link": "It was known already.",
    "idnumber": "It was found in Moodle by its ID number.",
    "username": "It was found in Moodle by its user name.",
    "email": "It was found in Moodle by its e-mail address, and the names agree.",
}
FATES = {
    "planned": "It waits for its turn.",
    "sent": "It was sent; Moodle has not answered yet.",
    "done": "Moodle did it.",
    "failed": "It failed.",
    "skipped": "It was left out.",
    "held": "It waits for a decision.",
    "rejected": "It was rejected.",
    "cancelled": "The run was stopped before.",
}


def changes_between(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Json]:
    """`{field, from, to}` of each field that differs; blank fields are not in a body."""
    before, after = old or {}, new or {}
    return [
        {"field": field, "from": before.get(field), "to": after.get(field)}
        for field in sorted({*before, *after})
        if before.get(field) != after.get(field)
    ]


def source_sentence(change: str, fields: list[Json]) -> str:
    """What the source did with the record."""
    match change:
        case "first_seen":
            return "The source shares it for the first time."
        case "back":
            return "The source shares it again."
        case "gone":
            return "The source no longer shares it."
    told = ", ".join(f"{f['field']}: {value_text(f['from'])} → {value_text(f['to'])}" for f in fields)
    return f"The source changed {told}."


def finding_sentence(finding: Mapping[str, Any], locale: str) -> str:
    """What was wrong with the record."""
    words = entry_of(finding["code"]).words(locale)
    where = f" in {finding['field']}" if finding["field"] else ""
    kept = "kept all the same" if finding["severity"] == "warning" else "left out"
    return f"{words.title}{where} ({finding['code']}): it was {kept}."


def operation_sentence(operation: Mapping[str, Any], locale: str) -> str:
    """What was meant for the record, and what became of it."""
    wish = WISHES.get(operation["kind"], operation["kind"])
    codes = [code for code in (operation["code"], operation["warning"]) if code]
    parts = [
        f"Planned: to {wish}.",
        MATCHES.get(operation["match"], ""),
        FATES[operation["state"]],
        *(f"{entry_of(code).words(locale).title} ({code})." for code in codes),
        f"Moodle: “{operation['answer']}”" if operation["answer"] else "",
    ]
    return " ".join(part for part in parts if part)


def value_text(value: object) -> str:
    """A field's value as people read it."""
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
