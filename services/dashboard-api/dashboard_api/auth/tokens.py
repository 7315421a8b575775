"""Random tokens, of which only hashes are kept: they are too long to be guessed, so a fast hash is enough."""

import hashlib
import secrets

KEY_PREFIX = "rb_"


def new_token() -> str:
    """256 random bits, for a cookie or a form."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """An API key; the prefix lets secret scanners and people recognise it."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """SHA-256, as stored."""
    return hashlib.sha256(token.encode()).digest()
