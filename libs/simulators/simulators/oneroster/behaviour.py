"""How a simulated server behaves when nothing goes wrong: the liberties that real servers take."""

from typing import Any, Literal, Self

import msgspec
from msgspec import Struct

Version = Literal["1.1", "1.2"]
Removal = Literal["vanish", "tobedeleted"]
Auth = Literal["oauth2", "oauth1"]
Wording = Literal["standard", "flat", "bare"]

ROOTS: dict[Version, str] = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
"""The standard path below which each version's endpoints are."""


class Behaviour(Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings that stay for the whole life of a simulator.

    What is asked and answered:

    - `auth`: tokens of OAuth 2.0 client credentials, or requests signed by OAuth 1.0a without a token.
    - `default_limit`, `max_limit`: rows a page without `limit`, and the number to which a larger one is silently cut.
    - `per_school`: whether `/schools/{id}/…` exists; if not it answers 404.
    - `total_count`, `links`: whether pages carry X-Total-Count and Link.
    - `default_order`: what an unsorted request gets: `loaded` order or the `descending` order of ids. A sorted one is
      descending too, then, unless it says otherwise.
    - `order_parameter`: the one spelling of `orderBy` that is honoured; blank for any.
    - `filters`: whether `filter` is honoured, ignored, or refused (400, or 500 where errors are `bare`).
    - `ascii_urls`: 400 for addresses with characters that should have been percent-encoded.
    - `errors`: bodies as the standard has them, with a flat codeMinor (`flat`), or `bare`: HTML or text, and 500 for a
      limit that is no number and for unknown ids in the path.
    - `token_seconds`, `announce_expiry`: how long a token lives, and whether `expires_in` says so.
    - `per_minute`: requests that are answered in a minute, with RateLimit headers; 0 for any number.
    - `gzip`: compress pages for clients that accept it.
    - `cached_rows`: records whose JSON is kept once made (about 700 bytes each); those beyond are made anew.

    What records look like:

    - `flat`: texts by the names of CSV columns (`classSourcedId`) in place of references and lists; all as in 1.1.
    - `native_booleans`: JSON booleans where the standard has the strings `true` and `false`.
    - `null_primary`: no enrolment is primary or not.
    - `utc_offset`: hours from UTC at which dates of change are written.
    - `bulk_loaded`: records as they are at the start have a blank status and no date of change.
    - `row_per_school`: a student of several schools is several users with one identifier.
    - `username_needs_email`: people without an address have no user name either.
    - `grade_words`: grades as words.

    How records change:

    - `show_deleted`: whether records that are `tobedeleted` (or `inactive`) are served.
    - `removal`: what removing a record at run time does to it.
    - `relations_move_date`: whether a change of references moves a record's date too.
    """

    auth: Auth = "oauth2"
    default_limit: int = 100
    max_limit: int = 10_000
    per_school: bool = True
    total_count: bool = True
    links: bool = True
    default_order: Literal["loaded", "descending"] = "loaded"
    order_parameter: str = ""
    filters: Literal["honoured", "ignored", "refused"] = "honoured"
    ascii_urls: bool = False
    errors: Wording = "standard"
    token_seconds: float = 3600
    announce_expiry: bool = True
    per_minute: int = 0
    gzip: bool = False
    cached_rows: int = 1_500_000
    flat: bool = False
    native_booleans: bool = False
    null_primary: bool = False
    utc_offset: int = 0
    bulk_loaded: bool = False
    row_per_school: bool = False
    username_needs_email: bool = False
    grade_words: bool = False
    show_deleted: bool = True
    removal: Removal = "vanish"
    relations_move_date: bool = True

    @classmethod
    def rosterhub(cls, **changes: Any) -> Self:
        """As RosterHub (1.1) was seen to behave; `changes` are other fields."""
        seen: dict[str, Any] = {
            "flat": True,
            "native_booleans": True,
            "null_primary": True,
            "utc_offset": 9,
            "bulk_loaded": True,
            "default_order": "descending",
            "order_parameter": "orderby",
            "total_count": False,
            "links": False,
            "announce_expiry": False,
            "errors": "bare",
        }
        return cls(**seen | changes)

    @classmethod
    def edfi(cls, **changes: Any) -> Self:
        """As Ed-Fi's OneRoster (1.2) was seen to behave; `changes` are other fields."""
        seen: dict[str, Any] = {
            "max_limit": 500,
            "total_count": False,
            "links": False,
            "per_school": False,
            "per_minute": 100,
            "ascii_urls": True,
            "errors": "flat",
            "row_per_school": True,
            "username_needs_email": True,
            "grade_words": True,
            "show_deleted": False,
        }
        return cls(**seen | changes)


PRESETS = {"rosterhub": Behaviour.rosterhub, "edfi": Behaviour.edfi}
"""Behaviours that have a name."""


def behaviour_of(text: str) -> Behaviour:
    """Read a behaviour: the name of a preset, or fields as JSON.

    :raises msgspec.MsgspecError: if it is neither.
    """
    return PRESETS[text]() if text in PRESETS else msgspec.json.decode(text, type=Behaviour)
