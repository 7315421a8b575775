"""One's own account on a page: about oneself, password, second factor and sessions."""

import re
from time import time

from dashboard_api.auth.second_factor import STEP, code_at

from .surroundings import PASSWORD, Dashboard
from .visiting import EMAIL, page, send, signed_in


async def test_name_language_and_time_zone_are_ones_own(north: Dashboard) -> None:
    await signed_in(north)
    assert EMAIL in await page(north, "/account")
    status, text = await send(north, "/account", name="Anna <Rossi>", locale="en", timezone="Mars/Base")
    assert status == 422 and "There is no such time zone." in text and "Anna &lt;Rossi&gt;" in text
    assert (await send(north, "/account", name="Anna <Rossi>", locale="fr", timezone="Europe/Paris"))[0] == 303
    kept = await north.row("SELECT name, locale, timezone FROM operator")
    assert kept == {"name": "Anna <Rossi>", "locale": "fr", "timezone": "Europe/Paris"}


async def test_another_password_takes_the_present_one_and_ends_other_sessions(north: Dashboard) -> None:
    await signed_in(north)
    status, text = await send(north, "/account/password", current="wrong", new="a much longer one")
    assert status == 422 and "This is not your present password." in text and "a much longer one" not in text
    status, text = await send(north, "/account/password", current=PASSWORD, new="short")
    assert status == 422 and "Choose at least 10 characters." in text
    assert (await send(north, "/account/password", current=PASSWORD, new="a much longer one"))[0] == 303


async def test_a_second_factor_is_scanned_confirmed_and_taken_away(north: Dashboard) -> None:
    await signed_in(north)
    assert (await send(north, "/account/second-factor"))[0] == 303
    text = await page(north, "/account")
    found = re.search(r'class="once">([A-Z2-7]{32})<', text)
    assert found and "<svg" in text
    status, text = await send(north, "/account/second-factor/confirm", code="000000")
    assert status == 422 and "This code is wrong" in text and found[1] in text
    status, text = await send(north, "/account/second-factor/confirm", code=code_at(found[1], int(time()) // STEP))
    assert status == 201 and len(re.findall(r"<li>\w{5}-\w{5}</li>", text)) == 10
    text = await page(north, "/account")
    assert "10 recovery codes are left." in text and found[1] not in text
    assert (await send(north, "/account/second-factor/remove", password="wrong"))[0] == 422
    assert (await send(north, "/account/second-factor/remove", password=PASSWORD))[0] == 303
    assert "Set up an authenticator app" in await page(north, "/account")


async def test_other_sessions_are_ended(north: Dashboard) -> None:
    await signed_in(north)
    await north.sign_in(EMAIL)
    assert "End all others" in await page(north, "/account")
    assert (await send(north, "/account/sessions/end"))[0] == 303
    assert (await north.row("SELECT count(*) AS n FROM session"))["n"] == 1
