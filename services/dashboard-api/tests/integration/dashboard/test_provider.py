"""Signing in at an OpenID Connect provider that behaves, and at one that does not."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from dashboard_api.context import Context
from simulators.oidc import OidcSimulator, Person

from .asking import get
from .surroundings import Dashboard

EMAIL = "robin@north.example"


@pytest.fixture
async def provider() -> AsyncIterator[OidcSimulator]:
    async with OidcSimulator() as running:
        yield running


@pytest.fixture
def context(context: Context, provider: OidcSimulator) -> Context:
    own = context.settings.model_copy(update={
        "oidc_issuer": provider.issuer,
        "oidc_client_id": provider.client_id,
        "oidc_client_secret": SecretStr(provider.client_secret),
    })  # fmt: skip
    return replace(context, settings=own)


async def depart(north: Dashboard) -> str:
    """The way to the provider and back; the address that it sends the browser to, at this dashboard."""
    async with north.http.get("/sign-in/provider?next=/schools%3Fdistrict%3Dnorth", allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        away = answer.headers["Location"]
    async with north.http.get(away, allow_redirects=False) as answer:
        return answer.headers["Location"].removeprefix(north.context.settings.dashboard_url)


async def arrive(north: Dashboard, address: str) -> tuple[int, str]:
    """Status, and where it leads or what the page says."""
    async with north.http.get(address, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def test_who_has_an_account_comes_in_by_a_verified_address_and_then_by_the_providers_name(
    north: Dashboard, provider: OidcSimulator
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    async with north.http.get("/sign-in") as answer:
        assert "/sign-in/provider" in await answer.text()
    assert await arrive(north, await depart(north)) == (303, "/schools?district=north")
    assert (await get(north, "/me"))[1]["email"] == EMAIL
    north.http.cookie_jar.clear()
    provider.person.email = "another@north.example"
    assert (await arrive(north, await depart(north)))[0] == 303
    assert (await get(north, "/me"))[1]["email"] == EMAIL


@pytest.mark.parametrize("person", [
    Person(verified=False), Person(email="stranger@north.example"), Person(email=""),
])  # fmt: skip
async def test_who_has_no_account_that_fits_stays_outside(
    north: Dashboard, provider: OidcSimulator, person: Person
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    provider.person = person
    status, page = await arrive(north, await depart(north))
    assert (status, "You have no account here that fits" in page) == (403, True)
    assert (await get(north, "/me"))[0] == 401


async def test_another_name_at_the_provider_does_not_take_over_an_account(
    north: Dashboard, provider: OidcSimulator
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    await arrive(north, await depart(north))
    north.http.cookie_jar.clear()
    provider.person = Person(subject="person-2")
    assert (await arrive(north, await depart(north)))[0] == 403


async def test_a_disabled_account_stays_outside(north: Dashboard) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    await north.pool.execute("UPDATE operator SET disabled_at = now()")
    assert (await arrive(north, await depart(north)))[0] == 403


@pytest.mark.parametrize("mishap", [
    "wrong_nonce", "no_nonce", "expired", "wrong_issuer", "wrong_audience", "wrong_signature", "unsigned",
    "no_id_token", "other_issuer_discovered",
])  # fmt: skip
async def test_what_the_provider_cannot_prove_is_not_believed(
    north: Dashboard, provider: OidcSimulator, mishap: str
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    back = await depart(north)
    provider.mishaps.set(**{mishap: True})
    status, page = await arrive(north, back)
    assert (status, "could not prove who you are" in page) == (401, True)
    assert (await get(north, "/me"))[0] == 401


async def test_a_code_is_good_once_and_only_for_who_began(north: Dashboard) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    back = await depart(north)
    stolen = back.replace("state=", "state=x")
    assert (await arrive(north, stolen))[0] == 401
    assert (await arrive(north, back))[0] == 303
    assert (await arrive(north, back))[0] == 401
    back = await depart(north)
    north.http.cookie_jar.clear()
    assert (await arrive(north, back))[0] == 401


async def test_a_provider_that_is_away_is_said_to_be(north: Dashboard, provider: OidcSimulator) -> None:
    provider.mishaps.set(away=True)
    async with north.http.get("/sign-in/provider", allow_redirects=False) as answer:
        assert (answer.status, "does not answer" in await answer.text()) == (502, True)


async def test_whoever_refused_at_the_provider_is_back_at_the_form(north: Dashboard) -> None:
    back = await depart(north)
    status, page = await arrive(north, back.partition("code=")[0] + "error=access_denied")
    assert (status, "Sign in" in page) == (401, True)
