"""The demo's schools: one at each further kind of source, with nothing that another school in Moodle has too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from rosterbus_local.demo_rosters import SMALL_SCHOOLS, SmallSchool, district_of, package_of
from simulators.generate import District, demo_district, read_csv_package

YEAR = 2027


@cache
def districts() -> list[District]:
    return [demo_district(YEAR), *(district_of(school, YEAR) for school in SMALL_SCHOOLS)]


def ids(district: District) -> set[str]:
    return {record.id for records in (district.orgs, district.classes, district.users) for record in records}


def logins(district: District) -> set[str]:
    """User names, and the names of mailboxes, from which they are made where a source has none."""
    names = {user.username.casefold() for user in district.users}
    return names | {user.email.casefold().partition("@")[0] for user in district.users if user.has_role("student")}


@pytest.mark.parametrize("of", [ids, logins])
def test_no_two_districts_share_an_id_or_a_login(of: Callable[[District], set[str]]) -> None:
    found = [of(district) - {""} for district in districts()]
    assert len(set().union(*found)) == sum(map(len, found))


def test_every_school_has_a_name_of_its_own() -> None:
    names = [school.name for district in districts() for school in district.schools]
    assert len(names) == len(set(names)) == 12


@pytest.mark.parametrize("school", SMALL_SCHOOLS, ids=lambda school: school.kind)
def test_references_lead_to_records_of_the_same_roster(school: SmallSchool) -> None:
    district = district_of(school, YEAR)
    known = {record.id for records in (district.orgs, district.sessions, district.courses) for record in records}
    users, classes = {user.id for user in district.users}, {taught.id for taught in district.classes}

    assert {taught.course_id for taught in district.classes} | {
        taught.school_id for taught in district.classes
    } <= known
    assert {term for taught in district.classes for term in taught.term_ids} <= known
    assert {role.org_id for user in district.users for role in user.roles} <= known
    assert {agent for user in district.users for agent in user.agent_ids} <= users
    assert {row.user_id for row in district.enrolments} <= users
    assert {row.class_id for row in district.enrolments} == classes


def test_a_package_is_written_once_and_reads_as_it_was_made(tmp_path: Path) -> None:
    school = SMALL_SCHOOLS[0]
    path = package_of(school, tmp_path / "drop", YEAR)
    written = path.stat()

    assert package_of(school, tmp_path / "drop", YEAR).stat() == written
    assert [file.name for file in path.parent.iterdir()] == ["hazelmere-20260820.zip"]
    assert read_csv_package(path).counts() == district_of(school, YEAR).counts()
