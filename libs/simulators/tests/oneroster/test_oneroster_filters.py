"""Filters keep the rows that the standard says, and refuse what it does not know."""

from collections.abc import Awaitable, Callable

import pytest

from simulators.generate import District, Org, Role, User
from simulators.oneroster import Behaviour
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]

TEACHER, STUDENT = Role(role="teacher", org_id="o"), Role(role="student", org_id="o")
PEOPLE = District(
    orgs=[Org(id="o", name="Oak", kind="school")],
    users=[
        User(
            id="a", given_name="Ada", family_name="O'Brien", roles=(TEACHER,), modified="2026-09-01T00:00:00.000Z"
        ),
        User(
            id="b", given_name="Bo", family_name="Rossi", roles=(STUDENT,), modified="2026-11-20T09:00:00+09:00",
            grades=("07", "08"),
        ),
        User(id="c", given_name="Cy", family_name="Rossi", roles=(STUDENT, TEACHER), enabled="false"),
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("familyName='Rossi'", "bc"),
        ("familyName = 'O'Brien'", "a"),
        ("familyName!='Rossi'", "a"),
        ("givenName>'Ada'", "bc"),
        ("givenName<='Bo'", "ab"),
        ("familyName~'oss'", "bc"),
        ("grades~'08'", "b"),
        ("enabledUser='false'", "c"),
        ("roles.role='teacher'", "ac"),
        ("roles.org.sourcedId='o'", "abc"),
        ("familyName='Rossi' AND enabledUser='true'", "b"),
        ("givenName='Ada' OR givenName='Cy'", "ac"),
        ("givenName='Ada' or givenName='Nobody'", "a"),
        ("dateLastModified>='2026-11-20T00:00:00.000Z'", "b"),
        ("dateLastModified>'2026-11-20T00:00:00Z'", ""),
        ("dateLastModified<'2026-11-20'", "a"),
        ("dateLastModified!='2026-11-20'", "a"),
        ("email='x'", ""),
        ("pronouns!='x'", ""),
    ],
)
async def test_a_filter_keeps(serve: Serve, text: str, kept: str) -> None:
    answer = await (await serve(PEOPLE)).get("users", filter=text)

    assert "".join(answer.ids()) == kept
    assert answer.headers["X-Total-Count"] == str(len(kept))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "familyName",
        "familyName=Rossi",
        "colour='red'",
        "role='student'",
        "dateLastModified>'yesterday'",
        "givenName='a' AND givenName='b' AND givenName='c'",
        "givenName='a' XOR givenName='b'",
    ],
)
async def test_a_filter_that_cannot_be_read_is_refused(serve: Serve, text: str) -> None:
    assert (await (await serve(PEOPLE)).get("users", filter=text)).status == 400


async def test_version_1_1_filters_by_its_own_fields(serve: Serve) -> None:
    reader = await serve(PEOPLE, version="1.1")

    assert (await reader.get("users", filter="role='student'")).ids() == ["b", "c"]
    assert (await reader.get("users", filter="roles.role='student'")).status == 400


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [(Behaviour(filters="refused"), 400), (Behaviour(filters="refused", errors="bare"), 500)],
)
async def test_filters_may_be_refused(serve: Serve, behaviour: Behaviour, status: int) -> None:
    assert (await (await serve(PEOPLE, behaviour=behaviour)).get("users", filter="givenName='Ada'")).status == status


async def test_filters_may_be_ignored(serve: Serve) -> None:
    reader = await serve(PEOPLE, behaviour=Behaviour(filters="ignored"))

    assert (await reader.get("users", filter="givenName='Ada'")).ids() == ["a", "b", "c"]
