"""What is kept of a district and its events, so that a simulator started again goes on where it was."""

from typing import Any

from msgspec import field

from simulators.clever.feed import Happening
from simulators.clever.sharing import Sharing
from simulators.shared.keep import Kept


class KeptDistrict(Kept):
    """All that a simulator knows.

    `records` are the SIS's, by collection; `generation` counts the tokens given out before.
    """

    records: dict[str, list[dict[str, Any]]]
    sharing: Sharing = field(default_factory=Sharing)
    events: list[Happening] = field(default_factory=list)
    generation: int = 0
    version: int = 0
    events_on: bool = True
