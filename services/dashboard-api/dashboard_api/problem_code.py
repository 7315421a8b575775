"""What a kind of problem is: a code, and what it means in words."""

from dataclasses import dataclass

from dashboard_api.language import _


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """A kind of problem. `title`, `meaning` and `remedy` are sentences in the spoken language."""

    code: str
    status: int
    _title: str
    _meaning: str
    _remedy: str

    @property
    def title(self) -> str:
        """What happened, in a few words."""
        return _(self._title)

    @property
    def meaning(self) -> str:
        """When this happens."""
        return _(self._meaning)

    @property
    def remedy(self) -> str:
        """What to do."""
        return _(self._remedy)
