"""A OneRoster 1.1 and 1.2 server for tests, benchmarks and the demonstration."""

from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.mishaps import Mishaps
from simulators.oneroster.simulator import OneRosterSimulator

__all__ = ["Behaviour", "Mishaps", "OneRosterSimulator"]
