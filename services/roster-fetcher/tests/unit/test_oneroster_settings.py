"""Settings of OneRoster and ClassLink sources, and what is said of those that cannot be used."""

from typing import Any

import pytest

from roster_fetcher.patience import Patience
from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.classlink.settings import Direct, Proxied, settings_of
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.schools import listed_schools, school_of
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.protocol import Opening, SourceTrouble

KEYS = {"client_id": "id", "client_secret": "secret"}
SERVICE = {"version": "1.1", "base_url": "https://sis.example/ims/oneroster/v1p1"}
DIRECT = {"mode": "direct", "endpoint_url": "https://north.example"}
PROXY = {"mode": "proxy", "application_id": "bm9ydGg%3D"}


def opening(settings: dict[str, Any], secrets: dict[str, str]) -> Opening:
    return Opening(settings, secrets, Patience())


def oneroster(**settings: Any) -> OneRosterSettings:
    return checked(OneRosterSettings, opening(SERVICE | settings, KEYS))


def complaint(settings: dict[str, Any], secrets: dict[str, str]) -> str:
    with pytest.raises(SourceTrouble) as trouble:
        settings_of(opening(settings, secrets))
    assert trouble.value.code == "SETTINGS_INVALID"
    return str(trouble.value)


def test_signed_requests_need_no_address_of_tokens() -> None:
    settings = oneroster(auth="oauth1")
    assert (settings.signature_method, settings.parallel, settings.school_types) == ("HMAC-SHA256", 1, ("school",))


@pytest.mark.parametrize("token_url", [{}, {"token_url": ""}])
def test_tokens_need_an_address(token_url: dict[str, str]) -> None:
    with pytest.raises(SourceTrouble, match="setting token_url is missing"):
        oneroster(**token_url)


@pytest.mark.parametrize(
    ("name", "value"), [("parallel", 9), ("parallel", 0), ("signature_method", "MD5"), ("school_types", ["shop"])]
)
def test_settings_out_of_range_are_named(name: str, value: object) -> None:
    with pytest.raises(SourceTrouble, match=f"setting {name}"):
        oneroster(auth="oauth1", **{name: value})


@pytest.mark.parametrize("end", ["", "/", "/ims/oneroster/v1p1", "/ims/oneroster/v1p1/"])
def test_the_roster_servers_address_may_be_given_with_its_path_or_without(end: str) -> None:
    settings = settings_of(opening(DIRECT | {"endpoint_url": f"https://north.example{end}"}, KEYS))
    assert isinstance(settings, Direct)
    assert settings.service_url == "https://north.example/ims/oneroster/v1p1"


def test_the_application_id_stands_in_the_address_as_it_is() -> None:
    settings = settings_of(opening(PROXY, {"token": "t"}))
    assert isinstance(settings, Proxied)
    assert settings.service_url == "https://oneroster-proxy.classlink.io/bm9ydGg%3D/ims/oneroster/v1p1"


def test_an_application_id_that_was_encoded_again_is_recognised() -> None:
    assert "encoded twice" in complaint(PROXY | {"application_id": "bm9ydGg%253D"}, {"token": "t"})
    assert "just as the console shows it" in complaint(PROXY | {"application_id": "north/1"}, {"token": "t"})


@pytest.mark.parametrize("settings", [{}, {"mode": "both"}])
def test_the_mode_must_be_one_of_the_two(settings: dict[str, str]) -> None:
    assert complaint(settings, KEYS).startswith("The source's setting mode ")


def test_each_mode_has_secrets_of_its_own() -> None:
    assert "setting client_secret is missing" in complaint(DIRECT, {"client_id": "id"})
    assert "setting token is missing" in complaint(PROXY, KEYS)


ORGS = [
    wire.Org("o-1", "active", "Hill", "school"),
    wire.Org("o-2", "active", "Lake", "Department"),
    wire.Org("o-3", "active", "Maths", "department"),
    wire.Org("o-4", "tobedeleted", "Gone", "school"),
    wire.Org("d-1", "active", "North", "district"),
]


def test_departments_that_classes_name_are_schools_where_it_is_set() -> None:
    classes = [wire.Class("k-1", school_sourced_id="o-2"), wire.Class("k-2", "tobedeleted", school_sourced_id="o-3")]
    taught_at = {school_of(row) for row in classes}
    assert [school.source_school_id for school in listed_schools(ORGS)] == ["o-1"]
    both = listed_schools(ORGS, ("school", "department"), taught_at)
    assert [school.source_school_id for school in both] == ["o-1", "o-2"]
