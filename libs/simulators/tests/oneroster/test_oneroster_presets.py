"""Two servers that were watched, each with its own ways."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from simulators.generate import District
from simulators.oneroster import Behaviour
from simulators.oneroster.behaviour import behaviour_of
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]

SINCE = "dateLastModified>='2026-01-01T00:00:00.000Z'"


async def _rosterhub(serve: Serve, **changes: object) -> Reader:
    return await serve(version="1.1", behaviour=Behaviour.rosterhub(**changes))


async def _edfi(serve: Serve, **changes: object) -> Reader:
    return await serve(version="1.2", behaviour=Behaviour.edfi(**changes))


async def test_rosterhub_refers_to_records_by_flat_ids(serve: Serve, district: District) -> None:
    reader, ours = await _rosterhub(serve), district.enrolments[0]

    (row,) = (await reader.get(f"enrollments/{ours.id}")).json().values()

    assert row == {
        "sourcedId": ours.id,
        "status": "",
        "dateLastModified": None,
        "classSourcedId": ours.class_id,
        "schoolSourcedId": ours.school_id,
        "userSourcedId": ours.user_id,
        "role": "teacher",
        "primary": None,
        "beginDate": "2026-08-01",
        "endDate": "2027-08-01",
    }


async def test_rosterhub_puts_several_values_into_one_text(serve: Serve, district: District) -> None:
    reader = await _rosterhub(serve)
    ours = next(user for user in district.users_as("student") if len(user.roles) == 2)

    (user,) = (await reader.get(f"users/{ours.id}")).json().values()
    (taught,) = (await reader.get(f"classes/{district.classes[0].id}")).json().values()

    assert user["orgSourcedIds"] == ",".join(role.org_id for role in ours.roles)
    assert (user["role"], user["enabledUser"], user["grades"]) == ("student", True, ours.grades[0])
    assert taught["termSourcedIds"] == "term-2027-1,term-2027-2,term-2027-3"


async def test_a_date_filter_drops_what_rosterhub_took_in_in_bulk(serve: Serve, district: District) -> None:
    reader, student = await _rosterhub(serve), district.users_as("student")[0]
    assert (await reader.get("users", filter=SINCE)).ids() == []

    reader.simulator.changes.rename_person(student.id, given_name="Robin")

    (user,) = (await reader.get("users", filter=SINCE)).json()["users"]
    assert user["sourcedId"] == student.id
    assert user["dateLastModified"].endswith("+09:00")


@pytest.mark.parametrize(
    ("params", "ascending"),
    [
        ({}, False),
        ({"sort": "sourcedId"}, False),
        ({"sort": "sourcedId", "orderBy": "asc"}, False),
        ({"sort": "sourcedId", "orderby": "asc"}, True),
        ({"sort": "sourcedId", "orderBy": "desc", "orderby": "asc"}, True),
    ],
)
async def test_rosterhub_honours_one_spelling_of_the_order(
    serve: Serve, params: dict[str, str], ascending: bool
) -> None:
    ids = (await (await _rosterhub(serve)).get("classes", **params)).ids()

    assert ids == sorted(ids, reverse=not ascending)


async def test_rosterhub_falls_over_what_it_does_not_expect(serve: Serve) -> None:
    reader = await _rosterhub(serve)

    assert (await reader.get("orgs", limit="many")).status == 500
    assert (await reader.get("classes/none/students")).status == 500
    missing = await reader.get("users/nobody")
    assert (missing.status, missing.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    reader.simulator.tokens.expire()
    refused = await reader.get("orgs")
    assert (refused.status, refused.headers["Content-Type"]) == (401, "text/html; charset=utf-8")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


async def test_rosterhub_tells_no_total(serve: Serve) -> None:
    assert not {"X-Total-Count", "Link"} & set((await (await _rosterhub(serve)).get("orgs")).headers)


async def test_edfi_cuts_the_limit_and_tells_no_total(serve: Serve, district: District) -> None:
    answer = await (await _edfi(serve)).get("enrollments", limit=5000)

    assert len(answer.ids()) == 500 < len(district.enrolments)
    assert not {"X-Total-Count", "Link"} & set(answer.headers)


async def test_edfi_limits_requests_by_the_minute(serve: Serve) -> None:
    reader = await _edfi(serve, per_minute=2)

    first, _, third = [await reader.get("orgs") for _ in range(3)]

    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("2", "1")
    assert first.headers["RateLimit-Policy"] == "2;w=60"
    assert (third.status, third.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert 0 < int(third.headers["Retry-After"]) <= 60


async def test_edfi_has_a_row_for_each_school_of_a_student(serve: Serve, district: District) -> None:
    reader = await _edfi(serve)
    ours = next(user for user in district.users_as("student") if len(user.roles) == 2)
    schools = [role.org_id for role in ours.roles]

    rows = [row for row in await reader.rows("users", limit=500) if row["identifier"] == ours.identifier]
    enrolments = [row for row in await reader.rows("enrollments", limit=500) if ours.id in row["user"]["sourcedId"]]

    assert [[role["org"]["sourcedId"] for role in row["roles"]] for row in rows] == [[school] for school in schools]
    at = {row["roles"][0]["org"]["sourcedId"]: row["sourcedId"] for row in rows}
    assert len(set(at.values())) == 2
    assert {(row["school"]["sourcedId"], row["user"]["sourcedId"]) for row in enrolments} == set(at.items())


async def test_edfi_spells_grades_and_leaves_user_names_blank(serve: Serve, district: District) -> None:
    reader = await _edfi(serve)
    student = next(user for user in district.users_as("student") if user.grades == ("09",))

    (user,) = (await reader.get(f"users/{student.id}")).json().values()
    (without,) = (await reader.get(f"users/{district.findings['missing_email'][0]}")).json().values()

    assert user["grades"] == ["Ninth grade"]
    assert (user["username"], without["username"]) == (student.username, "")


async def test_at_edfi_all_are_active_and_the_removed_are_gone(serve: Serve, district: District) -> None:
    reader = await _edfi(serve)
    reader.simulator.changes.remove_person(district.users_as("student")[0].id)

    rows = await reader.rows("users", limit=500)

    assert {row["status"] for row in rows} == {"active"}
    gone = {district.users_as("student")[0].id, *district.findings["deleted_user"]}
    assert gone.isdisjoint(row["sourcedId"] for row in rows)


async def test_edfi_has_no_lists_of_a_school(serve: Serve, district: District) -> None:
    assert (await (await _edfi(serve)).get(f"schools/{district.schools[0].id}/classes")).status == 404


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "ten"}, {"filter": "colour='red'"}])
async def test_edfi_refuses_what_is_wrong_with_a_flat_code(serve: Serve, params: dict[str, str]) -> None:
    answer = await (await _edfi(serve)).get("users", **params)

    assert answer.status == 400
    assert answer.json()["imsx_CodeMinor"] in ("invaliddata", "invalid_filter_field")


async def test_edfi_refuses_an_address_that_is_not_encoded(serve: Serve) -> None:
    reader = await _edfi(serve)
    await reader.log_in()

    encoded = await reader.get("users", filter="familyName='Nuñez'")
    bare = await _raw(reader, "/users?filter=familyName='Nuñez'")

    assert (encoded.status, bare) == (200, 400)


async def _raw(reader: Reader, path: str) -> int:
    """Send an address as it stands, which no client library does; the answer's status."""
    port = int(reader.simulator.address.rpartition(":")[2])
    target = reader.simulator.base_url.removeprefix(reader.simulator.address) + path
    to, back = await asyncio.open_connection("127.0.0.1", port)
    token = await _token(reader)
    back.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    status = (await to.readline()).split()[1]
    back.close()
    await back.wait_closed()
    return int(status)


async def _token(reader: Reader) -> str:
    sis = reader.simulator
    form = {"grant_type": "client_credentials", "client_id": sis.client_id, "client_secret": sis.client_secret}
    async with aiohttp.ClientSession() as http, http.post(sis.token_url, data=form) as response:
        return str((await response.json())["access_token"])


async def test_a_preset_can_be_named_and_changed() -> None:
    assert behaviour_of("edfi") == Behaviour.edfi()
    assert behaviour_of('{"max_limit": 7}') == Behaviour(max_limit=7)
    assert Behaviour.rosterhub(flat=False).flat is False
