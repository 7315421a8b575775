"""Wonde v1.0 for tests, benchmarks and the demonstration."""

from simulators.wonde.behaviour import Behaviour
from simulators.wonde.mishaps import Mishaps
from simulators.wonde.simulator import WondeSimulator

__all__ = ["Behaviour", "Mishaps", "WondeSimulator"]
