"""A generated district is whole, varied and always the same."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from simulators.generate import District, demo_district, generate, school_year_of
from simulators.generate.model import COLLECTIONS


@pytest.fixture(scope="module")
def district() -> District:
    return generate(seed=5, schools=5, students_per_school=120, two_schools=0.05)


def test_the_same_seed_gives_the_same_district(district: District) -> None:
    assert generate(seed=5, schools=5, students_per_school=120, two_schools=0.05) == district


def test_another_seed_gives_other_people(district: District) -> None:
    other = generate(seed=6, schools=5, students_per_school=120, two_schools=0.05)

    assert [user.username for user in other.users] != [user.username for user in district.users]


def test_it_has_as_many_schools_and_students_as_asked_for() -> None:
    district = generate(schools=3, students_per_school=(40, 30, 20))

    homes = Counter(user.roles[0].org_id for user in district.users_as("student"))
    assert [homes[school.id] for school in district.schools] == [40, 30, 20]


def test_every_reference_leads_to_a_record(district: District) -> None:
    ids = {name: {record.id for record in getattr(district, name)} for name in COLLECTIONS}

    assert {org.parent_id for org in district.orgs if org.parent_id} <= ids["orgs"]
    assert {course.org_id for course in district.courses} <= ids["orgs"]
    assert {taught.course_id for taught in district.classes} <= ids["courses"]
    assert {term for taught in district.classes for term in taught.term_ids} <= ids["sessions"]
    assert {role.org_id for user in district.users for role in user.roles} <= ids["orgs"]
    assert {agent for user in district.users for agent in user.agent_ids} <= ids["users"]
    assert {row.user_id for row in district.enrolments} <= ids["users"]
    assert {row.class_id for row in district.enrolments} <= ids["classes"]
    assert ids["demographics"] == {user.id for user in district.users_as("student")}


def test_ids_logins_and_addresses_are_distinct(district: District) -> None:
    for name in COLLECTIONS:
        records = getattr(district, name)
        assert len({record.id for record in records}) == len(records)
    assert len({user.username for user in district.users}) == len(district.users)
    assert len({user.email for user in district.users}) == len(district.users)


def test_every_class_has_one_teacher_in_charge_and_students(district: District) -> None:
    in_charge = Counter(row.class_id for row in district.enrolments if row.primary == "true")
    attended = {row.class_id for row in district.enrolments if row.role == "student"}

    assert in_charge == Counter({taught.id: 1 for taught in district.classes})
    assert attended == {taught.id for taught in district.classes}


def test_some_classes_have_a_second_teacher(district: District) -> None:
    teachers = Counter(row.class_id for row in district.enrolments if row.role == "teacher")

    assert 0 < sum(number > 1 for number in teachers.values()) < len(teachers) / 2


def test_nobody_is_enrolled_twice_in_a_class(district: District) -> None:
    assert max(Counter((row.user_id, row.class_id) for row in district.enrolments).values()) == 1


def test_everyone_is_enrolled_only_where_they_have_a_role(district: District) -> None:
    schools = {user.id: {role.org_id for role in user.roles} for user in district.users}

    assert all(row.school_id in schools[row.user_id] for row in district.enrolments)
    assert all(user.id in {row.user_id for row in district.enrolments} for user in district.users_as("student"))


def test_people_at_two_schools_have_a_class_at_each(district: District) -> None:
    both = [user for user in district.users_as("student", "teacher") if len(user.roles) == 2]
    attended = {(row.user_id, row.school_id) for row in district.enrolments}

    assert {role for user in both for role in ("student", "teacher") if user.has_role(role)} == {"student", "teacher"}
    assert all((user.id, user.roles[1].org_id) in attended for user in both)


def test_parents_and_children_name_each_other_and_their_schools(district: District) -> None:
    users = {user.id: user for user in district.users}
    parents = district.users_as("parent")

    assert any(len(parent.agent_ids) > 1 for parent in parents)
    for parent in parents:
        children = [users[child] for child in parent.agent_ids]
        assert all(parent.id in child.agent_ids for child in children)
        assert {r.org_id for r in parent.roles} == {r.org_id for child in children for r in child.roles}


def test_names_are_as_varied_as_real_ones() -> None:
    users = generate(seed=2, schools=4, students_per_school=400).users
    names = " ".join(f"{user.given_name} {user.family_name}" for user in users)

    assert "'" in names and "-" in names and "van den" in names and not names.isascii()
    assert any(not unicodedata.name(user.given_name[0]).startswith("LATIN") for user in users)
    assert names == unicodedata.normalize("NFC", names)
    assert all(user.username.isascii() and user.username == user.username.lower() for user in users)
    assert max(len(user.family_name) for user in users) > 30


def test_a_thousand_schools_have_a_thousand_names() -> None:
    names = [school.name for school in generate(schools=1000, students_per_school=0).schools]

    assert len(set(names)) == 1000
    assert names[:2] == ["Ashgrove Primary", "Calder High"]


def test_terms_fill_the_school_year_without_a_gap(district: District) -> None:
    year, *terms = district.sessions

    assert [term.ends for term in terms[:-1]] == [term.starts for term in terms[1:]]
    assert (terms[0].starts, terms[-1].ends) == (year.starts, year.ends)
    assert all(term.parent_id == year.id and term.school_year == "2027" for term in terms)


@pytest.mark.parametrize(("month", "year"), [(7, 2026), (8, 2027), (12, 2027)])
def test_a_school_year_begins_in_august(month: int, year: int) -> None:
    assert school_year_of(date(2026, month, 15)) == year


def test_the_demo_district_has_faults_at_one_school_only() -> None:
    demo = demo_district()
    schools = {user.id: {role.org_id for role in user.roles} for user in demo.users}

    assert len(demo.schools) == 8
    assert len(demo.users_as("student")) == 1499
    assert sum(map(len, demo.findings.values())) == 25
    assert all(schools[user_id] == {"school-0004"} for user_id in demo.findings["missing_email"])
