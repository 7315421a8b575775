"""A bulk file with deltas put over it: every sequence of packages comes to what its last state is."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import is_gone
from roster_fetcher.sources.oneroster.mapping import ENROLLMENTS, ORGS, USERS
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.oneroster_csv.changed_rows import ChangedRows
from roster_fetcher.sources.protocol import KnownPage, Opening

from ..support.csv_packages import FILES, USERS_HEADER, delta_package, rows_of, trouble_with, zip_package

ENROLMENTS_HEADER = FILES["enrollments"].splitlines()[0] + "\n"


async def users_in(folder: Path) -> list[tuple[object, object, object]]:
    """Key, status and user name of every row of users."""
    rows = await rows_of({"folder": str(folder)}, USERS)
    return [(row.sourced_id, row.status, row.username) for row in rows if isinstance(row, wire.User)]


def user(key: str, username: str, status: str = "") -> str:
    return f"{key},{status},,true,o-1,student,{username},Kim,Lee\n"


async def test_a_later_row_takes_an_earlier_ones_place_and_new_ones_come_behind(tmp_path: Path) -> None:
    bulk = FILES | {"users": USERS_HEADER + user("u-1", "a") + user("u-2", "b") + user("u-3", "c")}
    zip_package(tmp_path / "2026-11-01.zip", bulk)
    delta_package(tmp_path / "2026-11-02.zip", {"users": USERS_HEADER + user("u-4", "d") + user("u-2", "bb", "active")})
    delta_package(tmp_path / "2026-11-03.zip", {"users": USERS_HEADER + user("u-4", "dd") + user("u-5", "e")})
    now = [("u-1", "", "a"), ("u-2", "active", "bb"), ("u-3", "", "c"), ("u-4", "", "dd"), ("u-5", "", "e")]
    assert await users_in(tmp_path) == now


async def test_of_two_rows_of_one_delta_the_later_counts(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"users": USERS_HEADER + user("u-1", "a") + user(" u-1", "b")})
    assert await users_in(tmp_path) == [(" u-1", "", "b")]


async def test_a_tombstone_ends_a_row_and_a_later_row_revives_it(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"users": USERS_HEADER + user("u-1", "zoe", "tobedeleted")})
    assert await users_in(tmp_path) == [("u-1", "tobedeleted", "zoe")]
    delta_package(tmp_path / "2026-11-03.zip", {"users": USERS_HEADER + user("u-1", "zoe", "active")})
    assert await users_in(tmp_path) == [("u-1", "active", "zoe")]


async def test_a_new_bulk_file_is_a_new_beginning_for_this_file_only(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    enrolment = "e-2,active,,k-1,o-1,u-9,student\n"
    delta_package(tmp_path / "2026-11-02.zip", {"enrollments": ENROLMENTS_HEADER + enrolment})
    zip_package(tmp_path / "2026-11-03.zip", {"users": USERS_HEADER + user("u-9", "new")})
    assert await users_in(tmp_path) == [("u-9", "", "new")]
    rows = await rows_of({"folder": str(tmp_path)}, ENROLLMENTS)
    assert [row.sourced_id for row in rows if isinstance(row, wire.Enrollment)] == ["e-1", "e-2"]


async def test_the_columns_of_each_package_are_found_by_its_own_header(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta = "\ufeffUserName,familyName,givenName,role,orgSourcedIds,sourcedId\r\nnova,Lee,Kim,student,o-1,u-1\r\n"
    delta_package(tmp_path / "2026-11-02.zip", {"users": delta})
    assert await users_in(tmp_path) == [("u-1", "", "nova")]


async def test_a_malformed_row_of_a_delta_is_told_with_its_package_and_changes_nothing(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"users": USERS_HEADER + user("u-2", "b") + "u-1,active\n"})
    rows = await rows_of({"folder": str(tmp_path)}, USERS)
    assert [type(row) for row in rows] == [wire.User, wire.User, wire.Malformed]
    malformed = rows[-1]
    assert isinstance(malformed, wire.Malformed)
    assert malformed.reason == "2 fields where the header has 9 (row 2 of users.csv of the package 2026-11-02.zip)"


async def test_rows_without_an_id_are_all_kept_to_be_told_of(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"users": USERS_HEADER + user("", "b") + user("", "c")})
    assert await users_in(tmp_path) == [("u-1", "", "zoe"), ("", "", "b"), ("", "", "c")]


async def test_a_delta_must_say_which_rows_it_means(tmp_path: Path) -> None:
    roles = "sourcedId,userSourcedId,role,orgSourcedId\nr-1,u-1,student,o-1\n"
    zip_package(tmp_path / "2026-11-01.zip", FILES | {"roles": roles}, version="1.2")
    nameless = "userSourcedId,role,orgSourcedId\nu-1,teacher,o-1\n"
    delta_package(tmp_path / "2026-11-02.zip", {"roles": nameless}, version="1.2")
    trouble = await trouble_with({"folder": str(tmp_path)})
    assert trouble.code == "CSV_HEADER_INVALID"
    assert "roles.csv of the package 2026-11-02.zip has no column sourcedId" in str(trouble)


@pytest.mark.parametrize("status", ["tobedeleted", "ToBeDeleted", "inactive"])
async def test_a_role_that_ended_is_not_given_to_its_user(tmp_path: Path, status: str) -> None:
    header = "sourcedId,status,userSourcedId,role,orgSourcedId\n"
    roles = f"{header}r-1,,u-1,student,o-1\nr-2,,u-1,teacher,o-2\n"
    zip_package(tmp_path / "2026-11-01.zip", FILES | {"roles": roles}, version="1.2")
    ended = f"{header}r-1,{status},u-1,student,o-1\n"
    delta_package(tmp_path / "2026-11-02.zip", {"roles": ended}, version="1.2")
    (row,) = await rows_of({"folder": str(tmp_path)}, USERS)
    assert isinstance(row, wire.User)
    assert [role.role for role in row.roles or ()] == ["teacher"]


async def test_faults_name_the_package_that_has_them(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"orgs": "sourcedId,name,type\no-1,Hill,school\n"})
    broken = (USERS_HEADER + user("u-1", "a") + user("u-2", "\xe4")).encode("latin-1")
    delta_package(tmp_path / "2026-11-03.zip", {"users": broken})
    trouble = await trouble_with({"folder": str(tmp_path)})
    assert trouble.code == "CSV_ENCODING"
    assert "users.csv of the package 2026-11-03.zip is not UTF-8, about row 2" in str(trouble)


async def test_pages_that_no_delta_touches_are_the_same_as_before(tmp_path: Path) -> None:
    lines = "".join(f"e-{n},,,k-1,o-1,u-{n},student\n" for n in range(20_000))
    zip_package(tmp_path / "2026-11-01.zip", FILES | {"enrollments": ENROLMENTS_HEADER + lines})
    delta = ENROLMENTS_HEADER + "e-x,,,k-1,o-1,u-x,student\n"
    delta_package(tmp_path / "2026-11-02.zip", {"enrollments": delta})
    before = await digests(tmp_path)
    delta = ENROLMENTS_HEADER + "e-0,tobedeleted,,k-1,o-1,u-0,student\ne-y,,,k-1,o-1,u-y,student\n"
    delta_package(tmp_path / "2026-11-03.zip", {"enrollments": delta})
    after = await digests(tmp_path)
    assert [*map(len, (before, after))] == [4, 4]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, True, False]


async def test_pages_that_are_known_are_not_decoded(tmp_path: Path) -> None:
    zip_package(tmp_path / "2026-11-01.zip", FILES)
    delta_package(tmp_path / "2026-11-02.zip", {"orgs": FILES["orgs"]})
    async with open_source(Opening({"folder": str(tmp_path)}, {}, Patience())) as source:
        reader = source.school("o-1")
        pages = [page async for page in reader.pages(ORGS, Entry(*ORGS), ())]
        known = [KnownPage(page.digest, page.received) for page in pages]
        again = [page async for page in reader.pages(ORGS, Entry(*ORGS), known)]
    assert [page.rows is None for page in pages] == [False]
    assert [(page.rows, page.received) for page in again] == [(None, 1)]


async def digests(folder: Path) -> list[bytes]:
    async with open_source(Opening({"folder": str(folder)}, {}, Patience())) as source:
        return [page.digest async for page in source.school("o-1").pages(ENROLLMENTS, Entry(*ENROLLMENTS), ())]


Table = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("12345"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(Table, min_size=1, max_size=5))
def test_rows_put_together_are_those_of_the_last_state(states: list[dict[str, str]]) -> None:
    changed = ChangedRows()
    for before, after in pairwise(states):
        new = [(key, "", value) for key, value in after.items() if before.get(key) != value]
        changed.add([*new, *((key, "tobedeleted", "") for key in before if key not in after)])
    together = changed.put_over([(key, "", value) for key, value in states[0].items()])
    together += [row for rows in changed.rest() for row in rows]
    changed.close()
    left = [row for row in together if not is_gone(wire.Known(*row[:2]))]
    assert sorted(row[0] or "" for row in left) == sorted(states[-1])
    assert {row[0]: row[2] for row in left} == states[-1]
