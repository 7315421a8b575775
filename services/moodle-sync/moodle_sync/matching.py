"""Who, of the accounts that Moodle has already, a person is: a pure decision, never a guess.

In this order: the ID number, the user name, the address where the names agree. One account alone must fit, and bear
the person's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.people import Fields, is_named

NOBODY = "@no-email.invalid"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as Moodle tells of it."""

    id: int
    username: str
    firstname: str
    lastname: str
    email: str
    idnumber: str = ""
    suspended: bool = False

    @property
    def fields(self) -> Fields:
        """Those of its fields that we look after."""
        return {
            "username": self.username,
            "firstname": self.firstname,
            "lastname": self.lastname,
            "email": self.email,
            "idnumber": self.idnumber,
        }


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: an account and how, nothing, or why none may be taken."""

    account: Account | None = None
    how: str = ""
    error: str = ""
    answer: str = ""


def match(wanted: Fields, accounts: Sequence[Account]) -> Match:
    """The account of a person who should get these fields, among accounts that share some of them."""
    found = {account.id: (account, how) for account, how in reversed(_evidence(wanted, accounts))}
    if not found:
        return Match()
    if len(found) > 1:
        ids = ", ".join(str(id_) for id_ in sorted(found))
        return Match(error="AMBIGUOUS_MATCH", answer=f"accounts {ids} fit")
    ((account, how),) = found.values()
    if not is_named(wanted, account.firstname, account.lastname):
        return Match(error="AMBIGUOUS_MATCH", answer=f"account {account.id} fits by {how}, but bears another name")
    return Match(account, how)


def _evidence(wanted: Fields, accounts: Sequence[Account]) -> list[tuple[Account, str]]:
    """Accounts that fit, the better reasons first."""
    email = str(wanted["email"]).casefold()
    by_idnumber = [(a, "idnumber") for a in accounts if a.idnumber and a.idnumber == wanted["idnumber"]]
    by_username = [(a, "username") for a in accounts if a.username.casefold() == wanted["username"]]
    by_email = [
        (a, "email")
        for a in accounts
        if a.email.casefold() == email and not email.endswith(NOBODY) and is_named(wanted, a.firstname, a.lastname)
    ]
    return by_idnumber + by_username + by_email
