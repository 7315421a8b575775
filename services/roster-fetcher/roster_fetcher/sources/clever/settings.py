"""The settings and secrets of a Clever source."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from roster_fetcher.sources.checked_settings import ServerSettings, WebAddress


class CleverSettings(ServerSettings):
    """What a connection needs: the district's token, or the app's id and secret, by which it is found.

    Clever allows 1200 requests a minute for each district's token.
    """

    district_id: str = Field(min_length=1)
    base_url: WebAddress = "https://api.clever.com/v3.1"
    token_base_url: WebAddress = "https://clever.com"  # noqa: S105 - an address
    families: bool = False
    page_size: int = Field(default=1000, ge=1, le=10_000)
    requests_per_minute: int | None = Field(default=1200, ge=1)
    client_id: SecretStr = SecretStr("")
    client_secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")

    @property
    def can_find_token(self) -> bool:
        """Whether the app's id and secret are known."""
        return bool(self.client_id.get_secret_value() and self.client_secret.get_secret_value())

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if not self.can_find_token and not self.token.get_secret_value():
            raise ValueError("needs secrets: client_id and client_secret of the app, or the district's token, or both")
        return self
