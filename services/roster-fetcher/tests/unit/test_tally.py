"""Counting what one reading gives: what does not fit the rest is left out, and the ledger's sums follow."""

from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.outcomes import settle
from roster_fetcher.roster import Body, Class, Enrolment, GuardianLink, User
from roster_fetcher.tally import Tally

Rows = list[tuple[tuple[str, Body], ...]]


def taken(tally: Tally, entry: Entry, rows: Rows, parts: tuple[str, ...] = ()) -> None:
    """Let rows that give these records be one page of an endpoint."""
    notes = Notes(entry.entity)
    tally.take(settle(rows, 1, lambda row, _: row, notes, entry, parts), notes.items)


def a_school(users: Rows, enrolments: Rows, parts: tuple[str, ...] = ()) -> tuple[Tally, dict[str, Entry]]:
    """One class, and what is given of enrolments and users, all read."""
    entries = {name: Entry(name, entity) for name, entity in (("c", "class"), ("e", "enrolment"), ("u", "user"))}
    tally = Tally(entries)
    taken(tally, entries["c"], [(("c1", Class("Maths")),)])
    taken(tally, entries["e"], enrolments)
    taken(tally, entries["u"], users, parts)
    tally.settle()
    return tally, entries


def enrolled(key: str, user: str, role: str = "student") -> tuple[tuple[str, Body], ...]:
    return ((key, Enrolment("c1", user, role)),)


def a_user(key: str, role: str = "student", *, visiting: bool = False) -> tuple[tuple[str, Body], ...]:
    return ((key, User(role, "Given", "Family", visiting=visiting)),)


def test_what_fits_is_counted_by_entity_and_people_by_role() -> None:
    tally, _ = a_school([a_user("s"), a_user("t", "teacher")], [enrolled("e1", "s"), enrolled("e2", "t", "teacher")])
    assert tally.counts() == {"class": 1, "enrolment": 2, "user": 2, "student": 1, "teacher": 1}
    assert tally.findings() == []


def test_of_two_records_with_one_id_the_first_stays_and_the_other_row_is_skipped() -> None:
    tally, entries = a_school([a_user("s"), a_user("s")], [enrolled("e1", "s")])
    assert tally.counts()["user"] == 1
    assert ("DUP_SOURCED_ID", "error", 1) in tally.findings()
    assert entries["u"].outcomes() == {"kept": 1, "kept_with_warning": 0, "skipped": 1, "out_of_scope": 0}


def test_enrolments_of_nobody_are_skipped_and_leave_their_class_without_students() -> None:
    tally, entries = a_school([a_user("t", "teacher")], [enrolled("e1", "gone"), enrolled("e2", "t", "teacher")])
    assert {code for code, _, _ in tally.findings()} == {"USER_NOT_FOUND", "CLASS_WITHOUT_STUDENTS"}
    assert entries["e"].outcomes()["skipped"] == 1
    assert entries["c"].outcomes()["kept_with_warning"] == 1


def test_visitors_count_only_with_an_enrolment_and_guardians_only_with_a_link() -> None:
    link = GuardianLink("g", "s", "g")
    loose = GuardianLink("g2", "elsewhere", "g2")
    users: Rows = [
        a_user("s"),
        a_user("v", visiting=True),
        (*a_user("g", "guardian", visiting=True), ("g>s", link)),
        (*a_user("g2", "guardian", visiting=True), ("g2>elsewhere", loose)),
    ]
    tally, entries = a_school(users, [enrolled("e1", "s"), enrolled("e2", "t", "teacher")], ("guardian_link",))
    counts = tally.counts()
    assert (counts["student"], counts["guardian"], counts["guardian_link"]) == (1, 1, 1)
    assert entries["u"].outcomes()["out_of_scope"] == 2


def test_a_row_of_which_only_a_part_does_not_fit_is_kept_with_one_warning() -> None:
    entries = {"sections": Entry("sections", "class"), "u": Entry("u", "user")}
    tally = Tally(entries)
    section = (("c1", Class("Maths")), *enrolled("e1", "gone"), *enrolled("e2", "gone too"))
    taken(tally, entries["sections"], [section], ("enrolment",))
    taken(tally, entries["u"], [])
    tally.settle()
    assert entries["sections"].outcomes() == {"kept": 0, "kept_with_warning": 1, "skipped": 0, "out_of_scope": 0}
    assert ("USER_NOT_FOUND", "warning", 2) in tally.findings()


def test_nobody_is_called_alone_where_something_was_not_read() -> None:
    entries = {"u": Entry("u", "user"), "e": Entry("e", "enrolment")}
    tally = Tally(entries)
    taken(tally, entries["u"], [a_user("s")])
    entries["e"].miss("It is forbidden.")
    tally.settle()
    assert tally.findings() == []
    assert tally.findings(["SOURCE_INCOMPLETE"])[0][0] == "SOURCE_INCOMPLETE"
