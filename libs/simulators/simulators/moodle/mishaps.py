"""Switches that make the simulator fail on purpose."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ANY_FUNCTION = "*"


class Mishap(StrEnum):
    """How a call can go wrong."""

    SERVER_ERROR = "http-500"
    UNAVAILABLE = "http-503"
    TOO_MANY = "http-429"
    """A proxy in front of the site wants fewer calls; with Retry-After, as `Mishaps.retry_after` says."""
    TIMEOUT = "timeout"
    """The client never gets an answer."""
    DROP = "drop"
    """The connection is closed without an answer."""
    HTML = "html"
    """A page of HTML with status 200."""
    NO_ERRORCODE = "no-errorcode"
    """A PHP failure: JSON with `exception` and `message` only."""
    NO_CAPABILITY = "no-capability"
    """`nopermissions`, as if the role had lost a capability."""


@dataclass(frozen=True)
class Refusal:
    """Records of one function that are refused, and the code that the client is told."""

    matches: Callable[[dict[str, Any]], bool]
    errorcode: str


@dataclass
class Gate:
    """Stops every call of one function until it is opened."""

    after_write: bool
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a call has arrived at the gate."""
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the waiting calls, and all later ones, through."""
        self._open.set()

    async def pass_through(self) -> None:
        """Wait until somebody opens the gate."""
        self.reached.set()
        await self._open.wait()


@dataclass
class _Planned:
    kind: Mishap
    after_write: bool
    times: int


class Mishaps:
    """What is set to go wrong. Nothing, until told."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.retry_after: str | None = "1"
        """Seconds or a date, which go with a 429; None for none."""
        self._planned: dict[str, list[_Planned]] = {}
        self._refusals: dict[str, list[Refusal]] = {}
        self._gates: dict[str, Gate] = {}

    def fail_next(self, function: str, times: int = 1, *, kind: Mishap | str, after_write: bool = False) -> None:
        """The next calls of this function (or ANY_FUNCTION) end in a mishap.

        With `after_write` the call has done its work before; without, it does nothing.
        """
        self._planned.setdefault(function, []).append(_Planned(Mishap(kind), after_write, times))

    def take(self, function: str) -> tuple[Mishap, bool] | None:
        """The mishap that befalls this call, and whether it comes after the work; used up by asking."""
        for name in (function, ANY_FUNCTION):
            planned = self._planned.get(name)
            if planned:
                first = planned[0]
                first.times -= 1
                if first.times <= 0:
                    planned.pop(0)
                return first.kind, first.after_write
        return None

    def refuse(
        self,
        function: str,
        matches: Callable[[dict[str, Any]], bool],
        *,
        errorcode: str = "invalidparameter",
    ) -> None:
        """Refuse every record of this function for which `matches` is true.

        It sees the checked record: `{"userid": 5, "courseid": 2, ...}`. A batch that is all or nothing
        fails as a whole; elsewhere the record gets a warning.
        """
        self._refusals.setdefault(function, []).append(Refusal(matches, errorcode))

    def refusals(self, function: str) -> list[Refusal]:
        """The refusals in force for a function."""
        return self._refusals.get(function, [])

    def hold(self, function: str, *, after_write: bool = False) -> Gate:
        """Stop calls of this function, before or after their work, until the gate is released."""
        gate = self._gates[function] = Gate(after_write)
        return gate

    def gate(self, function: str, *, after_write: bool) -> Gate | None:
        """The gate that a call must pass at this point."""
        gate = self._gates.get(function) or self._gates.get(ANY_FUNCTION)
        return gate if gate is not None and gate.after_write == after_write else None

    def release_all(self) -> None:
        """Open every gate."""
        for gate in self._gates.values():
            gate.release()

    def clear(self) -> None:
        """Nothing goes wrong any more; waiting calls are let through."""
        self.release_all()
        for switches in (self.revoked, self._planned, self._refusals, self._gates):
            switches.clear()
