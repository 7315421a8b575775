"""Whose guardian somebody is, and when a reading of changes cannot tell."""

from typing import Any

import pytest

from roster_fetcher.findings import Notes
from roster_fetcher.roster import GuardianLink, User, link_key
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.guardians import Families, links_of
from roster_fetcher.sources.oneroster.mapping import ORGS, USERS, SchoolMapping
from roster_fetcher.sources.protocol import ChangesRefusedError, Page, Records


def a_user(key: str, role: str, *agents: str, org: str = "o-1") -> wire.User:
    row = wire.User(key, "active", "true", "Zoë", "Nuñez", "", key, "", None, role, org)
    row.agents = [wire.Ref(agent) for agent in agents]
    return row


def take(row: wire.User, away: bool = False, families: Families | None = None) -> tuple[Records | None, list[str]]:
    """What a row comes to at the school o-1, and the codes of its findings."""
    mapping, notes = SchoolMapping("o-1", families), Notes("user")
    mapping.converter(ORGS, Page(b"", b"", 1, 1), set())(wire.Org("o-1", "active", "Hill", "school"), Notes("org"))
    notes.row = 1
    records = mapping.converter(USERS, Page(b"", b"", 1, 1), {1} if away else set())(row, notes)
    return records, [finding.code for finding in notes.items]


def test_a_student_names_guardians_and_a_guardian_names_students() -> None:
    assert [*links_of(a_user("s-1", "student", "p-1", "p-2"), "s-1", "student")] == [
        (link_key("p-1", "s-1", "s-1"), GuardianLink("p-1", "s-1", "s-1")),
        (link_key("p-2", "s-1", "s-1"), GuardianLink("p-2", "s-1", "s-1")),
    ]
    assert [*links_of(a_user("p-1", "Parent", "s-1"), "p-1", "guardian")] == [
        (link_key("p-1", "s-1", "p-1"), GuardianLink("p-1", "s-1", "p-1", "parent"))
    ]


def test_agents_may_be_flat() -> None:
    row = a_user("p-1", "guardian")
    row.agent_sourced_ids = "s-1,s-2"
    assert [link.student_key for _, link in links_of(row, "p-1", "guardian")] == ["s-1", "s-2"]  # type: ignore[attr-defined]


def test_a_teacher_who_is_a_parent_is_a_guardian_too() -> None:
    row = a_user("t-1", "", "s-1")
    row.roles = [wire.Role(role="teacher", org=wire.Ref("o-1")), wire.Role(role="parent", org=wire.Ref("o-1"))]
    records, _ = take(row)
    assert records is not None
    assert [type(body) for _, body in records] == [User, GuardianLink]
    assert records[0][1].role == "teacher"  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", [a_user("t-1", "teacher", "s-1"), a_user("s-1", "student", "s-1")])
def test_other_agents_are_no_guardians(row: wire.User) -> None:
    assert [*links_of(row, str(row.sourced_id), str(row.role))] == []


def test_a_link_between_two_very_long_ids_has_a_key_that_an_index_can_hold() -> None:
    records, _ = take(a_user("s" * 200, "student", "p" * 200))
    assert records is not None
    _, (key, link) = records
    assert len(key) <= 255
    assert isinstance(link, GuardianLink) and link.guardian_key == "p" * 200


def test_a_guardian_of_another_school_may_belong_here_by_a_child_and_is_not_judged() -> None:
    records, codes = take(a_user("p-1", "parent", "s-1", org="o-2"), away=True)
    assert records is not None and codes == []
    (_, person), (_, link) = records
    assert isinstance(person, User) and person.visiting and person.role == "guardian"
    assert isinstance(link, GuardianLink)


@pytest.mark.parametrize("org", ["", "o-2"])
def test_a_guardian_who_names_nobody_may_be_named_by_a_child(org: str) -> None:
    records, codes = take(a_user("p-1", "parent", org=org), away=True)
    assert records is not None and len(records) == 1 and codes == []


def test_nobody_else_of_another_school_belongs_here() -> None:
    assert take(a_user("s-1", "student", "p-1", org="o-2"), away=True) == (None, [])


def families(by_guardians: bool = False, links: tuple[str, ...] = ("p-1>s-1",)) -> Families:
    known = Families(by_guardians=by_guardians)
    known.recall("user", {"s-1", "p-1"})
    known.recall("guardian_link", {*links})
    return known


def came(known: Families, *rows: tuple[Any, ...]) -> None:
    for key, role, *agents in rows:
        known.came(a_user(key, role, *agents), key, role)
    known.ended()


def test_changes_of_known_families_are_trusted() -> None:
    came(families(), ("s-1", "student", "p-1"), ("p-1", "guardian", "s-1"), ("s-2", "student", "p-1"))


def test_a_new_guardian_is_known_by_coming_along() -> None:
    came(families(), ("p-2", "guardian", "s-1"), ("s-1", "student", "p-1", "p-2"))
    came(families(), ("s-1", "student", "p-1", "p-2"), ("p-2", "guardian", "s-1"))


def test_a_guardian_who_is_named_but_did_not_come_takes_everything() -> None:
    with pytest.raises(ChangesRefusedError, match="name 1 guardians"):
        came(families(), ("s-2", "student", "p-9"))


def test_where_only_guardians_tell_a_new_student_takes_everything() -> None:
    came(families(by_guardians=True), ("s-1", "student"))
    came(families(), ("s-2", "student"))
    with pytest.raises(ChangesRefusedError, match="new here"):
        came(families(by_guardians=True), ("s-2", "student"))


def test_where_no_guardians_are_shared_nothing_can_be_missed() -> None:
    came(families(by_guardians=True, links=()), ("s-2", "student", "p-9"))
