"""How one list goes on from page to page. Pure.

The address of the next page comes whole, and the key is sent along, so it must be the host that was asked. What was
asked for and is missing there is put back: else the rows to come would lack parts, or be other ones.
"""

from yarl import URL

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.sources.wonde import decoding
from roster_fetcher.values import truth


class Paging:
    """The pages of one list. `url` is the address of the next one, blank at the end."""

    def __init__(self, url: str, what: str) -> None:
        self.url = url
        self._query = {name: value for name, value in URL(url, encoded=True).query.items() if name != "cursor"}
        self.received = 0
        self._what = what
        self._asked: set[str] = set()

    def took(self, rows: int, repeated: int, links: decoding.Links | None, entry: Entry) -> None:
        """A page came; `repeated` of its rows the page before had too. Notes in the entry what may be missing.

        Raises `SourceTrouble` for a link that must not be followed.
        """
        self.received += rows
        if repeated:
            entry.miss("Rows moved while they were read, and the source does not say how many there are.")
        self._asked.add(self.url)
        self.url = self._next(links)
        if not self.url and links and truth(links.more, default=False):
            entry.miss("The source says that there are more rows, but not where.")
        if "page" in URL(self.url, encoded=True).query:
            entry.quirk("It gives pages by number where pages by cursor were asked for.")

    def _next(self, links: decoding.Links | None) -> str:
        if links is None or not links.next:
            return ""
        try:
            following = URL(links.next)
            there = following.origin()
        except ValueError:
            raise self._trouble("has no readable link to the next page. Run again") from None
        here = URL(self.url, encoded=True).origin()
        if there != here:
            where = f"host ({there.host})" if there.host != here.host else f"address of its host ({there})"
            raise self._trouble(f"links to a next page at another {where}, where our key must not go")
        lost = {name: value for name, value in self._query.items() if name not in following.query}
        following = following.extend_query(lost) if lost else following
        if str(following) in self._asked:
            raise self._trouble("links from page to page in a circle. Ask Wonde")
        return str(following)

    def _trouble(self, what: str) -> SourceTrouble:
        return SourceTrouble("SOURCE_BAD_RESPONSE", f"Asked for {self._what}, the source {what}.")
