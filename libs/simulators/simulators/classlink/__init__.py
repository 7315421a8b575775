"""A ClassLink district for tests and demonstrations: its Roster Server, and the OneRoster proxy before it."""

from simulators.classlink.sharing import Sharing
from simulators.classlink.simulator import ClassLinkSimulator

__all__ = ["ClassLinkSimulator", "Sharing"]
