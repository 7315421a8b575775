"""Secrets at rest: sealed by dashboard-api, opened by the workers that need them (Fernet, key from the environment)."""

import json

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from common.errors import Permanent


class SecretBox:
    """Seals and opens small dictionaries of secrets, such as `{"client_secret": …}`."""

    def __init__(self, key: SecretStr) -> None:
        try:
            self._fernet = Fernet(key.get_secret_value().encode())
        except ValueError:
            raise SystemExit(
                "ROSTERBUS_SECRET_KEY must be 32 bytes in URL-safe base64. Make one with: "
                "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            ) from None

    def seal(self, secrets: dict[str, str]) -> bytes:
        """Encrypt; the result differs each time."""
        return self._fernet.encrypt(json.dumps(secrets).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """Decrypt. Raises `Permanent` when the key is not the one that sealed it."""
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Permanent(
                "The stored secrets cannot be opened with this ROSTERBUS_SECRET_KEY. "
                "Give all services the key that sealed them, or declare the district again.",
                code="AUTH_INVALID",
            ) from None
        return opened
