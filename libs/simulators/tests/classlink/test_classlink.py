"""ClassLink's two ways in, and what it shares."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from simulators.classlink import ClassLinkSimulator, Sharing
from simulators.generate import District
from simulators.oneroster.oauth1 import base_string, signature

Serve = Callable[..., Awaitable[ClassLinkSimulator]]


async def _get(url: str, header: str) -> tuple[int, Any]:
    """Ask for an address as it is written."""
    headers = {"Authorization": header}
    async with aiohttp.ClientSession() as http, http.get(URL(url, encoded=True), headers=headers) as response:
        return response.status, await response.json()


async def _proxied(classlink: ClassLinkSimulator, path: str) -> tuple[int, Any]:
    return await _get(f"{classlink.proxied_url}/{path}", f"Bearer {classlink.token}")


async def _direct(classlink: ClassLinkSimulator, path: str) -> tuple[int, Any]:
    url = f"{classlink.base_url}/{path}"
    oauth = {
        "oauth_consumer_key": classlink.client_id,
        "oauth_nonce": path,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(time.time())),
    }
    oauth["oauth_signature"] = signature(
        "sha256", f"{classlink.client_secret}&", base_string("GET", url, oauth.items())
    )
    return await _get(url, "OAuth " + ",".join(f'{name}="{quote(value, safe="")}"' for name, value in oauth.items()))


async def test_both_ways_lead_to_the_same_roster(serve: Serve, district: District) -> None:
    classlink = await serve()

    direct, proxied = await _direct(classlink, "users?limit=500"), await _proxied(classlink, "users?limit=500")

    assert direct[0] == 200
    assert direct == proxied
    assert len(direct[1]["users"]) == len(district.users)


async def test_each_way_asks_for_its_own_key(serve: Serve) -> None:
    classlink = await serve()

    assert (await _get(f"{classlink.base_url}/orgs", f"Bearer {classlink.token}"))[0] == 401
    assert (await _get(f"{classlink.proxied_url}/orgs", "Bearer another"))[0] == 401
    assert (await _get(f"{classlink.address}/applications", "Bearer another"))[0] == 401


async def test_the_applications_are_listed_with_their_servers(serve: Serve, district: District) -> None:
    classlink = await serve()
    bearer = f"Bearer {classlink.token}"

    status, listed = await _get(f"{classlink.address}/applications", bearer)
    (application,) = listed["applications"]
    one_id = application["oneroster_application_id"]
    _, found = await _get(f"{classlink.address}/applications/{one_id}/server", bearer)

    assert (status, listed["status"], application["bearer"]) == (200, 1, None)
    assert application["tenant_name"] == district.name
    assert one_id == classlink.oneroster_application_id and one_id.endswith("%3D")
    assert found["server"] == {
        "client_id": classlink.client_id,
        "client_secret": classlink.client_secret,
        "endpoint_url": classlink.endpoint_url,
    }


@pytest.mark.parametrize("written", ["%253D", "="])
async def test_an_id_that_was_encoded_again_or_decoded_is_unknown(serve: Serve, written: str) -> None:
    classlink = await serve()
    other = classlink.proxied_url.replace("%3D", written)

    assert (await _get(f"{other}/orgs", f"Bearer {classlink.token}"))[0] == 404
    assert (await _proxied(classlink, "orgs"))[0] == 200


async def test_nothing_is_read_until_access_is_granted(serve: Serve) -> None:
    classlink = await serve(granted=False)
    assert (await _direct(classlink, "orgs"))[0] == (await _proxied(classlink, "orgs"))[0] == 403

    async with aiohttp.ClientSession() as http:
        await http.post(f"{classlink.address}/_simulator/granted", data="true")

    assert (await _direct(classlink, "users"))[0] == (await _proxied(classlink, "users"))[0] == 200


async def test_removed_records_stay_visible(serve: Serve, district: District) -> None:
    classlink, student = await serve(), district.users_as("student")[0]

    classlink.changes.remove_person(student.id)

    assert (await _proxied(classlink, f"users/{student.id}"))[1]["user"]["status"] == "tobedeleted"
    deleted = (await _proxied(classlink, "users?limit=500&filter=status%3D%27tobedeleted%27"))[1]["users"]
    assert {user["sourcedId"] for user in deleted} == {student.id, *district.findings["deleted_user"]}


async def test_shared_records_refer_to_unshared_ones(serve: Serve, district: District) -> None:
    course, school = district.classes[0].course_id, district.schools[1].id
    classlink = await serve(sharing=Sharing(unshared={course, school}))

    schools = (await _proxied(classlink, "schools"))[1]["orgs"]
    taught = (await _proxied(classlink, f"classes/{district.classes[0].id}"))[1]["class"]

    assert [row["sourcedId"] for row in schools] == [district.schools[0].id]
    assert taught["course"]["sourcedId"] == course
    assert (await _proxied(classlink, f"courses/{course}"))[0] == 404


async def test_people_without_a_class_can_be_left_out(serve: Serve, district: District) -> None:
    classlink = await serve(sharing=Sharing(unenrolled=False))

    users = (await _proxied(classlink, "users?limit=500"))[1]["users"]

    assert {user["sourcedId"] for user in users} == {enrolment.user_id for enrolment in district.enrolments}
    assert len(users) < len(district.users)
