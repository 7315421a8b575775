"""Which files of which packages make up the roster."""

from collections.abc import Mapping

import pytest

from roster_fetcher.sources.oneroster_csv.chain import Chain, ChainSearch, chain_of_one
from roster_fetcher.sources.oneroster_csv.manifest import Manifest
from roster_fetcher.sources.protocol import SourceTrouble

NEEDED = dict.fromkeys(("orgs", "classes", "enrollments", "users"), "bulk")
WHOLE = NEEDED | dict.fromkeys(("academicSessions", "courses"), "bulk")


def found(*packages: Mapping[str, str], version: str = "1.1") -> Chain:
    """The chain of packages, the oldest first, called a, b, c; as few are looked at as are needed."""
    search = ChainSearch()
    for name, modes in reversed([*zip("abcdef", packages, strict=False)]):
        if not search.ended:
            search.add(name, Manifest(version, modes))
    return search.chain()


def packages_of(chain: Chain, name: str) -> str:
    return "".join(link.package for link in chain.files[name])


def test_the_newest_bulk_of_a_file_counts_and_every_delta_after_it() -> None:
    chain = found(WHOLE, WHOLE | {"users": "delta"}, WHOLE, {"users": "delta"}, {"users": "delta", "orgs": "delta"})
    assert (packages_of(chain, "users"), packages_of(chain, "orgs"), packages_of(chain, "classes")) == (
        "cde",
        "ce",
        "c",
    )


def test_a_package_that_calls_a_file_absent_says_nothing_of_it() -> None:
    chain = found(WHOLE, {"users": "delta"}, {"orgs": "delta"}, {"users": "delta"})
    assert packages_of(chain, "users") == "abd"


def test_a_file_that_no_package_has_is_not_read() -> None:
    assert "courses" not in found(NEEDED, {"users": "delta"}).files


def test_a_file_that_only_an_older_package_has_is_read_from_there() -> None:
    assert packages_of(found(WHOLE, NEEDED, NEEDED), "courses") == "a"


def test_nothing_older_than_all_bulk_files_is_looked_at() -> None:
    search = ChainSearch()
    search.add("c", Manifest("1.1", {"users": "delta"}))
    assert not search.ended
    search.add("b", Manifest("1.1", WHOLE))
    assert search.ended


def test_profiles_are_not_sought_in_packages_older_than_everything_else() -> None:
    search = ChainSearch()
    search.add("b", Manifest("1.2", WHOLE | {"roles": "bulk"}))
    assert search.ended
    search = ChainSearch()
    search.add("b", Manifest("1.2", WHOLE | {"roles": "bulk", "userProfiles": "delta"}))
    assert not search.ended


def test_the_newest_package_says_which_version_and_so_whether_roles_count() -> None:
    search = ChainSearch()
    search.add("b", Manifest("1.1", {"users": "delta"}))
    search.add("a", Manifest("1.2", WHOLE | {"roles": "bulk"}))
    chain = search.chain()
    assert (chain.version, "roles" in chain.files) == ("1.1", False)
    assert [link.version for link in chain.files["users"]] == ["1.2", "1.1"]


@pytest.mark.parametrize("name", ["users", "courses"])
def test_a_delta_without_a_bulk_before_it_is_named_with_its_oldest_package(name: str) -> None:
    with pytest.raises(SourceTrouble) as trouble:
        found(NEEDED | {name: "delta"}, {name: "delta"})
    assert trouble.value.code == "CSV_DELTA_WITHOUT_BASE"
    assert f"In the package a the file {name}.csv is a delta" in str(trouble.value)
    assert f"Export {name}.csv as bulk once" in str(trouble.value)


def test_a_needed_file_that_no_package_has_is_named() -> None:
    with pytest.raises(SourceTrouble) as trouble:
        found({name: mode for name, mode in WHOLE.items() if name != "users"})
    assert (trouble.value.code, "users.csv" in str(trouble.value)) == ("CSV_FILE_MISSING", True)


def test_a_delta_in_a_package_that_stands_alone_asks_for_a_folder() -> None:
    with pytest.raises(SourceTrouble) as trouble:
        chain_of_one("p.zip", Manifest("1.1", WHOLE | {"users": "delta"}))
    assert trouble.value.code == "CSV_DELTA_WITHOUT_BASE"
    assert "set folder in place of path" in str(trouble.value)
