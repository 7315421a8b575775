"""OneRoster servers as they really are: pages cut short, endpoints missing, tokens expiring, proxies in between."""

import time

import msgspec
import pytest

from common.events import SchoolsNotListed, SyncFailed
from simulators.generate import District, Quirks, generate
from simulators.oneroster import OneRosterSimulator

from ..support.expected import classes_at, enrolments_at, users_at
from ..support.north import North, serving, the_only

SCHOOL = "school-0001"


@pytest.fixture
def district() -> District:
    return generate(seed=21, schools=2, students_per_school=60)


async def test_pages_that_the_server_cuts_are_read_to_the_end(north: North, district: District) -> None:
    async with serving(district, max_limit=30, total_count=False) as server:
        await north.declare_rest(server, SCHOOL, page_size=1000)
        fetched = await north.fetched(SCHOOL)
    assert await north.keys(SCHOOL, "user") == users_at(district, SCHOOL)
    lines = await north.ledger(fetched.run_id)
    assert lines["users"]["pages"] == -(-len(district.users) // 30) + 1
    assert lines["users"]["announced"] is None
    assert fetched.complete


async def test_a_server_without_lists_by_school_is_read_whole(north: North, district: District) -> None:
    async with serving(district, per_school=False) as server:
        await north.declare_rest(server, SCHOOL)
        fetched = await north.fetched(SCHOOL)
        assert server.requests["enrollments"] == 1
    assert await north.keys(SCHOOL, "class") == classes_at(district, SCHOOL)
    assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)
    lines = await north.ledger(fetched.run_id)
    assert lines["classes"]["out_of_scope"] == len(district.classes) - len(classes_at(district, SCHOOL))


@pytest.mark.parametrize("status", [405, 501])
async def test_a_list_by_school_that_is_not_offered_is_replaced_by_the_whole(
    north: North, district: District, status: int
) -> None:
    async with serving(district) as server:
        lists = ("schools/{school}/classes", "schools/{school}/enrollments")
        server.mishaps.set(unavailable=99, unavailable_status=status, only=lists)
        await north.declare_rest(server, SCHOOL)
        assert (await north.fetched(SCHOOL)).complete
        assert server.counters.statuses[status] == 2
    assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)


async def test_lists_by_school_are_preferred(north: North, district: District) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL)
        await north.fetched(SCHOOL)
        assert server.requests["schools/{school}/enrollments"] == 1
        assert server.requests["enrollments"] == 0
        assert all("sort=sourcedId&orderBy=asc" in line for line in server.counters.recent if "oauth" not in line)


async def test_ids_may_hold_anything(north: North) -> None:
    awkward = "school é/7@x%"
    district = generate(seed=22, schools=1, students_per_school=60, quirks=Quirks(awkward_id=3))
    replace = msgspec.structs.replace
    district.orgs = [replace(org, id=awkward) if org.id == SCHOOL else org for org in district.orgs]
    for name in ("classes", "enrolments"):
        setattr(district, name, [replace(row, school_id=awkward) for row in getattr(district, name)])
    district.users = [
        replace(
            user, roles=tuple(replace(role, org_id=awkward) if role.org_id == SCHOOL else role for role in user.roles)
        )
        for user in district.users
    ]
    async with serving(district) as server:
        await north.declare_rest(server, awkward)
        await north.fetched(awkward)
        assert server.requests["schools/{school}/classes"] == 1
    assert await north.keys(awkward, "class") == classes_at(district, awkward)
    assert set(district.findings["awkward_id"]) <= await north.keys(awkward, "user")


