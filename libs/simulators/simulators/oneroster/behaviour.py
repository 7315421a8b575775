"""How a simulated server behaves when nothing goes wrong: the liberties that real servers take."""

from typing import Literal

from msgspec import Struct

Version = Literal["1.1", "1.2"]
Removal = Literal["vanish", "tobedeleted"]

ROOTS: dict[Version, str] = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
"""The standard path below which each version's endpoints are."""


class Behaviour(Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings that stay for the whole life of a simulator.

    - `default_limit`, `max_limit`: rows a page without `limit`, and the number to which a larger one is silently cut.
    - `per_school`: whether `/schools/{id}/…` exists; if not it answers 404.
    - `total_count`, `links`: whether pages carry X-Total-Count and Link.
    - `default_order`: what an unsorted request gets: `loaded` order or the `descending` order of ids.
    - `show_deleted`: whether records that are `tobedeleted` (or `inactive`) are served.
    - `native_booleans`: JSON booleans where the standard has the strings `true` and `false`.
    - `removal`: what removing a record at run time does to it.
    - `token_seconds`, `announce_expiry`: how long a token lives, and whether `expires_in` says so.
    - `gzip`: compress pages for clients that accept it.
    - `cached_rows`: records whose JSON is kept once made (about 700 bytes each); those beyond are made anew.
    """

    default_limit: int = 100
    max_limit: int = 10_000
    per_school: bool = True
    total_count: bool = True
    links: bool = True
    default_order: Literal["loaded", "descending"] = "loaded"
    show_deleted: bool = True
    native_booleans: bool = False
    removal: Removal = "vanish"
    token_seconds: float = 3600
    announce_expiry: bool = True
    gzip: bool = False
    cached_rows: int = 1_500_000
