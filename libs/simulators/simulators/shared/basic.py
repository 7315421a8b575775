"""Credentials in a Basic header (RFC 7617)."""

import base64
import binascii


def basic_credentials(authorization: str) -> str:
    """Read `user:password` from the value of an Authorization header; blank if it is another kind or unreadable."""
    kind, _, encoded = authorization.partition(" ")
    if kind.casefold() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
