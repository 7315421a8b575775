"""A OneRoster user's own fields: names, addresses, grade, and which roles are held where. Pure."""

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.grades import grade
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import reference, references
from roster_fetcher.sources.oneroster.roles import Held
from roster_fetcher.values import text, texts


def held_roles(row: wire.User) -> list[Held]:
    """What a user is where: 1.2's roles, or 1.1's one role at each org; its first org is the primary one."""
    if row.roles:
        return [
            Held(
                text(role.role).casefold(),
                reference(role.org, role.org_sourced_id),
                text(role.role_type).casefold() != "secondary",
            )
            for role in row.roles
        ]
    word = text(row.role).casefold()
    return [Held(word, org, True) for org in references(row.orgs) or references(row.org_sourced_ids)]


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
