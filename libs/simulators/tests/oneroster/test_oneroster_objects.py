"""Objects have the shape of the version that is spoken."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from simulators.generate import District, Org, Role, User, read_csv_package, write_csv_package
from simulators.oneroster import Behaviour
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]

AT_TWO = District(
    orgs=[Org(id="d", name="North", kind="district"), Org(id="o 1", name="Oak", kind="school", parent_id="d")],
    users=[
        User(
            id="u1",
            given_name="Zoë",
            family_name="Nuñez",
            roles=(Role(role="teacher", org_id="o 1"), Role(role="districtAdministrator", org_id="d")),
            email="zoe@north.example",
        )
    ],
)


def _reference(kind: str, path: str, record_id: str) -> dict[str, str]:
    return {"href": f"http://sis.example/ims/oneroster/{path}", "sourcedId": record_id, "type": kind}


async def _at_sis_example(serve: Serve, district: District, version: str, path: str) -> dict[str, object]:
    """Read a record as it looks to a server whose public address is http://sis.example."""
    reader = await serve(district, version=version)
    body = (await reader.get(path)).body.decode().replace(reader.simulator.address, "http://sis.example")
    (record,) = msgspec.json.decode(body.encode()).values()
    return dict(record)


async def test_version_1_1_has_one_role_and_orgs(serve: Serve) -> None:
    user = await _at_sis_example(serve, AT_TWO, "1.1", "users/u1")

    assert user["role"] == "teacher"
    assert user["orgs"] == [_reference("org", "v1p1/orgs/o%201", "o 1"), _reference("org", "v1p1/orgs/d", "d")]
    assert "roles" not in user


async def test_version_1_2_has_a_role_at_each_org(serve: Serve) -> None:
    user = await _at_sis_example(serve, AT_TWO, "1.2", "users/u1")

    assert user["roles"] == [
        {"roleType": "primary", "role": "teacher", "org": _reference("org", "rostering/v1p2/orgs/o%201", "o 1")},
        {
            "roleType": "primary",
            "role": "districtAdministrator",
            "org": _reference("org", "rostering/v1p2/orgs/d", "d"),
        },
    ]
    assert "role" not in user and "orgs" not in user


async def test_booleans_are_strings_unless_asked_otherwise(serve: Serve) -> None:
    strings, native = await serve(), await serve(behaviour=Behaviour(native_booleans=True))

    assert (await strings.get("users", limit=1)).json()["users"][0]["enabledUser"] == "true"
    assert (await native.get("users", limit=1)).json()["users"][0]["enabledUser"] is True


async def test_an_enrolment_refers_to_user_class_and_school(serve: Serve, district: District) -> None:
    ours = district.enrolments[0]
    row = await _at_sis_example(serve, district, "1.2", f"enrollments/{ours.id}")

    assert row == {
        "sourcedId": ours.id,
        "status": "active",
        "dateLastModified": "2026-08-20T04:00:00.000Z",
        "user": _reference("user", f"rostering/v1p2/users/{ours.user_id}", ours.user_id),
        "class": _reference("class", f"rostering/v1p2/classes/{ours.class_id}", ours.class_id),
        "school": _reference("org", f"rostering/v1p2/orgs/{ours.school_id}", ours.school_id),
        "role": "teacher",
        "primary": "true",
        "beginDate": "2026-08-01",
        "endDate": "2027-08-01",
    }


async def test_a_reference_can_be_followed_whatever_its_id(serve: Serve, district: District) -> None:
    awkward = district.findings["awkward_id"][0]
    reader = await serve()
    (row,) = [r for r in await reader.rows("demographics", limit=500) if r["sourcedId"] == awkward]
    enrolment = (await reader.get("enrollments", filter=f"user.sourcedId='{awkward}'")).json()["enrollments"][0]

    path = enrolment["user"]["href"].removeprefix(f"{reader.simulator.base_url}/")
    assert path == f"users/{quote(awkward, safe='')}"
    assert (await reader.get(path)).json()["user"]["sourcedId"] == awkward
    assert row["birthDate"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [("students", "student"), ("teachers", "teacher"), ("schools", "school"), ("terms", "term")],
)
async def test_the_narrow_lists_hold_one_kind(serve: Serve, district: District, path: str, kept: str) -> None:
    rows = await (await serve(version="1.1")).rows(path, limit=1000)

    assert rows
    assert {row.get("role") or row["type"] for row in rows} == {kept}


async def test_a_record_of_another_kind_is_not_in_a_narrow_list(serve: Serve, district: District) -> None:
    reader, teacher = await serve(), district.users_as("teacher")[0]

    assert (await reader.get(f"teachers/{teacher.id}")).json()["user"]["sourcedId"] == teacher.id
    assert (await reader.get(f"students/{teacher.id}")).status == 404


