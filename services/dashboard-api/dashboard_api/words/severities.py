"""How bad a data error is, as shape and words."""

from common.language import mark
from dashboard_api.words.standing import Badge

SEVERITIES = {
    "critical": Badge(mark("Critical"), "octagon", "bad"),
    "error": Badge(mark("Error"), "triangle", "warn"),
    "warning": Badge(mark("Warning"), "info", "calm"),
}
"""The worst first."""
MEANING = {
    "critical": mark("The run stops, and nothing is removed. The school stays as it was."),
    "error": mark("The record is left out; everything else goes on."),
    "warning": mark("The record is taken, but somebody should look at it."),
}


def severity_badge(severity: str) -> Badge:
    """The badge of a severity."""
    return SEVERITIES.get(severity, SEVERITIES["error"]).said()


def severity_word(severity: str) -> str:
    """The word alone."""
    return severity_badge(severity).word