async def test_an_expired_token_is_renewed_once(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(token_requests=3)
        await north.declare_rest(server, SCHOOL, page_size=50)
        fetched = await north.fetched(SCHOOL)
        assert fetched.complete
        assert server.requests["token"] > 1


async def test_a_token_that_is_never_accepted_fails_the_run(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(unauthorised=True)
        await north.declare_rest(server, SCHOOL)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert failed.code == "AUTH_INVALID"
        assert "does not accept our credentials" in failed.detail
        assert server.requests["token"] == 2


async def test_wrong_credentials_fail_the_run_at_once(north: North, district: District) -> None:
    async with serving(district) as server:
        addresses = {"base_url": server.base_url, "token_url": server.token_url}
        secrets = {"client_id": server.client_id, "client_secret": "outdated"}
        await north.declare("oneroster", {"version": "1.2"} | addresses, secrets, [SCHOOL])
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert (failed.code, server.requests["token"]) == ("AUTH_INVALID", 1)
        assert "Renew client_id and client_secret" in failed.detail
        assert the_only(await north.list_schools(), SchoolsNotListed).code == "AUTH_INVALID"


async def test_a_secret_that_encoding_changes_is_tried_plain_as_well(north: North, district: District) -> None:
    # The simulator decodes what comes, so this is what it makes of the plain secret.
    async with OneRosterSimulator(district, client_secret="a secret") as server:
        addresses = {"base_url": server.base_url, "token_url": server.token_url}
        secrets = {"client_id": server.client_id, "client_secret": "a+secret"}
        await north.declare("oneroster", {"version": "1.2"} | addresses, secrets, [SCHOOL])
        assert (await north.fetched(SCHOOL)).complete
        assert server.requests["token"] == 2


@pytest.mark.parametrize("status", [302, 404, 405])
async def test_a_wrong_token_url_is_named(north: North, district: District, status: int) -> None:
    async with serving(district) as server:
        server.mishaps.set(unavailable=1, unavailable_status=status, only=("token",))
        await north.declare_rest(server, SCHOOL)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_BAD_RESPONSE"
    assert "token_url" in failed.detail and "base_url" not in failed.detail


async def test_a_service_that_forbids_reading_fails_the_run_and_the_ledger_says_where(
    north: North, district: District
) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL)
        server.mishaps.set(forbidden=True, only=("users",))
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "AUTH_FORBIDDEN"
    lines = await north.ledger(failed.run_id)
    assert lines["enrollments"]["complete"] and not lines["users"]["complete"]
    assert await north.keys(SCHOOL, "class") == set()


async def test_a_busy_server_is_asked_again_when_it_says(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(too_many=2, retry_after=0)
        await north.declare_rest(server, SCHOOL)
        assert (await north.fetched(SCHOOL)).complete
        assert server.counters.statuses[429] == 2


async def test_the_seconds_that_a_server_asks_for_are_waited(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(too_many=1, retry_after=1)
        await north.declare_rest(server, SCHOOL)
        began = time.monotonic()
        await north.fetched(SCHOOL)
        assert time.monotonic() - began >= 1


async def test_a_server_that_asks_for_more_time_than_there_is_fails_the_run_at_once(
    north: North, district: District
) -> None:
    async with serving(district) as server:
        server.mishaps.set(too_many=99, retry_after=3600)
        await north.declare_rest(server, SCHOOL)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert failed.code == "SOURCE_RATE_LIMITED"
        assert "3600 seconds" in failed.detail
        assert server.counters.statuses[429] == 1


@pytest.mark.parametrize("mishap", ["unavailable", "html", "truncated", "dropped"])
async def test_a_page_that_fails_twice_is_read_the_third_time(north: North, district: District, mishap: str) -> None:
    async with serving(district) as server:
        server.mishaps.set(**{mishap: 2}, after=3)
        await north.declare_rest(server, SCHOOL, page_size=50)
        fetched = await north.fetched(SCHOOL)
    assert fetched.complete
    assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)


@pytest.mark.parametrize(
    ("mishap", "code"),
    [
        ("unavailable", "SOURCE_UNREACHABLE"),
        ("html", "SOURCE_BAD_RESPONSE"),
        ("truncated", "SOURCE_BAD_RESPONSE"),
        ("dropped", "SOURCE_UNREACHABLE"),
    ],
)
async def test_a_page_that_always_fails_ends_the_run(north: North, district: District, mishap: str, code: str) -> None:
    async with serving(district) as server:
        server.mishaps.set(**{mishap: 99}, only=("enrollments",))
        await north.declare_rest(server, SCHOOL)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert failed.code == code
        assert server.requests["schools/{school}/enrollments"] == 3
    assert await north.fetcher.fetchval("SELECT count(*) FROM record") == 0


async def test_a_server_that_keeps_silent_ends_the_run(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(latency=30)
        await north.declare_rest(server, SCHOOL)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_UNREACHABLE"
    assert "did not answer in time" in failed.detail


async def test_an_address_where_nobody_listens_ends_the_run(north: North, district: District) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL)
    failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_UNREACHABLE"
    assert "cannot be connected to" in failed.detail


async def test_a_wrong_base_url_is_named(north: North, district: District) -> None:
    async with serving(district) as server:
        await north.declare_rest(server, SCHOOL, base_url=f"{server.base_url}/nowhere")
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_BAD_RESPONSE"
    assert "base_url" in failed.detail


async def test_settings_that_cannot_be_used_are_each_named(north: North) -> None:
    await north.declare("oneroster", {"version": "2.0", "base_url": "sis", "sope": ""}, {"client_id": "x"}, [SCHOOL])
    refused = the_only(await north.list_schools(), SchoolsNotListed)
    assert refused.code == "SETTINGS_INVALID"
    for name in ("version", "base_url", "token_url", "client_secret", "sope"):
        assert f"setting {name} " in refused.detail
    assert the_only(await north.fetch(SCHOOL), SyncFailed).detail == refused.detail
