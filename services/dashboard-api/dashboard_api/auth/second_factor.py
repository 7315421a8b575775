"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Each code is good once: the time step of the last one is kept, and a recovery code goes with its use.
"""

import hmac
import secrets
from time import time
from uuid import UUID

import pyotp
import segno

from common.db import Connection
from dashboard_api.auth.tokens import hash_token
from dashboard_api.queries import second_factors

STEP = 30
"""Seconds that a code is shown."""
EARLIER_LATER = (-1, 0, 1)
"""Steps that the phone's clock may differ."""
RECOVERY_CODES = 10
ISSUER = "Rosterbus"


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """The `otpauth:` address that apps read from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(text: str) -> str:
    """A QR code as SVG, which holds no style of its own, so that the content policy lets it be."""
    return segno.make(text, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)


def new_recovery_codes() -> list[str]:
    """Codes to be written down: 50 random bits each, in two groups."""
    return [f"{_group()}-{_group()}" for _ in range(RECOVERY_CODES)]


def hash_recovery_code(operator_id: UUID, code: str) -> bytes:
    """As stored; bound to the person, and whatever the spelling."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hash_token(f"recovery {operator_id} {plain}")


async def accept(conn: Connection, operator_id: UUID, secret: str, last_step: int, code: str) -> bool:
    """Use up a code of the app, or a recovery code; False if it is wrong or was used before."""
    plain = code.replace(" ", "").strip()
    for step in _steps_of(secret, plain):
        return step > last_step and await second_factors.take_step(conn, operator_id, step)
    return await second_factors.take_recovery_code(conn, operator_id, hash_recovery_code(operator_id, plain))


def code_at(secret: str, step: int) -> str:
    """The code of a time step."""
    return pyotp.TOTP(secret).generate_otp(step)


def _steps_of(secret: str, code: str) -> list[int]:
    """The time steps about now that have this code; one at the most but for chance."""
    now = int(time()) // STEP
    return [now + by for by in EARLIER_LATER if hmac.compare_digest(code_at(secret, now + by).encode(), code.encode())]


def _group() -> str:
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(5))
