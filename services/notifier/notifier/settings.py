"""Settings of the notifier."""

from typing import Literal

from pydantic import Field, SecretStr

from common.settings import CommonSettings


class Settings(CommonSettings):
    """What every service needs, and how mail leaves the house."""

    dashboard_url: str = Field(
        default="http://127.0.0.1:8080", description="Public address of the dashboard, for links"
    )
    smtp_host: str = Field(default="127.0.0.1", description="Mail server")
    smtp_port: int = Field(default=25, description="Its port")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(default="none", description="none, starttls or tls")
    smtp_username: str = Field(default="", description="Account at the mail server; empty for none")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Its password")
    smtp_from: str = Field(default="rosterbus@localhost", description="Sender of notices")
    smtp_seconds: float = Field(default=30, gt=0, description="Seconds to wait for the mail server")