async def test_everything_of_a_school_is_listed_below_it(serve: Serve, district: District) -> None:
    reader, school = await serve(), district.schools[1].id

    async def ids(what: str) -> set[str]:
        return {row["sourcedId"] for row in await reader.rows(f"schools/{school}/{what}", limit=1000)}

    def people(role: str) -> set[str]:
        return {u.id for u in district.users for held in u.roles if (held.role, held.org_id) == (role, school)}

    assert await ids("classes") == {taught.id for taught in district.classes if taught.school_id == school}
    assert await ids("enrollments") == {row.id for row in district.enrolments if row.school_id == school}
    assert await ids("students") == people("student")
    assert await ids("teachers") == people("teacher")
    assert await ids("courses") == {c.course_id for c in district.classes if c.school_id == school}
    assert await ids("terms") == {"term-2027-1", "term-2027-2", "term-2027-3"}


async def test_people_and_enrolments_of_a_class_are_listed_below_it(serve: Serve, district: District) -> None:
    reader, taught = await serve(), district.classes[0]
    members = {row.user_id: row for row in district.enrolments if row.class_id == taught.id}

    students = (await reader.get(f"classes/{taught.id}/students", limit=1000)).ids()
    teachers = (await reader.get(f"schools/{taught.school_id}/classes/{taught.id}/teachers")).ids()
    enrolments = (await reader.get(f"schools/{taught.school_id}/classes/{taught.id}/enrollments")).ids()

    assert {*students, *teachers} == set(members)
    assert set(enrolments) == {row.id for row in members.values()}
    assert taught.id in (await reader.get(f"students/{students[0]}/classes")).ids()
    assert taught.id in (await reader.get(f"courses/{taught.course_id}/classes", limit=1000)).ids()
    assert taught.id in (await reader.get("terms/term-2027-2/classes", limit=1000)).ids()


async def test_lists_of_a_school_can_be_missing(serve: Serve, district: District) -> None:
    reader, school = await serve(behaviour=Behaviour(per_school=False)), district.schools[0].id

    assert (await reader.get(f"schools/{school}/classes")).status == 404
    assert (await reader.get(f"schools/{school}")).status == 200


async def test_deleted_records_can_be_hidden(serve: Serve, district: District) -> None:
    gone = district.findings["deleted_user"][0]
    shown, hidden = await serve(), await serve(behaviour=Behaviour(show_deleted=False))

    assert (await shown.get(f"users/{gone}")).json()["user"]["status"] == "tobedeleted"
    assert (await hidden.get(f"users/{gone}")).status == 404
    statuses = {row["status"] for row in await hidden.rows("enrollments", limit=1000)}
    assert statuses == {"active"}


async def test_unknown_records_and_endpoints_are_not_found(serve: Serve) -> None:
    reader = await serve()

    for path in ("users/nobody", "schools/nowhere/classes", "classes/none/students", "results", ""):
        assert (await reader.get(path)).status == 404


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_errors_are_worded_as_the_version_has_them(serve: Serve, version: str) -> None:
    body = (await (await serve(version=version)).get("users", filter="colour='red'")).json()

    if version == "1.1":
        assert body["statusInfoSet"][0]["imsx_codeMinor"] == "invalid_filter_field"
    else:
        (field,) = body["imsx_CodeMinor"]["imsx_codeMinorField"]
        assert field["imsx_codeMinorFieldValue"] == "invalid_filter_field"


async def test_only_the_chosen_fields_are_sent(serve: Serve) -> None:
    reader = await serve()

    assert (await reader.get("orgs", fields="sourcedId, name", limit=1)).json() == {
        "orgs": [{"sourcedId": "district-1", "name": "Rowan Valley Schools"}]
    }
    assert (await reader.get("orgs", fields="colour")).status == 400


@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_a_csv_package_is_served_with_its_own_ids(
    serve: Serve, district: District, tmp_path: Path, version: str
) -> None:
    write_csv_package(district, tmp_path / "district.zip", version, blank_status=True)
    reader = await serve(read_csv_package(tmp_path / "district.zip"), version=version)

    users = await reader.rows("users", limit=1000)

    assert [user["sourcedId"] for user in users] == [user.id for user in district.users]
    assert {user["status"] for user in users} == {"active"}
    assert not any("dateLastModified" in user for user in users)


async def test_a_1_1_package_gets_1_2_roles(serve: Serve, district: District, tmp_path: Path) -> None:
    write_csv_package(district, tmp_path / "district.zip", "1.1")
    reader = await serve(read_csv_package(tmp_path / "district.zip"), version="1.2")

    roles = {role["role"] for user in await reader.rows("users", limit=1000) for role in user["roles"]}

    assert roles == {"districtAdministrator", "siteAdministrator", "teacher", "student", "parent"}
