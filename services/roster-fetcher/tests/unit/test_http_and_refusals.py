"""Answers of REST sources: packed, broken, refused."""

import gzip
import time
from collections.abc import Mapping

import pytest

from roster_fetcher.patience import Patience
from roster_fetcher.sources import http
from roster_fetcher.sources.http import Answer, PassingTrouble, digest, patiently, unpack
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.sources.refusals import NotThereError, refusal, retry_after

QUICK = Patience(attempts=3, budget=5, answer=1, first_wait=0.001, longest_wait=0.002)


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


def test_retry_after_is_a_number_or_a_date() -> None:
    assert retry_after({"Retry-After": "60"}) == 60
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({}) is None


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
