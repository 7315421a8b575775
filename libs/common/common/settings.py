"""Settings that all services share, read from `ROSTERBUS_…` environment variables when a service starts."""

from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from common.reach import METADATA


class CommonSettings(BaseSettings):
    """What every service needs. A service's own `Settings` adds its fields and its README lists them all."""

    model_config = SettingsConfigDict(env_prefix="ROSTERBUS_", frozen=True)

    database_url: SecretStr = Field(description="PostgreSQL, as postgresql://user:password@host:port/database")
    amqp_url: SecretStr = Field(description="RabbitMQ, as amqp://user:password@host:port/vhost")
    pools: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("shared",), description="Pools that this worker serves, separated by commas"
    )
    http_host: str = Field(
        default="127.0.0.1", description="Address for health, metrics and, where there are any, pages"
    )
    http_port: int = Field(default=8080, description="Port for the same")
    prefetch: int = Field(default=10, ge=1, description="Messages in work at once")
    handler_seconds: float = Field(
        default=1500,
        description="Seconds that one event may take; below RabbitMQ's consumer timeout of 30 minutes",
    )
    shutdown_seconds: float = Field(default=20, description="Seconds for running work to end when told to stop")
    database_connections: int = Field(default=10, ge=2, description="Connections to PostgreSQL at the most")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged")
    log_format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people")

    @field_validator("pools", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(p.strip() for p in value.split(",") if p.strip()) if isinstance(value, str) else value


class SecretSettings(CommonSettings):
    """For services that open or seal the secrets of sources and targets."""

    secret_key: SecretStr = Field(description="Key for secrets at rest: 32 bytes in URL-safe base64 (Fernet)")


class WorkerSettings(SecretSettings):
    """For services that open the addresses that districts declare."""

    refused_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=METADATA,
        validate_default=True,
        description="Networks in which no source and no Moodle is opened, separated by commas; with districts of "
        "others add your own, such as 10.0.0.0/8",
    )

    @field_validator("refused_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return cls._split(value)
