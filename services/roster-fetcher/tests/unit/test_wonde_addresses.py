"""Where Wonde's data are asked for: the school's own region, and its pages at the same host only."""

import pytest
from yarl import URL

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.sources.wonde import decoding
from roster_fetcher.sources.wonde.paging import Paging
from roster_fetcher.sources.wonde.region import Region, address_in, empty_here

BASE = "https://api.wonde.com/v1.0"
LOCAL = "http://127.0.0.1:8300/v1.0"
FIRST = f"{BASE}/schools/A1/students?cursor=true&per_page=200"


@pytest.mark.parametrize(
    ("base", "domain", "address"),
    [
        (BASE, "api.wonde.com", BASE),
        (BASE, "api-us-west-2.wonde.com", "https://api-us-west-2.wonde.com/v1.0"),
        (LOCAL, "127.0.0.1:8301", "http://127.0.0.1:8301/v1.0"),
        (LOCAL, "127.0.0.1", LOCAL),
    ],
)
def test_the_region_of_a_school_is_asked_for_its_data(base: str, domain: str, address: str) -> None:
    assert address_in(Region("US", domain), base) == address
    assert empty_here(Region("US", domain), address) is None


@pytest.mark.parametrize("domain", ["wonde.example", "api.wonde.com.example", "notwonde.com", "api.wonde.com/x", ""])
@pytest.mark.parametrize("base", [BASE, "https://proxy.north.example/v1.0"])
def test_the_key_goes_to_no_host_that_is_neither_set_nor_wondes(base: str, domain: str) -> None:
    assert address_in(Region("US", domain), base) == base


def test_wondes_own_hosts_are_left_aside_where_another_is_set() -> None:
    proxy = "https://proxy.north.example/v1.0"
    assert address_in(Region("US", "api-us-west-2.wonde.com"), proxy) == proxy


def test_empty_lists_of_another_region_are_explained() -> None:
    trouble = empty_here(Region("AU", "api-ap-southeast-2.wonde.com"), LOCAL)
    assert trouble is not None
    assert trouble.code == "SETTINGS_INVALID"
    assert str(trouble) == (
        "The source gives no people and no classes of this school, because its data are in the region AU at "
        "api-ap-southeast-2.wonde.com, and base_url leads to 127.0.0.1:8300. Set base_url to "
        "http://api-ap-southeast-2.wonde.com/v1.0."
    )


def test_without_a_region_nothing_is_concluded() -> None:
    assert empty_here(Region("", ""), BASE) is None


@pytest.fixture
def entry() -> Entry:
    return Entry("students", "user")


def test_a_list_goes_on_as_its_links_say_and_ends_without_one(entry: Entry) -> None:
    paging = Paging(FIRST, "students")
    following = f"{BASE}/schools/A1/students?cursor=xyz&per_page=50"
    paging.took(200, 0, decoding.Links(following, True), entry)
    assert (paging.url, paging.received) == (following, 200)
    paging.took(3, 0, decoding.Links(None, False), entry)
    assert (paging.url, entry.complete, entry.quirks) == ("", True, [])


def test_what_a_link_to_the_next_page_does_not_repeat_is_put_back(entry: Entry) -> None:
    asked = f"{BASE}/schools/A1/classes?include=students,employees&per_page=200&cursor=true&updated_after=2026-11-01"
    paging = Paging(asked, "classes")
    paging.took(200, 0, decoding.Links(f"{BASE}/schools/A1/classes?cursor=x%2By%3D", True), entry)
    assert "cursor=x%2By%3D" in paging.url
    assert dict(URL(paging.url, encoded=True).query) == {
        "include": "students,employees", "per_page": "200", "cursor": "x+y=", "updated_after": "2026-11-01",
    }  # fmt: skip


def test_a_list_that_fits_on_one_page_says_nothing_of_pages(entry: Entry) -> None:
    paging = Paging(FIRST, "students")
    paging.took(3, 0, None, entry)
    assert (paging.url, entry.complete) == ("", True)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://elsewhere.example/v1.0/schools/A1/students?page=2", "another host (elsewhere.example)"),
        ("http://api.wonde.com/v1.0/schools/A1/students?page=2", "of its host (http://api.wonde.com)"),
        ("https://api.wonde.com:8443/v1.0/schools/A1/students?page=2", "of its host (https://api.wonde.com:8443)"),
        (FIRST, "circle"),
        ("https://[", "no readable link"),
        ("/v1.0/schools/A1/students?page=2", "no readable link"),
    ],
)
def test_a_link_that_must_not_be_followed_is_not(entry: Entry, link: str, words: str) -> None:
    with pytest.raises(SourceTrouble) as caught:
        Paging(FIRST, "students").took(200, 0, decoding.Links(link, True), entry)
    assert caught.value.code == "SOURCE_BAD_RESPONSE"
    assert words in str(caught.value)


def test_more_rows_without_a_link_make_the_list_incomplete(entry: Entry) -> None:
    Paging(FIRST, "students").took(200, 0, decoding.Links(None, True), entry)
    assert not entry.complete


def test_rows_that_come_twice_make_the_list_incomplete(entry: Entry) -> None:
    Paging(FIRST, "students").took(200, 1, None, entry)
    assert not entry.complete


def test_pages_by_number_where_a_cursor_was_asked_for_are_noted(entry: Entry) -> None:
    Paging(FIRST, "students").took(200, 0, decoding.Links(f"{BASE}/schools/A1/students?page=2", True), entry)
    assert entry.quirks
