"""Contacts of students, and rows of which only a change is told, as the mapping of Clever takes them."""

import pytest

from roster_fetcher import roster
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.endpoints import (
    CONTACTS,
    MEMBERS,
    NEW_CONTACTS,
    SECTION_EVENTS,
    STUDENTS,
    TEACHERS,
    USER_EVENTS,
)
from roster_fetcher.sources.protocol import Endpoint

from ..support.clever_rows import Reading, a_contact, a_section, a_student, held


@pytest.fixture
def reading() -> Reading:
    return Reading()


def test_a_contacts_whole_name_is_divided_after_the_first_word(reading: Reading) -> None:
    reading.take(STUDENTS, a_student())
    tie = wire.Relationship("u-1", "Parent", "Primary")

    for name, expected in (
        (wire.Name("", "Anna de la Cruz"), ("Anna", "de la Cruz")),
        (wire.Name(None, " Anna  Nuñez "), ("Anna", "Nuñez")),
        (wire.Name("Anna Maria", "Nuñez"), ("Anna Maria", "Nuñez")),
    ):
        guardian = Reading()
        guardian.take(STUDENTS, a_student())
        person = guardian.one(CONTACTS, a_contact(tie, name=name))
        assert (person.given_name, person.family_name) == expected
        assert (person.role, person.visiting) == ("guardian", True)


def test_a_contact_with_a_single_name_is_skipped(reading: Reading) -> None:
    reading.take(STUDENTS, a_student())

    assert reading.take(CONTACTS, a_contact(wire.Relationship("u-1"), name=wire.Name("", "Anna"))) is None
    assert reading.codes == ["MISSING_NAME"]


def test_a_contact_is_tied_to_students_here_only(reading: Reading) -> None:
    for key in ("u-1", "u-2", "u-3"):
        reading.take(STUDENTS, a_student(key))
    ties = (
        wire.Relationship("u-1", "Parent", "Parent/Guardian"),
        wire.Relationship("u-2", "Grandparent", "Emergency"),
        wire.Relationship("u-3", "Self", "Other"),
        wire.Relationship("u-9", "Parent", "Primary"),
        wire.Relationship("u-1", "Other", "Other"),
    )
    records = reading.take(CONTACTS, a_contact(*ties))

    assert records is not None
    assert dict(records[1:]) == {
        "p-1>u-1": roster.GuardianLink("p-1", "u-1", "p-1", "Parent"),
        "p-1>u-2": roster.GuardianLink("p-1", "u-2", "p-1", "Grandparent", contact_only=True),
    }


@pytest.mark.parametrize("ties", [(), (wire.Relationship("u-9", "Parent", "Primary"),)])
def test_contacts_of_nobody_here_are_out_of_scope(reading: Reading, ties: tuple[wire.Relationship, ...]) -> None:
    assert reading.take(CONTACTS, a_contact(*ties, name=wire.Name())) is None
    assert reading.codes == []


def context_after(*rows: tuple[Endpoint, wire.User]) -> bytes | None:
    reading = Reading()
    for endpoint, row in rows:
        reading.take(endpoint, row)
    return reading.mapping.context(CONTACTS)


def test_what_becomes_of_contacts_depends_on_the_people_who_came_before_them(reading: Reading) -> None:
    assert context_after() == context_after()
    assert context_after() != context_after((STUDENTS, a_student()))
    teacher = a_student("t-1", roles=wire.Roles(teacher=held("s-1")))
    assert context_after() != context_after((TEACHERS, teacher))
    assert reading.mapping.context(STUDENTS) is None


def test_contacts_do_not_change_what_becomes_of_other_contacts(reading: Reading) -> None:
    reading.take(STUDENTS, a_student())
    before = reading.mapping.context(CONTACTS)
    reading.take(CONTACTS, a_contact(wire.Relationship("u-1")))
    assert reading.mapping.context(CONTACTS) == before


