"""What reaches beyond a district is not for its administrators to declare, and secrets stay where they were given."""

import json
from typing import Any

import pytest

from .asking import Headers, post
from .surroundings import NORTH, Dashboard, school
from .surroundings import north as north_with

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInventedInventedInventedInventedInventedInve"
PACKAGES: dict[str, Any] = {"kind": "oneroster-csv", "folder": "/srv/rosters/south"}


async def send(north: Dashboard, method: str, path: str, body: object, headers: Headers) -> tuple[int, Any]:
    async with north.http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/districts/north", north_with(source=PACKAGES)),
        ("PUT", "/districts/north", north_with(district={**NORTH["district"], "pool": "big"})),
        ("PATCH", "/districts/north/settings", {"pool": "big"}),
        ("POST", "/source-checks", {"district": "north", "source": PACKAGES}),
        ("POST", "/source-checks", {"district": "north", "source": NORTH["source"], "pool": "big"}),
        ("POST", "/target-checks", {"district": "north", "target": NORTH["target"], "pool": "big"}),
    ],
)
async def test_disks_and_pools_are_for_whoever_runs_rosterbus(
    north: Dashboard, method: str, path: str, body: object
) -> None:
    status, problem = await send(north, method, path, body, await north.bearer(districts=["north"]))
    assert (status, problem.get("code")) == (403, "platform_only")
    assert (await send(north, method, path, body, await north.bearer()))[0] in (200, 202)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "10.1.2.3", "[::1]", "[::ffff:10.1.2.3]", "169.254.169.254", "2130706433", "0x7f.1", "localhost",
    "rabbitmq:15672", "db.internal", "moodle.LOCAL.",
])  # fmt: skip
async def test_addresses_of_the_workers_own_network_are_for_whoever_runs_rosterbus(north: Dashboard, host: str) -> None:
    own, everything = await north.bearer(districts=["north"]), await north.bearer()
    inner = f"http://{host}/moodle"
    source, target = {**NORTH["source"], "token_url": inner}, {**NORTH["target"], "base_url": inner}
    sftp = {"host": host.strip("[]").partition(":1567")[0], "username": "us", "folder": "out", "host_key": HOST_KEY}
    packages = {"kind": "oneroster-csv", "sftp": sftp, "password": "a-password"}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/source-checks", {"district": "north", "source": source}),
        ("POST", "/source-checks", {"district": "north", "source": packages}),
        ("POST", "/target-checks", {"district": "north", "target": target}),
        ("PATCH", "/districts/north/targets/main", {"base_url": inner, "token": "anew"}),
        ("PATCH", "/districts/north/sources/main", {"source": source}),
        ("PUT", "/districts/north", north_with(target=target)),
    ]
    for method, path, body in asked:
        status, problem = await send(north, method, path, body, own)
        assert (status, problem.get("code")) == (403, "platform_only"), path
    for method, path, body in asked:
        assert (await send(north, method, path, body, everything))[0] in (200, 202), path
    assert (await send(north, "PUT", "/districts/north", north_with(target=target), own))[0] == 200
    assert (await send(north, "PATCH", "/districts/north/targets/main", {"name": "Ours"}, own))[0] == 200


async def test_what_is_declared_already_may_be_declared_again(dashboard: Dashboard) -> None:
    await dashboard.declare(north_with(source=PACKAGES))
    headers = await dashboard.bearer(districts=["north"])
    assert (await send(dashboard, "PUT", "/districts/north", north_with(source=PACKAGES), headers))[0] == 200


@pytest.mark.parametrize(
    ("path", "patch", "anew"),
    [
        ("/targets/main", {"base_url": "https://elsewhere.example"}, {"token": "another"}),
        (
            "/sources/main",
            {"base_url": "https://elsewhere.example/ims"},
            {"client_id": "another", "client_secret": "another"},
        ),
    ],
)
async def test_kept_secrets_are_not_sent_to_another_server(
    north: Dashboard, path: str, patch: dict[str, str], anew: dict[str, str]
) -> None:
    headers = await north.bearer()
    wrapped = patch if "targets" in path else {"source": patch}
    status, problem = await send(north, "PATCH", f"/districts/north{path}", wrapped, headers)
    assert (status, problem["code"]) == (422, "mistakes")
    assert "give the secrets anew" in problem["detail"]
    wrapped = patch | anew if "targets" in path else {"source": patch | anew}
    assert (await send(north, "PATCH", f"/districts/north{path}", wrapped, headers))[0] == 200


async def test_a_key_for_some_schools_does_nothing_to_the_district(north: Dashboard) -> None:
    wanted = {"name": "box", "scopes": ["read", "declare"], "districts": ["north"], "schools": [str(school("1"))]}
    status, problem = await post(north, "/keys", wanted, await north.bearer(scopes=["read", "declare", "administer"]))
    assert (status, problem["errors"][0]["key"]) == (422, "scopes")
    await north.pool.execute("DELETE FROM api_key")
    headers = await north.bearer(districts=["north"])
    await north.pool.execute("UPDATE api_key SET schools = ARRAY[$1::uuid]", school("1"))
    status, problem = await send(north, "PATCH", "/districts/north/settings", {"name": "Mine"}, headers)
    assert (status, problem["code"]) == (403, "not_allowed")
