"""The two errors that cross a boundary, so that delivery can decide without knowing who failed.

Clients translate their vendor's errors into one of these in one place, from a table.
"""


class Transient(Exception):  # noqa: N818 - it names what the failure is, as `Permanent` does
    """It may work later: a network, a busy server, a lock. Delivery tries again after 10 s, 1 min, 10 min, 1 h."""

    def __init__(self, message: str, *, code: str = "INTERNAL") -> None:
        super().__init__(message)
        self.code = code


class Permanent(Exception):  # noqa: N818
    """It will never work as it stands: bad settings, a refused token. Delivery parks the message at once."""

    def __init__(self, message: str, *, code: str = "INTERNAL") -> None:
        super().__init__(message)
        self.code = code
