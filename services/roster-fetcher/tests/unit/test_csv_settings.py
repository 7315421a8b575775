"""The settings of a CSV source: each that is wrong gives one sentence that names it."""

from typing import Any

import asyncssh
import pytest

from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster_csv.settings import read_settings
from roster_fetcher.sources.protocol import Opening, SourceTrouble

KEY = asyncssh.generate_private_key("ssh-ed25519")
HOST_KEY = KEY.export_public_key().decode().strip()
PRIVATE_KEY = KEY.export_private_key().decode()
LOCKED_KEY = KEY.export_private_key("pkcs8-pem", "open sesame").decode()
SFTP = {"host": "sftp.example", "username": "north", "folder": "/out", "host_key": HOST_KEY}
PASSWORD = {"password": "x"}


@pytest.mark.parametrize(
    ("settings", "secrets"),
    [
        ({"path": "/p.zip"}, {}),
        ({"folder": "/drop"}, {}),
        ({"sftp": SFTP}, PASSWORD),
        ({"sftp": SFTP | {"port": 2222}}, {"private_key": PRIVATE_KEY}),
    ],
)
def test_one_place_and_one_proof_are_enough(settings: dict[str, Any], secrets: dict[str, str]) -> None:
    assert read_settings(Opening(settings, secrets, Patience()))


def test_the_port_of_an_sftp_server_is_the_usual_one() -> None:
    sftp = read_settings(Opening({"sftp": SFTP}, PASSWORD, Patience())).sftp
    assert sftp is not None
    assert sftp.port == 22


@pytest.mark.parametrize(
    ("settings", "secrets", "says"),
    [
        ({}, {}, "exactly one of the settings path, folder and sftp; it has none"),
        ({"path": "/p.zip", "folder": "/drop"}, {}, "it has path and folder"),
        ({"folder": "/drop", "sftp": SFTP}, PASSWORD, "it has folder and sftp"),
        ({"pth": "/p.zip"}, {}, "setting pth is not known"),
        ({"sftp": SFTP}, {}, "exactly one of the secrets password and private_key; it has none"),
        ({"sftp": SFTP}, PASSWORD | {"private_key": PRIVATE_KEY}, "it has password and private_key"),
        ({"folder": "/drop"}, PASSWORD, "secret password goes with the setting sftp only"),
        ({"sftp": {**SFTP, "host_key": "unverified"}}, PASSWORD, "sftp.host_key must be the server's public key"),
        ({"sftp": {k: v for k, v in SFTP.items() if k != "host_key"}}, PASSWORD, "sftp.host_key is missing"),
        ({"sftp": SFTP | {"port": 0}}, PASSWORD, "setting sftp.port cannot be used"),
        ({"sftp": SFTP | {"user": "x"}}, PASSWORD, "setting sftp.user is not known"),
        ({"sftp": SFTP}, {"private_key": "-----BEGIN"}, "private_key must be a private key"),
        ({"sftp": SFTP}, {"private_key": LOCKED_KEY}, "without a passphrase"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(settings: dict[str, Any], secrets: dict[str, str], says: str) -> None:
    with pytest.raises(SourceTrouble) as trouble:
        read_settings(Opening(settings, secrets, Patience()))
    assert trouble.value.code == "SETTINGS_INVALID"
    assert says in str(trouble.value)
    assert str(trouble.value).count("The source") == 1


def test_secrets_are_not_repeated() -> None:
    with pytest.raises(SourceTrouble) as trouble:
        read_settings(Opening({"sftp": SFTP}, {"private_key": "hunter2"}, Patience()))
    assert "hunter2" not in str(trouble.value)
