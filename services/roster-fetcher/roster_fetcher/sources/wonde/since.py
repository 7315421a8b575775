"""From where changes are read. Pure."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from roster_fetcher.sources.protocol import ChangesRefusedError

OVERLAP = timedelta(days=1)
"""Changes are asked for from this much before the last reading: Wonde does not say of which zone `updated_after` is."""


class Since(Struct):
    """A cursor: when the last reading began, and which parts the source refused then."""

    moment: datetime
    refused: list[str]

    def value(self) -> str:
        """The cursor's value."""
        return msgspec.json.encode(self).decode()

    def updated_after(self) -> str:
        """From when on changes are asked for."""
        return f"{self.moment - OVERLAP:%Y-%m-%d %H:%M:%S}"


def read_since(value: str) -> Since:
    """A cursor's value. Raises `ChangesRefusedError` for one that cannot be read."""
    try:
        return msgspec.json.decode(value, type=Since)
    except msgspec.MsgspecError:
        raise ChangesRefusedError("It is not known when the school was read last.") from None
