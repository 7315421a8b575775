"""People and keys in the API: who may make whom, to what, and what the audit log keeps of it."""

from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest

from .asking import get, post, south_too
from .surroundings import PASSWORD, Dashboard, school

PERSON: dict[str, Any] = {
    "email": "Robin@North.example", "name": "Robin Vale", "role": "viewer", "districts": ["north"],
}  # fmt: skip


async def send(dashboard: Dashboard, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    async with dashboard.http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def signs_in(dashboard: Dashboard, email: str, password: str = PASSWORD) -> bool:
    form = {"email": email, "password": password}
    async with dashboard.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        return answer.status == 303


async def acts(dashboard: Dashboard, action: str) -> list[dict[str, Any]]:
    rows = await dashboard.pool.fetch("SELECT district_id, subject, detail FROM audit WHERE action = $1", action)
    return [dict(row) for row in rows]


async def test_who_is_invited_chooses_a_password_once(north: Dashboard) -> None:
    status, person = await post(north, "/users", PERSON, await north.bearer())
    assert (status, person["email"], person["has_password"]) == (201, "robin@north.example", False)
    link = person["invitation"]["link"]
    assert not await signs_in(north, PERSON["email"], "")
    path = link.removeprefix(north.context.settings.dashboard_url)
    async with north.http.post(path, data={"password": "short"}, allow_redirects=False) as answer:
        assert (answer.status, "at least 10 characters" in await answer.text()) == (422, True)
    async with north.http.post(path, data={"password": PASSWORD}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/schools")
    async with north.http.get(path) as answer:
        assert answer.status == 404
    assert await signs_in(north, PERSON["email"])


async def test_a_new_link_ends_the_earlier_one(north: Dashboard) -> None:
    headers = await north.bearer()
    _, person = await post(north, "/users", PERSON, headers)
    _, again = await post(north, f"/users/{person['id']}/invitation", {}, headers)
    first, second = (one["invitation"]["link"].rpartition("8080")[2] for one in (person, again))
    for path, status in ((first, 404), (second, 200)):
        async with north.http.get(path) as answer:
            assert answer.status == status


async def test_the_audit_log_keeps_before_and_after_and_no_secret(north: Dashboard) -> None:
    headers = await north.bearer()
    _, person = await post(north, "/users", {**PERSON, "password": PASSWORD}, headers)
    await send(north, "PATCH", f"/users/{person['id']}", {"role": "district_admin"}, headers)
    (made,), (changed,) = await acts(north, "create person"), await acts(north, "change person")
    assert (made["district_id"], made["detail"]["before"]) == ("north", None)
    assert (changed["detail"]["before"]["role"], changed["detail"]["after"]["role"]) == ("viewer", "district_admin")
    assert PASSWORD not in str(made) + str(changed)


@pytest.mark.parametrize(("wished", "status"), [
    ({"role": "operator", "districts": None}, 403),
    ({"districts": ["south"]}, 403),
    ({"districts": ["north", "south"]}, 403),
    ({"role": "school_admin", "schools": [str(school("1"))]}, 201),
    ({"role": "school_admin", "schools": [str(school("1", "south"))]}, 404),
    ({"role": "school_admin"}, 422),
    ({"role": "viewer", "schools": [str(school("1"))]}, 422),
    ({"role": "operator"}, 422),
    ({"role": "viewer", "districts": None}, 422),
    ({"role": "district_admin"}, 201),
])  # fmt: skip
async def test_nobody_gives_more_than_they_have(north: Dashboard, wished: dict[str, Any], status: int) -> None:
    await south_too(north)
    headers = await north.bearer(districts=["north"])
    assert (await post(north, "/users", {**PERSON, **wished}, headers))[0] == status


async def test_nobody_touches_who_has_more_than_they(north: Dashboard) -> None:
    await south_too(north)
    both = await north.operator("both@example.org", "district_admin", ["north", "south"])
    boss = await north.operator("boss@example.org")
    headers = await north.bearer(districts=["north"])
    assert (await send(north, "PATCH", f"/users/{both}", {"disabled": True}, headers))[0] == 403
    assert (await send(north, "PATCH", f"/users/{boss}", {"disabled": True}, headers))[0] == 404
    assert (await post(north, f"/users/{both}/invitation", {}, headers))[0] == 403
    readers = await north.bearer(districts=["north"], scopes=["administer"])
    assert (await post(north, "/users", PERSON, readers))[0] == 403


async def test_the_last_operator_stays(north: Dashboard) -> None:
    only = await north.operator("boss@example.org")
    headers = await north.bearer()
    for wished in ({"disabled": True}, {"role": "viewer", "districts": ["north"]}):
        status, problem = await send(north, "PATCH", f"/users/{only}", wished, headers)
        assert (status, problem["code"]) == (409, "last_operator")
    await north.operator("other@example.org")
    assert (await send(north, "PATCH", f"/users/{only}", {"disabled": True}, headers))[0] == 200


async def test_nobody_changes_their_own_rights(north: Dashboard) -> None:
    me = await north.operator("boss@example.org")
    await north.operator("other@example.org")
    await north.sign_in("boss@example.org")
    csrf = {"X-CSRF-Token": await north.pool.fetchval("SELECT csrf FROM session")}
    status, problem = await send(north, "PATCH", f"/users/{me}", {"disabled": True}, csrf)
    assert (status, problem["code"]) == (409, "own_rights")


async def test_other_rights_and_disabling_end_the_sessions(north: Dashboard) -> None:
    robin = await north.operator("robin@north.example", "district_admin", ["north"])
    headers = await north.bearer()
    for wished in ({"role": "viewer"}, {"disabled": True}):
        await north.sign_in("robin@north.example")
        assert (await get(north, "/schools"))[0] == 200
        assert (await send(north, "PATCH", f"/users/{robin}", wished, headers))[0] == 200
        assert (await get(north, "/schools"))[0] == 401
    assert not await signs_in(north, "robin@north.example")
    assert (await send(north, "PATCH", f"/users/{robin}", {"disabled": False}, headers))[0] == 200
    assert await signs_in(north, "robin@north.example")
    assert (await send(north, "DELETE", f"/users/{robin}/sessions", None, headers))[1] == {"ended": 1}


async def test_people_are_listed_by_name_and_district_a_page_at_a_time(north: Dashboard) -> None:
    for name in ("ada", "bo", "cy"):
        await north.operator(f"{name}@example.org", "viewer", ["north"])
    await north.operator("dee@example.org", "viewer", ["south"])
    headers = await north.bearer(districts=["north"])
    _, first = await get(north, "/users?limit=2", headers)
    _, rest = await get(north, f"/users?limit=2&after={first['next']}", headers)
    assert [user["name"] for user in first["users"] + rest["users"]] == ["Ada", "Bo", "Cy"]
    assert rest["next"] is None
    assert "password" not in str(first).replace("has_password", "")


async def test_a_key_is_shown_once_does_what_it_may_and_ends(north: Dashboard) -> None:
    headers = await north.bearer()
    wanted = {"name": "night watch", "scopes": ["read"], "districts": ["north"], "expires_days": 3}
    status, made = await post(north, "/keys", wanted, headers)
    own = {"Authorization": f"Bearer {made['key']}"}
    assert (status, (await get(north, "/districts/north", own))[0]) == (201, 200)
    assert (await post(north, f"/schools/{school('1')}/runs", {}, own))[0] == 403
    _, listed = await get(north, "/keys", headers)
    assert made["key"] not in str(listed)
    assert (await post(north, "/keys", wanted, headers))[0] == 409
    assert (await send(north, "DELETE", f"/keys/{made['id']}", None, headers))[1]["expired"]
    assert (await get(north, "/districts/north", own))[0] == 401
    assert made["key"] not in str(await acts(north, "create key") + await acts(north, "revoke key"))


async def test_a_key_of_one_school_sees_that_school(north: Dashboard) -> None:
    wanted = {"name": "one", "scopes": ["read"], "districts": ["north"], "schools": [str(school("2"))]}
    _, made = await post(north, "/keys", wanted, await north.bearer())
    _, seen = await get(north, "/schools", {"Authorization": f"Bearer {made['key']}"})
    assert [UUID(one["id"]) for one in seen["schools"]] == [school("2")]


@pytest.mark.parametrize("wished", [
    {"scopes": ["declare"], "districts": ["north"]},
    {"scopes": ["read"], "districts": ["south"]},
    {"scopes": ["read"]},
])  # fmt: skip
async def test_a_key_gives_no_more_than_its_maker_has(north: Dashboard, wished: dict[str, Any]) -> None:
    headers = await north.bearer(districts=["north"], scopes=["read", "administer"])
    status, problem = await post(north, "/keys", {"name": "more", **wished}, headers)
    assert (status, problem["code"]) == (403, "more_than_own")


async def test_the_audit_log_names_nobody_and_looks_names_up(north: Dashboard) -> None:
    headers = await north.bearer()
    _, person = await post(north, "/users", PERSON, headers)
    await send(north, "PATCH", f"/users/{person['id']}", {"name": "Robin Dale"}, headers)
    kept = str(await north.pool.fetch("SELECT detail FROM audit"))
    assert not any(name in kept for name in ("Robin", "Vale", "Dale", "north.example"))
    _, found = await get(north, "/audit?district=north", headers)
    acts_of = [(act["action"], act["subject_name"]) for act in found["acts"] if act["subject"].startswith("operator/")]
    assert acts_of[0] == ("change person", "Robin Dale")
    (changed,) = await acts(north, "change person")
    assert changed["detail"]["after"]["renamed"] is True


async def test_what_one_calls_oneself_is_not_in_the_audit_log(north: Dashboard) -> None:
    await north.operator("robin@north.example")
    await north.sign_in("robin@north.example")
    csrf = {"X-CSRF-Token": await north.pool.fetchval("SELECT csrf FROM session")}
    assert (await send(north, "PATCH", "/me", {"name": "Robin Dale", "locale": "nl"}, csrf))[0] == 200
    (act,) = await acts(north, "change account")
    assert (act["detail"]["after"], "name" in act["detail"]["before"]) == (
        {"locale": "nl", "timezone": None, "renamed": True},
        False,
    )


async def test_each_district_sees_of_a_person_of_several_what_is_its_own(north: Dashboard) -> None:
    await south_too(north)
    both = {"districts": ["north", "south"], "schools": [str(school("1")), str(school("1", "south"))]}
    headers = await north.bearer()
    _, person = await post(north, "/users", {**PERSON, **both, "role": "school_admin"}, headers)
    _, key = await post(north, "/keys", {"name": "both", "scopes": ["read"], **both}, headers)
    own = await north.bearer(districts=["north"])
    for path in (f"/users/{person['id']}", f"/keys/{key['id']}"):
        _, seen = await get(north, path, own)
        assert (seen["districts"], seen["schools"]) == (["north"], [str(school("1"))])
        _, whole = await get(north, path, headers)
        assert sorted(whole["districts"]) == ["north", "south"]
    _, listed = await get(north, "/users", own)
    assert "south" not in str(listed)
    _, audited = await get(north, "/audit", own)
    assert "south" not in str(audited["acts"])
    assert str(school("1", "south")) not in str(audited["acts"])
    assert (await send(north, "PATCH", f"/users/{person['id']}", {"disabled": True}, own))[0] == 403
    assert (await send(north, "DELETE", f"/keys/{key['id']}", None, own))[0] == 403


async def test_a_district_that_a_change_does_not_concern_does_not_hear_of_it(north: Dashboard) -> None:
    await south_too(north)
    headers = await north.bearer()
    _, person = await post(north, "/users", PERSON, headers)
    await send(north, "PATCH", f"/users/{person['id']}", {"districts": ["north", "south"]}, headers)
    (change,) = await acts(north, "change person")
    assert (change["district_id"], change["detail"]["after"]["districts"]) == ("south", ["south"])


async def test_who_made_a_key_is_found_in_the_audit_log_through_other_keys(north: Dashboard) -> None:
    robin = await north.operator("robin@north.example")
    await north.sign_in("robin@north.example")
    headers = {"X-CSRF-Token": await north.pool.fetchval("SELECT csrf FROM session")}
    for name in ("one", "two"):
        _, key = await post(north, "/keys", {"name": name, "scopes": ["read", "administer"]}, headers)
        headers = {"Authorization": f"Bearer {key['key']}"}
    await north.key(name="three")
    await north.pool.execute("UPDATE api_key SET made_by = NULL")
    migration = files("dashboard_api").joinpath("sql/0090_who_made_keys.sql").read_text()
    begins = migration.index("WITH RECURSIVE")
    await north.pool.execute(migration[begins : migration.index(";", begins)])
    made = {row["name"]: row["made_by"] for row in await north.pool.fetch("SELECT name, made_by FROM api_key")}
    assert made == {"one": robin, "two": robin, "three": None}


async def test_what_the_audit_log_kept_of_people_before_is_taken_out(north: Dashboard) -> None:
    await south_too(north)
    person = {"name": "Robin", "role": "viewer", "districts": ["north", "south"], "schools": None}
    key = {"name": "Robin's", "scopes": ["read"], "districts": ["south", "north"], "schools": [str(school("1"))]}
    for action, detail in (("change person", {"before": None, "after": person}), ("create key", key)):
        await north.pool.execute(
            "INSERT INTO audit (district_id, actor, action, subject, detail) VALUES ('north', 'x', $1, 'x', $2)",
            action,
            detail,
        )
    await north.pool.execute(files("dashboard_api").joinpath("sql/0091_audit_by_ids.sql").read_text())
    (changed,), (made,) = await acts(north, "change person"), await acts(north, "create key")
    assert changed["detail"]["before"] is None
    assert "Robin" not in str(changed) + str(made)
    assert "south" not in str(changed) + str(made)
    assert made["detail"]["schools"] == [str(school("1"))]
