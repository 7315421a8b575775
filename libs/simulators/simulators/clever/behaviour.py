"""How the simulated Clever behaves when nothing goes wrong: what its documents leave open, and an app's settings."""

from typing import Literal

from msgspec import Struct

ROOT = "/v3.1"
"""The path below which the API is; links carry it too."""

FEED_DAYS = 30
"""Days for which Clever keeps events."""


class Behaviour(Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings that stay for the whole life of a simulator.

    - `default_limit`, `max_limit`: rows a page without `limit`, and the number above which one is refused with 413.
    - `per_minute`: requests per minute and token; 0 for no limit.
    - `events`: whether events are enabled for the app. If not, no new ones come (`quiet`), or asking for them is
      refused with 403 (`forbidden`), as `events_off` says.
    - `history`: the feed begins with the events by which the schools were shared; without it the feed is empty.
    - `previous`: where an updated event has its previous_attributes: within `data`, or beside it (`event`).
    - `contact_names`: a contact's whole name is in `name.last` (`last`), or divided as other people's (`parts`).
    - `gzip`: compress pages for clients that accept it.
    """

    default_limit: int = 100
    max_limit: int = 10_000
    per_minute: int = 1200
    events: bool = True
    events_off: Literal["quiet", "forbidden"] = "quiet"
    history: bool = True
    previous: Literal["data", "event"] = "data"
    contact_names: Literal["last", "parts"] = "last"
    gzip: bool = False
