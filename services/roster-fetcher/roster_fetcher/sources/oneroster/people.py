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


def held_roles(written: RolesAsWritten) -> list[Held]:
    """What a user is where."""
    return [Held(text(word).casefold(), org, text(kind).casefold() != "secondary") for word, kind, org in written]


def read_person(row: wire.User, key: str, role: str, notes: Notes) -> roster.User | None:
    """A user's own fields. None, with a finding, if there is no name, or nothing to make a user name of."""
    given_name, family_name = text(row.given_name), text(row.family_name)
    username, identifier = text(row.username), text(row.identifier)
    if not given_name or not family_name:
        notes.add("MISSING_NAME", key, "familyName" if given_name else "givenName")
        return None
    if not (username or identifier or text(row.email)):
        notes.add("MISSING_USERNAME", key, "username")
        return None
    return roster.User(
        role=role,
        given_name=given_name,
        family_name=family_name,
        email=_email(text(row.email), key, notes),
        username=username,
        identifier=identifier,
        grade=_grade(texts(row.grades), key, notes),
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


def _grade(words: tuple[str, ...], key: str, notes: Notes) -> str:
    if not words:
        return ""
    code = grade(words[0])
    if code is None:
        notes.add("INVALID_GRADE", key, "grades", words[0])
    return code or words[0]
