"""Templates are tried out on a school's real rows before they are declared."""

from typing import Any

import pytest

from .asking import post, refused, south_too
from .surroundings import Dashboard, school
from .surroundings import north as north_with
from .workers import Workers, person

ROSTER: dict[tuple[str, str], dict[str, Any]] = {
    ("user", "u-1"): person("Ada", "Byron", username="ab", identifier="11"),
    ("user", "u-2"): person("Bo", "Quill", username="b q"),
    ("user", "u-3"): person("Al", "Byron"),
    ("user", "g-1"): person("Guardian", "Byron", "guardian"),
    ("class", "c-1"): {
        "title": "Maths 7A", "code": "MA7A", "course_key": "k-1", "course_title": "Maths", "grades": ["07"],
        "subjects": ["Mathematics"], "starts_on": "2026-08-24", "ends_on": "2027-07-01",
    },
    ("class", "c-2"): {"title": "T" * 300},
}  # fmt: skip


@pytest.fixture
async def rosters(north: Dashboard, workers: Workers) -> None:
    """A school's roster; another school, and one of another district, have other people."""
    await workers.snapshot(ROSTER)
    await workers.snapshot({("user", "u-9"): person("Eve")}, "2")
    await south_too(north)
    await workers.snapshot({("user", "u-8"): person("Mal")}, district_id="south")


async def tried(north: Dashboard, templates: dict[str, Any], **more: Any) -> tuple[int, Any]:
    body = {"district": "north", "school": str(school("1")), "templates": templates, **more}
    return await post(north, "/mapping/try", body, await north.bearer(scopes=["read"]))


def by_key(entries: list[Any]) -> dict[str, Any]:
    return {entry["key"]: entry for entry in entries}


async def test_what_templates_make_stands_beside_what_there_is_now(north: Dashboard, rosters: None) -> None:
    wished = {
        "username": ["{given_name:.1}{family_name}"],
        "course_short_name": ["{course} {term_start:.4}"],
        "category": ["{school}", "{subject}"],
    }
    status, body = await tried(north, wished)
    people, classes = by_key(body["people"]), by_key(body["classes"])
    assert (status, set(people), set(classes)) == (200, {"u-1", "u-2", "u-3"}, {"c-1", "c-2"})
    assert (people["u-2"]["now"]["username"], people["u-2"]["new"]["username"]) == ("bq", "bquill")
    assert classes["c-1"]["new"] == {
        "fullname": "Maths 7A", "shortname": "Maths 2026", "idnumber": "c-1",
        "category": "Ashgrove Primary / Mathematics",
    }  # fmt: skip
    assert classes["c-1"]["now"]["category"] == "Ashgrove Primary"


async def test_what_is_cut_cleaned_or_not_unique_is_marked_and_shown_first(north: Dashboard, rosters: None) -> None:
    _, body = await tried(north, {"username": ["{given_name:.1}{family_name}"]}, rows=2)
    assert [(p["key"], p["not_unique"]) for p in body["people"]] == [("u-1", ["username"]), ("u-3", ["username"])]
    assert body["totals"]["people"] == {"rows": 3, "changed": 3, "cut": 0, "cleaned": 0, "not_unique": 2}
    assert body["totals"]["classes"] == {"rows": 2, "changed": 0, "cut": 1, "cleaned": 0, "not_unique": 0}
    assert (body["classes"][0]["key"], body["classes"][0]["warning"]) == ("c-2", "VALUE_TRUNCATED")
    _, body = await tried(north, {})
    assert by_key(body["people"])["u-2"]["warning"] == "INVALID_USERNAME"


async def test_a_value_that_somebody_else_has_in_this_moodle_is_not_unique(
    north: Dashboard, workers: Workers, rosters: None
) -> None:
    await workers.link("user", "u-9", 9, {"username": "AB", "email": "eve@school.test"})
    await workers.link("user", "u-8", 8, {"username": "al"}, district_id="south")
    await workers.link("user", "u-1", 7, {"username": "ab"})
    _, body = await tried(north, {})
    assert {key: p["not_unique"] for key, p in by_key(body["people"]).items()} == {
        "u-1": ["username"], "u-2": [], "u-3": [],
    }  # fmt: skip


async def test_a_mistake_in_a_template_is_one_sentence_that_names_its_place(north: Dashboard, rosters: None) -> None:
    status, problem = await tried(north, {"username": ["{username}", "{name}"]})
    (mistake,) = problem["errors"]
    assert (status, mistake["key"]) == (422, "policy.templates.username[2]")
    assert mistake["detail"].startswith("policy.templates.username[2] has the field name; the fields here are ")
    _, problem = await tried(north, {"username": ["{name}"]})
    assert len(problem["errors"]) == 1
    _, problem = await tried(north, {"user_name": ["{username}"]})
    assert "did you mean username?" in problem["errors"][0]["detail"]


async def test_classes_of_one_course_are_one_where_the_district_says_so(
    north: Dashboard, workers: Workers, rosters: None
) -> None:
    await north.declare(north_with(policy={"courses": "course"}))
    classes: dict[tuple[str, str], dict[str, Any]] = {
        ("class", key): {"title": key, "course_key": "k-1", "course_title": "Maths"} for key in ("c-1", "c-2")
    }
    await workers.snapshot(classes)
    _, body = await tried(north, {})
    assert [(c["key"], c["new"]["fullname"]) for c in body["classes"]] == [("1/k-1", "Maths")]


async def test_trials_are_for_those_who_may_see_the_district(north: Dashboard, rosters: None) -> None:
    await refused(north, "/mapping/try", {"district": "north", "school": str(school("1"))})
    body = {"district": "south", "school": str(school("1"))}
    assert (await post(north, "/mapping/try", body, await north.bearer()))[0] == 404
