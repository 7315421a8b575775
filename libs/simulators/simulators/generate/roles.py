"""Roles as OneRoster 1.1 and 1.2 call them: the older version has one word for all administrators."""

from collections.abc import Container

from simulators.generate.model import User

OLDER = {
    "counselor": "aide",
    "districtAdministrator": "administrator",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
}


def older_role(user: User) -> str:
    """Give a user's one role in 1.1's words: that of the first org; blank if there is none."""
    role = user.roles[0].role if user.roles else ""
    return OLDER.get(role, role)


def newer_role(role: str, org_id: str, district_ids: Container[str]) -> str:
    """Give a role in 1.2's words: an administrator is one of the district or of a school; others stay."""
    if role != "administrator":
        return role
    return "districtAdministrator" if org_id in district_ids else "siteAdministrator"


def org_ids(user: User) -> list[str]:
    """List the orgs where a user has any role, each once, the first role's first."""
    return list(dict.fromkeys(role.org_id for role in user.roles))
