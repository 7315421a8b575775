"""Who has which user name and address in a Moodle, as far as we know: each may be had once there.

Siblings often share a parent's address, and nobody should be locked out for it: who comes first keeps it, the others
get one that reaches nobody, with a warning. A user name is how somebody signs in: the second to ask gets an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.people import Fields, address_to_nobody


@dataclass(slots=True)
class Claims:
    """Owners (source keys) by user name and by address; Moodle compares both without case."""

    usernames: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)

    def note(self, accounts: Iterable[tuple[str, str, str]]) -> None:
        """Remember accounts as (source key, user name, address)."""
        for key, username, email in accounts:
            self.usernames.setdefault(username.casefold(), key)
            self.emails.setdefault(email.casefold(), key)

    def settle(self, key: str, wanted: Fields) -> tuple[Fields, str, str]:
        """The fields that the person can have, then the codes of an error and of a warning, empty for none."""
        username, email = str(wanted["username"]), str(wanted["email"])
        if self.usernames.get(username.casefold(), key) != key:
            return wanted, "DUP_USERNAME", ""
        warning = ""
        if self.emails.get(email.casefold(), key) != key:
            wanted, warning = {**wanted, "email": address_to_nobody(username)}, "DUP_EMAIL"
        self.note([(key, username, str(wanted["email"]))])
        return wanted, "", warning
