"""`rosterbus users`, `keys` and `me`, as operators run them."""

from pathlib import Path
from urllib.parse import urlsplit

from .asking import south_too
from .surroundings import PASSWORD, Dashboard, school
from .test_command_line import Ended, rosterbus

ANNA = "anna@north.example"


async def test_a_person_is_let_in_looked_at_and_given_other_rights(north: Dashboard) -> None:
    key = await north.key(name="cli")

    async def users(*arguments: str) -> Ended:
        ended = await rosterbus(north, "users", *arguments, key=key)
        assert (ended.code, ended.err) == (0, ""), arguments
        return ended

    rights = ("--role", "district_admin", "--district", "north")
    made = await users("create", "Anna@North.example", "--name", "Anna", *rights, "--locale", "nl")
    sentence, link = made.out.splitlines()[0], made.out.splitlines()[-1]
    assert sentence == f"{ANNA} has an account."
    async with north.http.get(urlsplit(link).path) as invited:
        assert invited.status == 200
    shown = (await users("show", ANNA)).out
    assert "district_admin" in shown and "north" in shown and "nl" in shown
    assert (await users("change", ANNA, "--name", "Anna de Wit")).out == f"{ANNA} has changed.\n"

    after = (await users("change", ANNA, "--role", "viewer", "--json")).json()
    assert (after["name"], after["role"], after["districts"]) == ("Anna de Wit", "viewer", ["north"])
    after = (await users("change", ANNA, "--role", "school_admin", "--school", "Ashgrove", "--json")).json()
    assert (after["districts"], after["schools"]) == (["north"], [str(school("1"))])
    after = (await users("change", ANNA, "--school", "Beech", "--locale", "none", "--json")).json()
    assert (after["schools"], after["locale"]) == ([str(school("2"))], None)
    after = (await users("change", ANNA, "--role", "operator", "--json")).json()
    assert (after["role"], after["districts"], after["schools"]) == ("operator", None, None)

    assert [one["email"] for one in (await users("list", "--json")).json()] == [ANNA]
    assert "Anna de Wit" in (await users("list")).out
    assert (await users("list", "--csv")).out.splitlines()[0].startswith("id,email,name,role")


async def test_a_person_is_kept_out_let_in_again_and_loses_ways_in(north: Dashboard) -> None:
    key = await north.key()
    await north.operator(ANNA, "viewer", ["north"])

    async def users(*arguments: str) -> str:
        ended = await rosterbus(north, "users", *arguments, key=key)
        assert (ended.code, ended.err) == (0, ""), arguments
        return ended.out

    async def is_in() -> bool:
        async with north.http.get("/schools", allow_redirects=False) as answer:
            return answer.status == 200

    await north.sign_in(ANNA)
    assert await users("disable", ANNA) == f"{ANNA} can sign in no more.\n"
    assert not await is_in()
    assert "(disabled)" in await users("show", ANNA)
    assert await users("enable", ANNA) == f"{ANNA} can sign in again.\n"
    await north.sign_in(ANNA)
    assert await is_in()
    assert await users("sign-out", ANNA) == f"{ANNA} is signed out everywhere.\n"
    assert not await is_in()
    await north.pool.execute("UPDATE operator SET totp_secret = 'x', totp_confirmed_at = now()")
    assert await users("remove-second-factor", ANNA) == f"{ANNA} has no second factor any more.\n"
    assert "/invitation/" in await users("reset-password", ANNA)
    await north.sign_in(ANNA)  # the password that there is works until another is chosen


async def test_a_first_password_comes_from_a_file(north: Dashboard, tmp_path: Path) -> None:
    file, key = tmp_path / "password", await north.key()
    file.write_text(f"{PASSWORD}\n")
    rights = ("--name", "Anna", "--role", "viewer", "--district", "north", "--password-file")
    made = await rosterbus(north, "users", "create", ANNA, *rights, str(file), "--json", key=key)
    assert (made.code, made.json()["invitation"], PASSWORD in made.out) == (0, None, False)
    await north.sign_in(ANNA)
    file.write_bytes(b"\xff\xfe")
    for path, sentence in ((file, "UTF-8"), (tmp_path / "nowhere", "does not exist")):
        ended = await rosterbus(north, "users", "create", "ben@north.example", *rights, str(path), key=key)
        assert (ended.code, sentence in ended.err, "Traceback" in ended.err) == (2, True, False), path