@pytest.mark.parametrize(
    "change",
    [wire.Change(a_section(), gone=True), wire.Change(a_section(school="s-2")), wire.Change(a_section(school=None))],
)
def test_a_section_that_is_gone_or_elsewhere_is_told_of_without_a_record(reading: Reading, change: wire.Change) -> None:
    assert reading.take(SECTION_EVENTS, change) is None
    assert reading.codes == []
    assert reading.mapping.about(SECTION_EVENTS, change) == ("class", "k-1")


def test_people_of_other_schools_who_change_are_out_of_scope(reading: Reading) -> None:
    assert reading.take(USER_EVENTS, wire.Change(a_student("u-9", "s-2", email=None))) is None
    assert reading.codes == []


def test_people_of_other_schools_stay_as_long_as_a_section_names_them(reading: Reading) -> None:
    reading.mapping.recall("user", {"u-7", "u-8"})
    reading.mapping.recall("enrolment", {"k-1/u-7/student", "k-2/u-7/student", "k-1/u-8/student"})
    reading.take(SECTION_EVENTS, wire.Change(a_section(students=["u-9"])))

    for key in ("u-7", "u-9"):
        assert reading.one(USER_EVENTS, wire.Change(a_student(key, "s-2"))).visiting
        assert reading.codes == ["STUDENT_OTHER_SCHOOL"]
    assert reading.take(USER_EVENTS, wire.Change(a_student("u-8", "s-2"))) is None


def test_people_who_are_shared_since_stay_until_it_is_known_whether_a_section_names_them(reading: Reading) -> None:
    reading.mapping.shared_since = {"u-9"}

    assert reading.one(USER_EVENTS, wire.Change(a_student("u-9", "s-2", email=None))).visiting
    assert reading.codes == []


def test_a_contact_who_changed_is_tied_to_students_of_the_last_snapshot(reading: Reading) -> None:
    reading.mapping.recall("user", {"u-1"})
    contact = wire.Change(a_contact(wire.Relationship("u-1", "Parent", "")))

    assert [key for key, _ in reading.take(USER_EVENTS, contact) or ()] == ["p-1", "p-1>u-1"]


def test_without_families_contacts_are_out_of_scope() -> None:
    reading = Reading()
    reading.mapping.families = False
    reading.take(STUDENTS, a_student())

    assert reading.take(USER_EVENTS, wire.Change(a_contact(wire.Relationship("u-1")))) is None


def test_a_contact_who_comes_again_is_tied_to_students_who_came_in_between(reading: Reading) -> None:
    reading.mapping.recall("user", {"u-1"})
    contact = a_contact(wire.Relationship("u-1", "Parent", ""), wire.Relationship("u-2", "Parent", ""))

    first = reading.take(USER_EVENTS, wire.Change(contact))
    reading.take(MEMBERS, a_student("u-2", "s-2"))

    assert [key for key, _ in first or ()] == ["p-1", "p-1>u-1"]
    assert [key for key, _ in reading.take(NEW_CONTACTS, contact) or ()] == ["p-1>u-2"]
    assert reading.take(NEW_CONTACTS, contact) is None


def test_a_contact_who_was_skipped_is_not_tied_when_coming_again(reading: Reading) -> None:
    reading.take(STUDENTS, a_student())
    nameless = a_contact(wire.Relationship("u-1"), name=wire.Name("", "Anna"))

    assert reading.take(USER_EVENTS, wire.Change(nameless)) is None
    assert reading.take(NEW_CONTACTS, nameless) is None


def test_a_contact_without_anything_to_make_a_user_name_of_is_kept_with_the_tie(reading: Reading) -> None:
    reading.take(STUDENTS, a_student())
    roles = wire.Roles(contact=wire.Contact(student_relationships=[wire.Relationship("u-1", "Parent")]))

    records = reading.take(CONTACTS, a_contact(email=None, roles=roles))

    assert [key for key, _ in records or ()] == ["p-1", "p-1>u-1"]
    assert reading.codes == ["MISSING_EMAIL"]
