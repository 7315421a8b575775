"""A OneRoster user's own fields: names, addresses, grade, and which roles are held where. Pure."""

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.grades import grade
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import reference, references
from roster_fetcher.sources.oneroster.roles import Held
from roster_fetcher.values import text, texts

RolesAsWritten = tuple[tuple[wire.Text, wire.Text, str], ...]
"""What a row says of roles, unread: word, type, organisation. Few in number, so that what they come to is kept."""


def roles_as_written(row: wire.User) -> RolesAsWritten:
    """1.2's roles, or 1.1's one role at each org, of which each is a primary one."""
    if row.roles:
        return tuple([(r.role, r.role_type, reference(r.org, r.org_sourced_id)) for r in row.roles])
    orgs = references(row.orgs) or references(row.org_sourced_ids)
    return tuple([(row.role, None, org) for org in orgs])


def role_words(row: wire.User) -> list[str]:
    """The words for what a user is, wherever; case-folded."""
    return [text(word).casefold() for word in ([role.role for role in row.roles] if row.roles else [row.role])]


def held_roles(written: RolesAsWritten) -> list[Held]:
    """What a user is where."""
    return [Held(text(word).casefold(), org, text(kind).casefold() != "secondary") for word, kind, org in written]


def read_person(row: wire.User, key: str, role: str, notes: Notes) -> roster.User | None:
    """A user's own fields. None, with a finding, if there is no name, or nothing to make a user name of."""
    given_name, family_name = text(row.given_name), text(row.family_name)
    username, identifier, address = text(row.username), text(row.identifier), text(row.email)
    if not given_name or not family_name:
        notes.add("MISSING_NAME", key, "familyName" if given_name else "givenName")
        return None
    if not (username or identifier or address):
        notes.add("MISSING_USERNAME", key, "username")
        return None
    return roster.User(
        role=role,
        given_name=given_name,
        family_name=family_name,
        email=_email(address, key, notes),
        username=username,
        identifier=identifier,
        grade=_grade(row.grades, key, notes),
        enabled=values.truth(row.enabled_user, default=True),
    )


def _email(address: str, key: str, notes: Notes) -> str:
    if not address:
        notes.add("MISSING_EMAIL", key, "email")
        return ""
    valid = values.email(address)
    if valid is None:
        notes.add("INVALID_EMAIL", key, "email", address)
    return valid or ""


def _grade(written: wire.Words, key: str, notes: Notes) -> str:
    """The first of the grades: a person has one, save for a few who stand between two."""
    word = text(written[0]) if type(written) is list and written else next(iter(texts(written)), "")
    if not word:
        return ""
    code = grade(word)
    if code is None:
        notes.add("INVALID_GRADE", key, "grades", word)
    return code or word
