"""Who is named by the school's sections but stands in none of its lists. Pure."""

from collections.abc import Iterable

from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.client import Listing, quoted
from roster_fetcher.sources.clever.sections import members
from roster_fetcher.values import text

Rows = Iterable[wire.Row | wire.Malformed]


class Roll:
    """Ids seen while pages come. `named` says for each member of a section the first section that named them."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}
        self._listed: set[str] = set()

    def name(self, sections: Rows) -> None:
        """Take in who is a member of these sections."""
        for row in sections:
            if isinstance(row, wire.Section):
                for key in members(row):
                    self._named.setdefault(key, text(row.id))

    def enter(self, people: Rows) -> None:
        """Take in who is in a list."""
        self._listed.update(text(row.id) for row in people if isinstance(row, wire.User))

    def names(self, key: str) -> bool:
        """Whether a section names somebody."""
        return key in self._named

    def missing(self) -> dict[str, str]:
        """Who is named and not listed, with a section that names them."""
        return {key: section for key, section in self._named.items() if key not in self._listed}

    def lookups(self) -> list[Listing]:
        """How they are asked for with the fewest requests: one by one, or with all others of their sections."""
        missing = self.missing()
        sections = dict.fromkeys(missing.values())
        if len(sections) < len(missing):
            return [Listing(f"sections/{quoted(section)}/users", "users") for section in sections]
        return [Listing(f"users/{quoted(key)}", "users", single=True) for key in missing]
