"""Which package comes after which, and which are not taken yet."""

import pytest

from roster_fetcher.sources.oneroster_csv.ordering import Found, in_order, is_on_its_way, is_package, is_settled, stamp
from roster_fetcher.sources.oneroster_csv.watching import fingerprint, is_new


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("roster-2026-11-20.zip", "20261120"),
        ("20261120.zip", "20261120"),
        ("2026_11_20-north.zip", "20261120"),
        ("roster_20261120T0200.zip", "202611200200"),
        ("2026-11-20 02-00-05.zip", "20261120020005"),
        ("20261120020005123.zip", "20261120020005123"),
        ("2026-11-20-2.zip", "20261120"),
        ("id20221399_2026-11-20.zip", "20261120"),
        ("20-11-2026.zip", ""),
        ("2026-13-20.zip", ""),
        ("roster.zip", ""),
        ("roster12.zip", ""),
    ],
)
def test_a_name_may_say_when_its_package_was_made(name: str, digits: str) -> None:
    assert stamp(name) == digits


def test_packages_come_in_the_order_of_the_dates_in_their_names() -> None:
    found = [
        Found("delta-2026-11-03.zip", 1, 1),
        Found("bulk-2026-11-01.zip", 1, 3),
        Found("delta-2026-11-02T0100.zip", 1, 2),
        Found("delta-2026-11-02T0030.zip", 1, 9),
    ]
    assert [package.name for package in in_order(found)] == [
        "bulk-2026-11-01.zip",
        "delta-2026-11-02T0030.zip",
        "delta-2026-11-02T0100.zip",
        "delta-2026-11-03.zip",
    ]


def test_packages_of_one_day_come_in_the_order_in_which_they_were_put_there() -> None:
    found = [Found("2026-11-01-delta.zip", 1, 2), Found("2026-11-01-full.zip", 1, 1)]
    assert [package.changed for package in in_order(found)] == [1, 2]


def test_one_name_without_a_date_leaves_the_order_to_the_time_of_the_last_change() -> None:
    found = [Found("2026-11-02.zip", 1, 1), Found("2026-11-01.zip", 1, 3), Found("roster.zip", 1, 2)]
    assert [package.changed for package in in_order(found)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "counts"), [("a.zip", True), ("A.ZIP", True), (".a.zip", False), ("a.zip.part", False), ("a.csv", False)]
)
def test_packages_are_the_zip_files_that_are_not_hidden(name: str, counts: bool) -> None:
    assert is_package(name) is counts


@pytest.mark.parametrize(("age", "settled", "on_its_way"), [(1, False, True), (60, True, True), (600, True, False)])
def test_a_package_is_given_time_to_arrive(age: float, settled: bool, on_its_way: bool) -> None:
    found = Found("a.zip", 1, 10_000 - age)
    assert is_settled(found, 10_000) is settled
    assert is_on_its_way(found, 10_000) is on_its_way


def test_a_server_whose_clock_is_ahead_does_not_hold_packages_up() -> None:
    assert is_settled(Found("a.zip", 1, 10_600), 10_000)


@pytest.mark.parametrize(
    ("before", "now", "new"), [(None, "a", False), ("a", "a", False), ("a", "b", True), ("a", None, False)]
)
def test_another_package_than_before_is_new(before: str | None, now: str | None, new: bool) -> None:
    assert is_new(before, now) is new


def test_a_package_that_was_replaced_has_another_fingerprint() -> None:
    found = Found("a.zip", 1, 1)
    others = [found._replace(name="b.zip"), found._replace(size=2), found._replace(changed=2)]
    assert len({fingerprint(each) for each in (found, *others)}) == 4
