"""Answers of REST sources: packed, broken, refused."""

import gzip
import re
import time
from collections.abc import Mapping
from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import REGISTRY

from common.reach import sockets_outside
from roster_fetcher.ledger import Entry
from roster_fetcher.metrics import count_request
from roster_fetcher.patience import Patience
from roster_fetcher.sources import http
from roster_fetcher.sources.http import Answer, PassingTrouble, digest, patiently, unpack
from roster_fetcher.sources.limits import Remaining, remaining
from roster_fetcher.sources.protocol import Opening, SourceTrouble
from roster_fetcher.sources.refusals import NotThereError, naming, refusal

QUICK = Patience(attempts=3, budget=5, answer=1, first_wait=0.001, longest_wait=0.002)


async def test_a_source_in_a_refused_network_is_not_opened() -> None:
    called: list[str] = []

    async def listen(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.json_response({})

    source = web.Application()
    source.router.add_get("/orgs", listen)
    opening = Opening({}, {}, QUICK, sockets=sockets_outside([ip_network("127.0.0.0/8")]))
    async with TestServer(source) as server, http.http_of(opening, "ours") as connection:
        with pytest.raises(PassingTrouble):
            await connection.exchange("GET", str(server.make_url("/orgs")), Entry("orgs", "school"), {})
    assert called == []


def an_answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, body, packed=False)


def test_the_time_of_packing_does_not_make_another_page() -> None:
    early, late = (gzip.compress(b"the same", mtime=moment) for moment in (1, 2))
    assert early != late
    assert digest(early, packed=True) == digest(late, packed=True)
    assert digest(early, packed=True) != digest(gzip.compress(b"another!", mtime=1), packed=True)


def test_packed_bodies_are_unpacked_and_broken_ones_refused() -> None:
    assert unpack(gzip.compress(b"page"), packed=True) == b"page"
    with pytest.raises(PassingTrouble, match="cannot be unpacked"):
        unpack(b"no gzip", packed=True)


def test_a_page_that_swells_beyond_measure_is_refused() -> None:
    with pytest.raises(SourceTrouble, match="page_size"):
        unpack(gzip.compress(bytes(http.LARGEST_BODY + 1)), packed=True)


@pytest.mark.parametrize(
    ("status", "code", "passing"),
    [
        (301, "SOURCE_BAD_RESPONSE", False),
        (400, "SOURCE_BAD_RESPONSE", False),
        (401, "AUTH_INVALID", False),
        (403, "AUTH_FORBIDDEN", False),
        (404, "SOURCE_BAD_RESPONSE", False),
        (422, "SOURCE_BAD_RESPONSE", False),
        (429, "SOURCE_RATE_LIMITED", True),
        (500, "SOURCE_UNREACHABLE", True),
        (503, "SOURCE_UNREACHABLE", True),
    ],
)
def test_each_status_means_one_thing(status: int, code: str, passing: bool) -> None:
    trouble = refusal(an_answer(status), "classes")
    assert trouble is not None
    assert (trouble.code, isinstance(trouble, PassingTrouble)) == (code, passing)
    assert "classes" in str(trouble)
    assert str(trouble).endswith(".")
    assert isinstance(trouble, NotThereError) is (status == 404)


@pytest.mark.parametrize("status", [302, 308, 400, 404, 405, 422])
def test_a_kind_names_its_own_setting_for_an_address(status: int) -> None:
    trouble = str(refusal(an_answer(status), "classes", naming("endpoint_url")))
    assert "endpoint_url" in trouble
    assert "base_url" not in trouble


def test_a_good_answer_is_no_trouble() -> None:
    assert refusal(an_answer(200), "classes") is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"imsx_CodeMinor":{"imsx_codeMinorField":[{"imsx_codeMinorFieldValue":"unknownobject"}]}}',
        b'{"imsx_codeMinor":"unknownobject"}',
        b'{"statusInfoSet":[{"imsx_codeMinor":"unknownobject"}]}',
        b"<p>unknownobject</p>",
    ],
)
def test_the_standards_word_for_the_error_is_quoted_from_any_shape(body: bytes) -> None:
    assert "(HTTP 404, unknownobject)" in str(refusal(an_answer(404, body), "classes"))


