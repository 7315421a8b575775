"""The lists of the API: which records each has."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from simulators.clever.refusals import Refusal
from simulators.clever.store import ALL, Store

Params = Mapping[str, str]
"""The query's parameters, and beside them the id in the address as `id`."""
Ids = Callable[[Store, Params], list[str]]

ROLES = ("contact", "district_admin", "staff", "student", "teacher")
OF_SCHOOLS = ("staff", "student", "teacher")
OF_SECTIONS = ("student", "teacher")


class Listing(Struct, frozen=True):
    """A list: its path, the collection of its rows, how their ids are found; `parent` is whose id is in the path."""

    path: str
    collection: str
    ids: Ids
    parent: str = ""


def _whole(collection: str) -> Listing:
    return Listing(collection, collection, lambda store, params: store[collection].ids())


def _users(store: Store, params: Params) -> list[str]:
    return store["users"].ids(role_of(params, ROLES) or ALL)


def _users_of_school(store: Store, params: Params) -> list[str]:
    """Everyone there, even if it is not their primary school; `primary=true` leaves these out."""
    role = role_of(params, OF_SCHOOLS) or "any"
    return store["users"].ids(f"{role} {params['id']}" + (" primary" if params.get("primary") == "true" else ""))


def _sections_of_school(store: Store, params: Params) -> list[str]:
    return store["sections"].ids(f"school {params['id']}")


def _used_by_school(collection: str, field: str) -> Ids:
    """The records that the school's sections name in a field: there is no other way to tell whose they are."""

    def ids(store: Store, params: Params) -> list[str]:
        sections = (store["sections"].get(key) for key in _sections_of_school(store, params))
        named = {section[field] for section in sections if section and section[field]}
        return sorted(record_id for record_id in named if record_id in store[collection])

    return ids


def _users_of_section(store: Store, params: Params) -> list[str]:
    section = store["sections"].get(params["id"]) or {}
    wanted = role_of(params, OF_SECTIONS)
    members = {key for role in OF_SECTIONS if wanted in ("", role) for key in section[f"{role}s"] or ()}
    return sorted(user_id for user_id in members if user_id in store["users"])


def _sections_of_user(store: Store, params: Params) -> list[str]:
    return store["sections"].ids(f"user {params['id']}")


def _contacts_of_user(store: Store, params: Params) -> list[str]:
    return store["users"].ids(f"contact of {params['id']}")


def role_of(params: Params, known: tuple[str, ...]) -> str:
    """Read the role that is asked for, blank for any. Refuses one that the list does not have."""
    role = params.get("role", "")
    if role and role not in known:
        raise Refusal(400, f"role must be one of {', '.join(known)}, not {role}.")
    return role


WHOLE = (
    _whole("districts"),
    _whole("schools"),
    _whole("terms"),
    _whole("courses"),
    _whole("sections"),
    Listing("users", "users", _users),
)
"""Whole collections; below each, `/{id}` gives one record."""

OF_ONE = (
    Listing("schools/{id}/sections", "sections", _sections_of_school, "schools"),
    Listing("schools/{id}/users", "users", _users_of_school, "schools"),
    Listing("schools/{id}/courses", "courses", _used_by_school("courses", "course"), "schools"),
    Listing("schools/{id}/terms", "terms", _used_by_school("terms", "term_id"), "schools"),
    Listing("sections/{id}/users", "users", _users_of_section, "sections"),
    Listing("users/{id}/sections", "sections", _sections_of_user, "users"),
    Listing("users/{id}/mycontacts", "users", _contacts_of_user, "users"),
)
"""Lists of one school, section or person."""
