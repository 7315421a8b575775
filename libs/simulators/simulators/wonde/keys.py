"""Keys: one for all schools, and others for some."""

from collections.abc import Collection, Mapping

from simulators.shared.basic import basic_credentials
from simulators.wonde.mishaps import invalid_key


class Keys:
    """`token` opens every school; `school_keys` gives for further keys the ids of the schools that each opens."""

    def __init__(self, token: str, school_keys: Mapping[str, Collection[str]]) -> None:
        self._token = token
        self._school_keys = school_keys

    def check(self, authorization: str) -> Collection[str] | None:
        """Say which schools a request's key opens, None for all. Refuses with 401 a key that is not known."""
        key = _key(authorization)
        if key == self._token:
            return None
        if key not in self._school_keys:
            raise invalid_key()
        return self._school_keys[key]


def _key(authorization: str) -> str:
    """Take the key from `Bearer <key>`, or from Basic with the key as the user's name."""
    kind, _, value = authorization.partition(" ")
    if kind.casefold() == "bearer":
        return value.strip()
    return basic_credentials(authorization).partition(":")[0]
