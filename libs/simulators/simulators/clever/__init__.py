"""A Clever Data API (v3.1) for tests, benchmarks and the demonstration."""

from simulators.clever.behaviour import Behaviour
from simulators.clever.mishaps import Mishaps
from simulators.clever.simulator import CleverSimulator

__all__ = ["Behaviour", "CleverSimulator", "Mishaps"]
