"""Addresses within the dashboard."""

from collections.abc import Mapping
from urllib.parse import urlencode

HOME = "/schools"


def own_address(address: str) -> str:
    """The address if it is a path of ours: `//other.example` leads away, in whatever spelling."""
    plain = address.isprintable() and "\\" not in address  # browsers drop tabs and turn backslashes
    return address if plain and address.startswith("/") and not address.startswith("//") else HOME


def with_query(path: str, values: Mapping[str, object]) -> str:
    """The path with those values that are not empty."""
    filled = {name: value for name, value in values.items() if value not in (None, "")}
    return f"{path}?{urlencode(filled)}" if filled else path
