"""The life of a record: what one run saw, found, planned and did, in sentences. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from common.catalogue import entry_of
from common.language import mark, spoken
from common.sayings import said
from dashboard_api.language import _
from dashboard_api.words.explain import planned

Json = dict[str, Any]

MATCHES = {
    "link": mark("It was known already."),
    "idnumber": mark("It was found in Moodle by its ID number."),
    "username": mark("It was found in Moodle by its user name."),
    "email": mark("It was found in Moodle by its e-mail address, and the names agree."),
}
FATES = {
    "planned": mark("It waits for its turn."),
    "sent": mark("It was sent; Moodle has not answered yet."),
    "done": mark("Moodle did it."),
    "failed": mark("It failed."),
    "skipped": mark("It was left out."),
    "held": mark("It waits for a decision."),
    "rejected": mark("It was rejected."),
    "cancelled": mark("The run was stopped before."),
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
            return _("The source shares it for the first time.")
        case "back":
            return _("The source shares it again.")
        case "gone":
            return _("The source no longer shares it.")
    told = "; ".join(f"{f['field']}: {value_text(f['from'])} → {value_text(f['to'])}" for f in fields)
    return _("The source changed {fields}.", fields=told)


def finding_sentence(finding: Mapping[str, Any]) -> str:
    """What was wrong with the record."""
    what = entry_of(finding["code"]).words(spoken()).title
    if finding["field"]:
        what = _("{what}, in the field {field}", what=what, field=finding["field"])
    if finding["severity"] == "warning":
        return _("{what} ({code}): it was kept all the same.", what=what, code=finding["code"])
    return _("{what} ({code}): it was left out.", what=what, code=finding["code"])


def operation_sentence(operation: Mapping[str, Any]) -> str:
    """What was meant for the record, and what became of it."""
    codes = [code for code in (operation["code"], operation["warning"]) if code]
    found = MATCHES.get(operation["match"])
    parts = [
        planned(operation["kind"]),
        _(found) if found else "",
        _(FATES[operation["state"]]),
        *(f"{entry_of(code).words(spoken()).title} ({code})." for code in codes),
        _("Moodle: “{answer}”", answer=said(operation["answer"])) if operation["answer"] else "",
    ]
    return " ".join(part for part in parts if part)


def value_text(value: object) -> str:
    """A field's value as people read it."""
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
