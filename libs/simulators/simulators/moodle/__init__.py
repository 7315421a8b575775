"""A Moodle 4.4.1 as its REST clients see it: a real HTTP server with its contents in memory."""

from simulators.moodle.caller import Caller, learner
from simulators.moodle.mishaps import ANY_FUNCTION, Gate, Mishap
from simulators.moodle.server import MoodleSimulator
from simulators.moodle.site import EnrolmentView, Site

__all__ = [
    "ANY_FUNCTION",
    "Caller",
    "EnrolmentView",
    "Gate",
    "Mishap",
    "MoodleSimulator",
    "Site",
    "learner",
]
