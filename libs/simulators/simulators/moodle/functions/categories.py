"""Course categories."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import failure
from simulators.moodle.functions.users import check_lengths
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import Category

_TEXTS = {
    "idnumber": Value("raw", OPTIONAL),
    "description": Value("raw", OPTIONAL),
    "descriptionformat": Value("int", 1),
    "theme": Value("theme", OPTIONAL),
}
CREATE = One({"categories": Many(One({"name": Value("text"), "parent": Value("int", 0), **_TEXTS}))})
UPDATE = One(
    {
        "categories": Many(
            One(
                {
                    "id": Value("int"),
                    "name": Value("text", OPTIONAL),
                    "parent": Value("int", OPTIONAL),
                    **_TEXTS,
                }
            )
        )
    }
)
GET = One(
    {
        "criteria": Many(One({"key": Value("alpha"), "value": Value("raw")}), ()),
        "addsubcategories": Value("bool", True),
    }
)

LENGTHS = {"name": 255, "idnumber": 100}

CRITERIA: dict[str, Callable[[Category, str], bool]] = {
    "id": lambda row, value: str(row.id) == value,
    "ids": lambda row, value: str(row.id) in value.split(","),
    "name": lambda row, value: row.name == value,
    "parent": lambda row, value: str(row.parent) == value,
    "idnumber": lambda row, value: row.idnumber == value,
    "visible": lambda row, value: value == "1",
    "theme": lambda row, value: row.theme == value,
}


def create_categories(call: Call, categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New categories; a repeated name is no objection, a repeated idnumber is."""
    created = []
    for values in categories:
        _check_parent(call, values["parent"])
        call.require("moodle/category:manage")
        _check(call, values, own_id=0)
        category = Category(id=call.tables.categories.next_id, timemodified=call.now, **values)
        call.tables.categories.put(category)
        created.append({"id": category.id, "name": category.name})
    return created


def update_categories(call: Call, categories: list[dict[str, Any]]) -> None:
    """Change categories, all or none."""
    for values in categories:
        category = call.tables.categories.get(values["id"])
        if category is None:
            raise failure("unknowncategory", 'Unknown category with category ID number "{$a}"')
        call.require("moodle/category:manage")
        if "parent" in values:
            _check_parent(call, values["parent"])
        _check(call, {"name": category.name, **values}, own_id=category.id)
        call.tables.categories.put(replace(category, **values, timemodified=call.now))


def get_categories(call: Call, criteria: list[dict[str, Any]], addsubcategories: bool) -> list[dict[str, Any]]:
    """Categories that meet all criteria, with what is below them if asked for."""
    for each in criteria:
        if each["key"] not in CRITERIA:
            raise failure("criteriaerror", f"You can not search on this criteria: {each['key']}")
    rows = list(call.tables.categories)
    found = [row for row in rows if all(CRITERIA[each["key"]](row, each["value"]) for each in criteria)]
    if addsubcategories:
        tops = {row.id for row in found}
        found = [row for row in rows if tops.intersection(ancestry(call, row))]
    return [_shown(call, row) for row in found]


def ancestry(call: Call, category: Category) -> list[int]:
    """Ids from the top down to the category itself."""
    above = call.tables.categories.get(category.parent)
    return [*(ancestry(call, above) if above else []), category.id]


def _check_parent(call: Call, parent: int) -> None:
    if parent and call.tables.categories.get(parent) is None:
        raise failure("unknowcategory", "Category not known!")


def _check(call: Call, values: dict[str, Any], own_id: int) -> None:
    if not values["name"].strip():
        raise failure("categorynamerequired", "Category name is required")
    idnumber = values.get("idnumber", "")
    if len(idnumber) > LENGTHS["idnumber"]:
        raise failure("idnumbertoolong", "ID number is too long")
    owner = call.tables.categories.first("idnumber", idnumber) if idnumber else None
    if owner is not None and owner.id != own_id:
        raise failure("categoryidnumbertaken", "ID number is already used for another category")
    check_lengths(values, LENGTHS)


def _shown(call: Call, row: Category) -> dict[str, Any]:
    path = ancestry(call, row)
    return {
        "id": row.id,
        "name": row.name,
        "idnumber": row.idnumber,
        "description": row.description,
        "descriptionformat": row.descriptionformat,
        "parent": row.parent,
        "sortorder": row.id * 10_000,
        "coursecount": len(call.tables.courses.find("category", row.id)),
        "visible": 1,
        "visibleold": 1,
        "timemodified": row.timemodified,
        "depth": len(path),
        "path": "".join(f"/{each}" for each in path),
        "theme": row.theme,
    }
