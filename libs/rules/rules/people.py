"""A person's account: pure functions from a roster's person to Moodle's fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rules import moodle_limits
from rules.moodle_limits import Fitting
from rules.names import mark, same_name
from rules.policy import Templates
from rules.templates import Chosen

Fields = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Account:
    """The fields of an account, and the code of what had to be changed to make them fit, blank for none."""

    fields: Fields
    warning: str = ""


@dataclass(frozen=True)
class AccountRules:
    """How a district makes accounts of people."""

    templates: Templates

    @cached_property
    def _username(self) -> Chosen:
        return Chosen(self.templates.username)

    @cached_property
    def _email(self) -> Chosen:
        return Chosen(self.templates.email)

    @cached_property
    def _idnumber(self) -> Chosen:
        return Chosen((self.templates.idnumber,))

    def account(self, person: Mapping[str, str]) -> Account:
        """The account of a person with `policy.PERSON_FIELDS`; without an address it gets one that reaches nobody."""
        fit = Fitting()
        username = self._username_of(person, fit)
        given, family = person["given_name"], person["family_name"]
        email = self._email.text(person)
        fields: Fields = {
            "username": username,
            "firstname": fit.cut(given or family, moodle_limits.NAME),
            "lastname": fit.cut(family or given, moodle_limits.NAME),
            "email": email if 0 < len(email) <= moodle_limits.EMAIL else address_to_nobody(username),
            "idnumber": self.idnumber(person),
        }
        return Account(fields, fit.warning)

    def _username_of(self, person: Mapping[str, str], fit: Fitting) -> str:
        """The first that has characters which Moodle takes; the person's id, or a mark of it, where none has."""
        for text in chain(self._username.texts(person), (person["id"],)):
            tried = Fitting()
            if username := tried.username(text):
                fit.warnings += tried.warnings
                return username
        return mark(person["id"])

    def idnumber(self, record: Mapping[str, str]) -> str:
        """The ID number of a record that has `id` and `source`."""
        return self._idnumber.text(record)[: moodle_limits.PERSON_IDNUMBER]


def mailbox(email: str) -> str:
    """The part of an address before the @."""
    return email.partition("@")[0]


def address_to_nobody(username: str) -> str:
    """An address that Moodle takes and no mail server does (RFC 2606, section 2)."""
    return f"{username.replace('@', '.')[:80]}@no-email.invalid"


def is_named(account: Fields, firstname: str, lastname: str) -> bool:
    """Whether an account that exists bears the person's name."""
    return same_name((str(account["firstname"]), str(account["lastname"])), (firstname, lastname))