def test_nothing_else_of_the_answer_is_repeated_but_it_is_kept_for_the_ledger() -> None:
    trouble = refusal(an_answer(400, b"Zoe Nunez is unknown" + bytes(10_000)), "users")
    assert trouble is not None
    assert "Zoe" not in str(trouble)
    assert trouble.answer.startswith("Zoe Nunez")
    assert len(trouble.answer) == 500


def test_nobody_is_kept_waiting_for_longer_than_a_day() -> None:
    said = remaining(200, {"RateLimit-Remaining": "9" * 5000, "RateLimit-Reset": "inf"})
    assert said == Remaining(1_000_000_000, 86_400)


ON_THE_HOUR = "Mon, 23 Nov 2026 20:00:00 GMT"


@pytest.mark.parametrize(
    "headers",
    [
        {"RateLimit-Limit": "100", "RateLimit-Remaining": "7", "RateLimit-Reset": "40"},
        {"X-RateLimit-Limit": "1200", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "40"},
        {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "1795464040", "Date": ON_THE_HOUR},
        {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "1795464040000", "Date": ON_THE_HOUR},
        {"RateLimit": "limit=100, remaining=7, reset=40"},
        {"RateLimit": '"minute";r=7;t=40'},
        {"RateLimit": '"day";r=5000;t=7000, "minute";r=7;t=40'},
    ],
)
def test_what_remains_is_said_in_many_ways(headers: dict[str, str]) -> None:
    assert remaining(200, headers) == Remaining(7, 41)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"RateLimit-Remaining": "7"},
        {"RateLimit-Remaining": "some", "RateLimit-Reset": "40"},
        {"RateLimit-Remaining": "7", "RateLimit-Reset": "soon"},
        {"RateLimit": "plenty"},
    ],
)
def test_what_cannot_be_understood_is_no_limit(headers: dict[str, str]) -> None:
    assert remaining(200, headers) is None


def test_after_too_many_requests_nothing_remains_for_as_long_as_the_server_says() -> None:
    reset = {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "40"}
    assert remaining(429, {"Retry-After": "12"} | reset) == Remaining(0, 12)
    assert remaining(429, reset) == Remaining(0, 41)
    assert remaining(429, {}) is None
    assert remaining(429, {"Retry-After": "0"}) is None
    assert remaining(503, {"Retry-After": "12"}) is None


def test_too_many_requests_are_told_with_the_moment_from_which_to_run_again() -> None:
    trouble = refusal(an_answer(429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "40"}), "classes")
    assert isinstance(trouble, PassingTrouble)
    assert trouble.wait == 41
    assert "to wait 41 seconds" in str(trouble)
    assert re.search(r"Run again after \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$", str(trouble))


def test_those_who_were_told_to_wait_alike_do_not_all_start_at_once() -> None:
    waits = {Patience().jittered(60) for _ in range(20)}
    assert len(waits) > 10
    assert min(waits) >= 60
    assert max(waits) <= 63.5


def test_requests_are_counted_by_how_they_were_answered() -> None:
    def counted() -> list[float]:
        outcomes = ("answered", "refused", "too_many", "failed", "no_answer")
        return [REGISTRY.get_sample_value("rosterbus_source_requests_total", {"outcome": o}) or 0 for o in outcomes]

    before = counted()
    for status in (200, 404, 429, 502, None):
        count_request(status)
    assert [after - earlier for after, earlier in zip(counted(), before, strict=True)] == [1] * 5


async def test_passing_trouble_is_tried_again_and_other_trouble_is_not() -> None:
    tries: list[type[SourceTrouble]] = []

    async def fail(kind: type[SourceTrouble]) -> None:
        tries.append(kind)
        raise kind("SOURCE_UNREACHABLE", "It is down.")

    for kind in (PassingTrouble, SourceTrouble):
        with pytest.raises(kind):
            await patiently(QUICK, lambda kind=kind: fail(kind))  # type: ignore[misc]
    assert tries == [PassingTrouble] * 3 + [SourceTrouble]


async def test_a_wait_longer_than_the_budget_is_not_begun() -> None:
    async def busy() -> None:
        raise PassingTrouble("SOURCE_RATE_LIMITED", "Slow down.", wait=60)

    began = time.monotonic()
    with pytest.raises(PassingTrouble):
        await patiently(QUICK, busy)
    assert time.monotonic() - began < 1
