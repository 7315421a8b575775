"""Cohorts."""

from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import invalid_parameter, invalid_record
from simulators.moodle.parameters import OPTIONAL, Many, One, Spec, Value
from simulators.moodle.rows import Cohort

_COHORT: dict[str, Spec] = {
    "categorytype": One({"type": Value("text"), "value": Value("raw")}),
    "name": Value("raw"),
    "idnumber": Value("raw"),
    "description": Value("raw", OPTIONAL),
    "descriptionformat": Value("int", 1),
    "visible": Value("bool", True),
    "theme": Value("theme", ""),
}
CREATE = One({"cohorts": Many(One(_COHORT))})
UPDATE = One({"cohorts": Many(One({"id": Value("int"), **_COHORT}))})
GET = One({"cohortids": Many(Value("int"), ())})
SEARCH = One(
    {
        "query": Value("raw"),
        "context": One(
            {
                "contextid": Value("int", OPTIONAL),
                "contextlevel": Value("alpha", OPTIONAL),
                "instanceid": Value("int", OPTIONAL),
            }
        ),
        "includes": Value("alpha", "parents"),
        "limitfrom": Value("int", 0),
        "limitnum": Value("int", 25),
    }
)


def create_cohorts(call: Call, cohorts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New cohorts, all or none; a repeated name is no objection, a repeated idnumber is."""
    created = []
    for values in cohorts:
        fields = _fields(call, values)
        call.require("moodle/cohort:manage")
        _check_idnumber(call, fields["idnumber"], own_id=0)
        created.append(call.tables.cohorts.put(Cohort(call.tables.cohorts.next_id, **fields)))
    return [_shown(cohort) for cohort in created]


def update_cohorts(call: Call, cohorts: list[dict[str, Any]]) -> None:
    """Change cohorts, all or none."""
    for values in cohorts:
        cohort = call.tables.cohorts.get(values["id"])
        if cohort is None:
            raise invalid_record("cohort")
        call.require("moodle/cohort:manage")
        fields = _fields(call, values)
        _check_idnumber(call, fields["idnumber"], own_id=cohort.id)
        call.tables.cohorts.put(replace(cohort, **fields))


def get_cohorts(call: Call, cohortids: list[int]) -> list[dict[str, Any]]:
    """The cohorts with these ids, or all; unknown ids are left out."""
    call.require("moodle/cohort:view")
    wanted = set(cohortids)
    return [_shown_whole(each) for each in call.tables.cohorts if not wanted or each.id in wanted]


def search_cohorts(
    call: Call, query: str, context: dict[str, Any], includes: str, limitfrom: int, limitnum: int
) -> dict[str, Any]:
    """Cohorts whose name, idnumber or description contains the text, by name; contexts make no difference."""
    call.require("moodle/cohort:view")
    text = query.lower()
    found = [
        each
        for each in call.tables.cohorts
        if text in each.name.lower() or text in each.idnumber.lower() or text in each.description.lower()
    ]
    found.sort(key=lambda each: (each.name, each.idnumber))
    page = found[limitfrom : limitfrom + limitnum] if limitnum else found[limitfrom:]
    return {"cohorts": [_shown_whole(each) for each in page]}


def _fields(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    if not values["name"].strip():
        raise invalid_parameter("Cohort name can not be blank")
    fields = {key: value for key, value in values.items() if key not in ("id", "categorytype")}
    return {**fields, "categoryid": _category(call, **values["categorytype"])}


def _category(call: Call, type: str, value: str) -> int:  # noqa: A002  (the name of Moodle's key)
    if type == "system":
        return 0
    table = call.tables.categories
    if type == "idnumber":
        category = table.first("idnumber", value) if value else None
    else:
        category = table.get(int(value)) if type == "id" and value.isdigit() else None
    if category is None:
        raise invalid_parameter(f"category not exists: category {type}={value}")
    return category.id


def _check_idnumber(call: Call, idnumber: str, own_id: int) -> None:
    owner = call.tables.cohorts.first("idnumber", idnumber) if idnumber else None
    if owner is not None and owner.id != own_id:
        raise invalid_parameter(f"record already exists: idnumber={idnumber}")


def _shown(cohort: Cohort) -> dict[str, Any]:
    return {
        "id": cohort.id,
        "name": cohort.name,
        "idnumber": cohort.idnumber,
        "description": cohort.description,
        "descriptionformat": cohort.descriptionformat,
        "visible": cohort.visible,
        "theme": cohort.theme,
    }


def _shown_whole(cohort: Cohort) -> dict[str, Any]:
    return {**_shown(cohort), "customfields": []}
