"""Every planted quirk is there, and is the only one of its kind."""

import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest

from simulators.generate import District, Enrolment, Quirks, generate

Check = Callable[[District], set[str]]


def _users(fault: Callable[..., bool]) -> Check:
    return lambda district: {user.id for user in district.users if fault(user)}


def _classes(fault: Callable[..., bool]) -> Check:
    return lambda district: {taught.id for taught in district.classes if fault(taught)}


def _enrolments(fault: Callable[..., bool]) -> Check:
    return lambda district: {row.id for row in district.enrolments if fault(row)}


def _later_of_the_same(value: Callable[..., str]) -> Check:
    def check(district: District) -> set[str]:
        seen = Counter[str]()
        later = set()
        for user in district.users:
            seen[value(user)] += 1
            if value(user) and seen[value(user)] > 1:
                later.add(user.id)
        return later

    return check


def _classes_by_members(role: str, fault: Callable[[list[Enrolment]], bool]) -> Check:
    def check(district: District) -> set[str]:
        members: dict[str, list[Enrolment]] = {taught.id: [] for taught in district.classes}
        for row in district.enrolments:
            if row.role == role and row.class_id in members:
                members[row.class_id].append(row)
        return {class_id for class_id, rows in members.items() if fault(rows)}

    return check


def _unknown(collection: str, reference: str) -> Check:
    def check(district: District) -> set[str]:
        known = {record.id for record in getattr(district, collection)}
        return {row.id for row in district.enrolments if getattr(row, reference) not in known}

    return check


def _idle(district: District) -> set[str]:
    busy = {row.user_id for row in district.enrolments}
    return {user.id for user in district.users_as("student") if user.id not in busy}


def _strangers(district: District) -> set[str]:
    schools = {user.id: {role.org_id for role in user.roles} for user in district.users}
    return {row.id for row in district.enrolments if row.school_id not in schools.get(row.user_id, {row.school_id})}


def _ended(district: District) -> set[str]:
    ended = {session.id for session in district.sessions if session.school_year == "2026"}
    return {taught.id for taught in district.classes if ended & set(taught.term_ids)}


CHECKS: dict[str, Check] = {
    "missing_email": _users(lambda user: not user.email and user.given_name != "Repeated"),
    "invalid_email": _users(lambda user: user.email and "@" not in user.email),
    "shared_email": _later_of_the_same(lambda user: user.email),
    "same_username": _later_of_the_same(lambda user: user.username.lower()),
    "blank_username": _users(lambda user: not user.username and user.given_name != "Repeated"),
    "one_name": _users(lambda user: not user.family_name),
    "long_name": _users(lambda user: len(user.family_name) > 100),
    "decomposed_name": _users(lambda user: not unicodedata.is_normalized("NFC", user.given_name)),
    "odd_grade": _users(lambda user: any(len(grade) > 2 for grade in user.grades)),
    "odd_spelling": _users(lambda user: user.status == "Active" and user.roles[0].role == "Student"),
    "disabled_user": _users(lambda user: user.enabled == "false"),
    "deleted_user": _users(lambda user: user.status == "tobedeleted"),
    "repeated_user": _later_of_the_same(lambda user: user.id),
    "awkward_id": _users(lambda user: "/" in user.id),
    "unlinked_guardian": _users(lambda user: user.has_role("parent") and not user.agent_ids),
    "student_without_class": _idle,
    "class_without_teacher": _classes_by_members("teacher", lambda rows: not rows),
    "class_without_students": _classes_by_members("student", lambda rows: not rows),
    "class_without_term": _classes(lambda taught: not taught.term_ids),
    "class_of_ended_term": _ended,
    "class_of_unknown_course": _classes(lambda taught: taught.course_id == "course-not-shared"),
    "two_primary": _classes_by_members("teacher", lambda rows: sum(r.primary == "true" for r in rows) > 1),
    "no_primary": _classes_by_members("teacher", lambda rows: bool(rows) and all(r.primary == "false" for r in rows)),
    "unknown_user": _unknown("users", "user_id"),
    "unknown_class": _unknown("classes", "class_id"),
    "other_school": _strangers,
    "inactive_enrolment": _enrolments(lambda row: row.status == "inactive"),
}


@pytest.fixture(scope="module")
def spoilt() -> District:
    return generate(seed=3, schools=3, students_per_school=150, quirks=Quirks.one_of_each())


@pytest.mark.parametrize("quirk", sorted(CHECKS))
def test_a_check_finds_exactly_what_was_planted(spoilt: District, quirk: str) -> None:
    expected = set(spoilt.findings[quirk])
    if quirk == "class_without_students":  # a class of an ended term has lost its students too
        expected |= set(spoilt.findings["class_of_ended_term"])

    assert CHECKS[quirk](spoilt) == expected


def test_deleted_people_take_their_enrolments_along(spoilt: District) -> None:
    gone = set(spoilt.findings["deleted_user"])
    tombstones = {row.id for row in spoilt.enrolments if row.status == "tobedeleted"}
    theirs = {row.id for row in spoilt.enrolments if row.user_id in gone}

    assert theirs
    assert tombstones == theirs | set(spoilt.findings["deleted_enrolment"])


def test_references_follow_an_awkward_id(spoilt: District) -> None:
    awkward = spoilt.findings["awkward_id"][0]

    assert any(row.user_id == awkward for row in spoilt.enrolments)
    assert any(details.id == awkward for details in spoilt.demographics)


def test_each_quirk_is_counted_as_often_as_asked_for() -> None:
    district = generate(schools=2, students_per_school=200, quirks=Quirks(missing_email=7, unknown_user=4))

    assert {name: len(ids) for name, ids in district.findings.items()} == {"missing_email": 7, "unknown_user": 4}


def test_quirks_stay_within_the_schools_that_were_named() -> None:
    quirks = Quirks(schools=("school-0002",), missing_email=5, class_without_term=2, unlinked_guardian=2)
    district = generate(schools=3, students_per_school=100, quirks=quirks)
    homes = {user.id: [role.org_id for role in user.roles] for user in district.users}
    classes = {taught.id: taught.school_id for taught in district.classes}

    people = district.findings["missing_email"] + district.findings["unlinked_guardian"]
    assert all(homes[user_id] == ["school-0002"] for user_id in people)
    assert {classes[class_id] for class_id in district.findings["class_without_term"]} == {"school-0002"}


def test_a_share_of_the_people_gives_that_many_of_each_quirk() -> None:
    assert Quirks.share(0.01, 500).wanted() == dict.fromkeys(Quirks.one_of_each().wanted(), 5)


def test_a_district_too_small_for_its_quirks_is_refused() -> None:
    with pytest.raises(ValueError, match="make the district larger"):
        generate(schools=1, students_per_school=3, quirks=Quirks(missing_email=50))
