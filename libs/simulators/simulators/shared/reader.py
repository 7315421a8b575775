"""What the plainest clients of simulators have in common: an answer that was read to its end."""

from typing import Any

import msgspec
from msgspec import Struct


class Answer(Struct):
    """Its status, its headers and its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Decode the body; msgspec.DecodeError if it is no JSON."""
        return msgspec.json.decode(self.body)