async def test_what_is_wrong_with_people_and_keys_is_told_with_its_exit_code(north: Dashboard) -> None:
    await south_too(north)
    await north.operator(ANNA)
    whole, own = await north.key(name="whole"), await north.key(districts=["north"])
    reading = await north.key(scopes=["read"])
    ben = ("users", "create", "ben@north.example", "--name", "Ben")
    asked: list[tuple[str, str, int, str]] = [
        (whole, "users show nobody@north.example", 2, "Nobody that you may administer has the address nobody@"),
        (whole, f"users change {ANNA}", 2, "Say what to change."),
        (whole, f"users create {ANNA} --name Ann --role operator", 6, "Somebody has an account with this e-mail"),
        (whole, " ".join((*ben, "--role viewer")), 2, "name districts for other roles"),
        (whole, " ".join((*ben, "--role king")), 2, "king"),
        (whole, f"users disable {ANNA}", 6, "This is the last platform operator."),
        (own, " ".join((*ben, "--role viewer --district south")), 4, "Nobody gives more than they have"),
        (own, "users list --district south", 5, "There is no such district"),
        (reading, "users list", 4, "may not do this: administer"),
        (reading, "keys create more --scope order", 4, "may not do this: administer"),
        (own, "keys create more --scope read", 4, "Nobody gives more than they have"),
        (own, "keys revoke whole", 2, "No key that you may administer is called whole."),
        (whole, "keys create whole --scope read", 6, "Another key has, or had, this name."),
        (whole, "keys create more --scope write", 2, "scopes"),
        (whole, "keys create more --scope read --expires-days 0", 2, "expires-days"),
        (whole, "keys create more --scope declare --district north --school Ashgrove", 2, "cannot declare"),
    ]
    for key, line, code, sentence in asked:
        ended = await rosterbus(north, *line.split(), key=key)
        assert (ended.code, sentence in ended.err) == (code, True), (line, ended)
        assert "Traceback" not in ended.err


async def test_a_key_is_made_says_what_it_may_and_works_until_it_is_revoked(north: Dashboard) -> None:
    key = await north.key(name="cli")
    made = await rosterbus(
        north, "keys", "create", "box", *("--scope", "read", "--scope", "order", "--district", "north"),
        "--school", "Ashgrove", "--expires-days", "90", key=key,
    )  # fmt: skip
    assert (made.code, made.err, made.out.startswith("rb_")) == (0, "", True)
    new = made.out.strip()
    told = await rosterbus(north, "me", key=new)
    assert told.code == 0
    for fact in ("box", "order, read", "north", "Ashgrove Primary"):
        assert fact in told.out
    assert (await rosterbus(north, "me", "--json", key=key)).json()["districts"] is None
    schools = (await rosterbus(north, "schools", "--json", key=new)).json()
    assert [one["name"] for one in schools] == ["Ashgrove Primary"]

    shown = await rosterbus(north, "keys", "show", "box", key=key)
    listed = await rosterbus(north, "keys", "list", "--district", "north", key=key)
    for out in (shown.out, listed.out):
        assert "read, order" in out and new not in out
    as_csv = await rosterbus(north, "keys", "list", "--csv", "--separator", "semicolon", key=key)
    assert as_csv.out.splitlines()[0].startswith("id;name;scopes")

    revoked = await rosterbus(north, "keys", "revoke", "box", key=key)
    assert (revoked.code, revoked.out) == (0, "The key box works no more.\n")
    assert "ended" in (await rosterbus(north, "keys", "show", "box", key=key)).out
    assert (await rosterbus(north, "me", key=new)).code == 4
