"""Settings of dashboard-api."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from common.settings import SecretSettings


class Settings(SecretSettings):
    """What every service with secrets needs, and how people reach the pages."""

    database_connections: int = Field(
        default=10,
        ge=4,
        description="Connections to PostgreSQL at the most; one listens, one may lead. Requests have as many again",
    )
    dashboard_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Address at which people reach the dashboard; https makes its cookie secure",
    )
    session_hours: float = Field(default=12, gt=0, description="Hours after which a person signs in again")
    session_idle_minutes: float = Field(
        default=120, gt=0, description="Minutes without a request after which a person signs in again"
    )

    oidc_issuer: str = Field(
        default="", description="Address of an OpenID Connect provider with which people may sign in; empty: none"
    )
    oidc_client_id: str = Field(default="", description="This dashboard's name at the provider")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret there")
    rabbitmq_management_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ's management API, as http://user:password@host:15672; rates of queues come from there",
    )

    @field_validator("dashboard_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may only travel encrypted."""
        return self.dashboard_url.startswith("https:")
