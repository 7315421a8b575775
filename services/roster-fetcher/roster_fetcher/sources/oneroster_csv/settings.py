"""The settings and secrets of a OneRoster CSV source."""

from pathlib import Path
from typing import Annotated

import asyncssh
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.protocol import Opening, SourceTrouble

PLACES = ("path", "folder", "sftp")
PROOFS = ("password", "private_key")


def _public_key(value: str) -> str:
    try:
        asyncssh.import_public_key(value)
    except (asyncssh.KeyImportError, ValueError):
        words = "must be the server's public key in one line, such as ssh-ed25519 AAAA…; ask whoever runs the server"
        raise ValueError(words) from None
    return value


def _private_key(value: SecretStr) -> SecretStr:
    try:
        asyncssh.import_private_key(value.get_secret_value())
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        words = "must be a private key in OpenSSH or PEM form, whole, with its line ends and without a passphrase"
        raise ValueError(words) from None
    return value


class SftpSettings(BaseModel):
    """A folder on an SFTP server. `host_key` is how the server is known; there is no way to do without."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65_535)
    username: str = Field(min_length=1)
    folder: str = Field(min_length=1)
    host_key: Annotated[str, AfterValidator(_public_key)]


class OneRosterCsvSettings(BaseModel):
    """Where packages are: one by its `path`, or all that are put into a `folder`, here or on an SFTP server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = None
    folder: Path | None = None
    sftp: SftpSettings | None = None
    password: SecretStr | None = Field(default=None, min_length=1)
    private_key: Annotated[SecretStr, AfterValidator(_private_key)] | None = None


def read_settings(opening: Opening) -> OneRosterCsvSettings:
    """The settings and secrets, which agree with each other. Raises `SourceTrouble` SETTINGS_INVALID."""
    settings = checked(OneRosterCsvSettings, opening)
    places = [name for name in PLACES if getattr(settings, name) is not None]
    if len(places) != 1:
        raise _invalid(f"The source needs exactly one of the settings path, folder and sftp; it has {_listed(places)}.")
    proofs = [name for name in PROOFS if getattr(settings, name) is not None]
    if settings.sftp and len(proofs) != 1:
        words = "The source's setting sftp needs exactly one of the secrets password and private_key"
        raise _invalid(f"{words}; it has {_listed(proofs)}.")
    if proofs and not settings.sftp:
        raise _invalid(f"The source's secret {proofs[0]} goes with the setting sftp only; take it out.")
    return settings


def _listed(names: list[str]) -> str:
    return " and ".join(names) or "none"


def _invalid(message: str) -> SourceTrouble:
    return SourceTrouble("SETTINGS_INVALID", message)
