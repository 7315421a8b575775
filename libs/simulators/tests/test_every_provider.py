"""What holds for the simulator of any provider: mishaps, the endpoints below /_simulator, and the command."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from simulators.classlink import ClassLinkSimulator
from simulators.clever import CleverSimulator
from simulators.clever.reader import Reader as CleverReader
from simulators.generate import District, generate
from simulators.oneroster import OneRosterSimulator
from simulators.oneroster.reader import Reader as OneRosterReader
from simulators.wonde import WondeSimulator
from simulators.wonde.reader import Reader as WondeReader

from .support.asking import control, post, statuses
from .support.commands import complaint
from .support.serving import serving

Reader = CleverReader | OneRosterReader | WondeReader

READERS: dict[str, tuple[Any, Any]] = {
    "clever": (CleverSimulator, CleverReader),
    "oneroster": (OneRosterSimulator, OneRosterReader),
    "wonde": (WondeSimulator, WondeReader),
}
SIMULATORS = {name: simulator for name, (simulator, _) in READERS.items()} | {"classlink": ClassLinkSimulator}


@pytest.fixture(scope="module")
def district() -> District:
    return generate(seed=4, schools=3, students_per_school=20)


@pytest.fixture(params=READERS)
async def reader(request: pytest.FixtureRequest, district: District) -> AsyncIterator[Reader]:
    """A client that was let in already."""
    simulator, client = READERS[request.param]
    async with serving(simulator, client, district) as serve:
        reader: Reader = await serve()
        assert await statuses(reader, 1) == [200]
        yield reader


async def test_the_server_can_be_unavailable_for_some_requests(reader: Reader) -> None:
    reader.simulator.mishaps.set(unavailable=2, unavailable_status=502)

    assert await statuses(reader, 3) == [502, 502, 200]


async def test_a_page_can_be_html_with_status_200(reader: Reader) -> None:
    reader.simulator.mishaps.set(html=1)

    answer = await reader.get("schools")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert (await reader.get("schools")).json()


async def test_a_page_can_break_half_way(reader: Reader) -> None:
    whole = await reader.get("schools")
    reader.simulator.mishaps.set(truncated=1)

    half = await reader.get("schools")

    assert (half.status, half.body) == (200, whole.body[: len(whole.body) // 2])
    with pytest.raises(msgspec.DecodeError):
        half.json()


async def test_a_connection_can_be_cut_in_mid_page(reader: Reader) -> None:
    reader.simulator.mishaps.set(dropped=1)

    with pytest.raises(aiohttp.ClientError):
        await reader.get("schools")
    assert await statuses(reader, 1) == [200]


@pytest.mark.parametrize(("mishap", "status"), [("unauthorised", 401), ("forbidden", 403)])
async def test_access_can_be_refused_until_further_notice(reader: Reader, mishap: str, status: int) -> None:
    reader.simulator.mishaps.set(**{mishap: True})
    assert await statuses(reader, 2) == [status, status]

    reader.simulator.mishaps.clear()
    assert await statuses(reader, 1) == [200]


async def test_answers_can_be_slow(reader: Reader) -> None:
    reader.simulator.mishaps.set(latency=60.0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await reader.get("schools")


async def test_mishaps_can_wait_and_strike_one_endpoint_only(reader: Reader) -> None:
    reader.simulator.mishaps.set(unavailable=1, after=1, only=("schools",))

    assert await statuses(reader, 2, "schools/nowhere") == [404, 404]
    assert await statuses(reader, 3) == [200, 503, 200]


async def test_a_mishap_that_does_not_exist_changes_nothing(reader: Reader) -> None:
    with pytest.raises(msgspec.ValidationError):
        reader.simulator.mishaps.set(unavailable=1, earthquake=1)

    assert await statuses(reader, 1) == [200]


async def test_mishaps_can_be_posted_shown_and_ended(reader: Reader) -> None:
    status, shown = await post(reader.simulator.address, "mishaps", {"too_many": 3, "retry_after": 0})
    assert (status, shown["too_many"], shown["unavailable"]) == (200, 3, 0)
    assert (await post(reader.simulator.address, "mishaps", {"earthquake": 1}))[0] == 400
    assert await statuses(reader, 1) == [429]

    assert (await control(reader.simulator.address, "GET", "mishaps"))[1]["too_many"] == 2
    assert (await control(reader.simulator.address, "DELETE", "mishaps"))[1]["too_many"] == 0
    assert await statuses(reader, 1) == [200]


async def test_counters_can_be_shown_and_begun_again(reader: Reader) -> None:
    await reader.get("schools/nowhere")

    _, shown = await control(reader.simulator.address, "GET", "counters")
    assert (shown["requests"]["schools"], shown["statuses"]["404"]) == (1, 1)
    assert shown["bytes"]["schools"] == reader.simulator.counters.bytes["schools"] > 0
    _, begun = await control(reader.simulator.address, "DELETE", "counters")
    assert (begun["requests_total"], begun["bytes_total"]) == (0, 0)


@pytest.mark.parametrize("changes", [[{"change": "explode"}], [{"change": "_record"}], [{}], {}, [1]])
async def test_changes_that_do_not_exist_are_explained(reader: Reader, changes: Any) -> None:
    status, answer = await post(reader.simulator.address, "changes", changes)

    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize("name", SIMULATORS)
async def test_what_was_not_changed_is_not_kept(name: str, tmp_path: Path, district: District) -> None:
    async with SIMULATORS[name](district, state=tmp_path / "state", origin="any"):
        pass

    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("name", SIMULATORS)
async def test_the_command_says_why_it_cannot_start(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")

    code, told = await complaint(name, "--zip", str(tmp_path / "notes.zip"))
    assert (code, "cannot start" in told, "not a zip file" in told) == (1, True, True)
    code, told = await complaint(name, "--mishaps", '{"earthquake": 1}')
    assert (code, "earthquake" in told) == (1, True)
