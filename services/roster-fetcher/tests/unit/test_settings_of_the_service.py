"""Settings that do not go together are refused when the service starts."""

import pytest
from pydantic import SecretStr, ValidationError

from roster_fetcher.settings import Settings

from ..support.north import KEY


def settings(prefetch: int, connections: int) -> Settings:
    url = SecretStr("postgresql://none")
    return Settings(database_url=url, amqp_url=url, secret_key=KEY, prefetch=prefetch, database_connections=connections)


def test_fetches_must_not_wait_for_each_others_connections() -> None:
    with pytest.raises(ValidationError, match="ROSTERBUS_DATABASE_CONNECTIONS must be at least 12"):
        settings(prefetch=5, connections=11)


def test_the_defaults_go_together() -> None:
    assert settings(prefetch=4, connections=10).patience.budget == 90
