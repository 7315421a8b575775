"""Settings come from ROSTERBUS_ variables, are checked when a service starts, and never show a secret."""

import pytest
from pydantic import ValidationError

from common.settings import CommonSettings, SecretSettings

URLS = {
    "ROSTERBUS_DATABASE_URL": "postgresql://somebody:hidden@localhost/rosterbus",
    "ROSTERBUS_AMQP_URL": "amqp://somebody:hidden@localhost/",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CommonSettings.model_fields:
        monkeypatch.delenv(f"ROSTERBUS_{name.upper()}", raising=False)
    for name, value in URLS.items():
        monkeypatch.setenv(name, value)


def test_two_addresses_are_all_that_must_be_given() -> None:
    settings = CommonSettings()
    assert settings.database_url.get_secret_value() == URLS["ROSTERBUS_DATABASE_URL"]
    assert settings.pools == ("shared",)
    assert settings.handler_seconds < 30 * 60


def test_a_missing_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROSTERBUS_AMQP_URL")
    with pytest.raises(ValidationError, match="amqp_url"):
        CommonSettings()


@pytest.mark.parametrize(("text", "pools"), [("north", ("north",)), ("north, south,", ("north", "south"))])
def test_pools_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch, text: str, pools: tuple[str, ...]) -> None:
    monkeypatch.setenv("ROSTERBUS_POOLS", text)
    assert CommonSettings().pools == pools


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREFETCH", "0"),
        ("DATABASE_CONNECTIONS", "1"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("HTTP_PORT", "x"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ROSTERBUS_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        CommonSettings()


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(CommonSettings(), "prefetch", 3)  # noqa: B010 - mypy knows it, too


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSTERBUS_SECRET_KEY", "hidden")
    assert "hidden" not in f"{SecretSettings()} {SecretSettings()!r} {SecretSettings().model_dump_json()}"


@pytest.mark.parametrize("settings", [CommonSettings, SecretSettings])
def test_every_setting_says_what_it_means(settings: type[CommonSettings]) -> None:
    assert [name for name, field in settings.model_fields.items() if not field.description] == []
