"""`/users`: people who sign in, for who administers them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api import accounts
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.idempotency import ActingOnAccounts
from dashboard_api.api.listing import BY_NAME, InPages, Listing, both, list_answer
from dashboard_api.api.schemas import accounts as schemas
from dashboard_api.auth import passwords
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.passwords import LEAST_LENGTH
from dashboard_api.auth.principal import Role
from dashboard_api.declare.values import Id
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import operators
from dashboard_api.queries.operators import NewOperator

router = APIRouter(tags=["users"], route_class=ActingOnAccounts)

USERS = Listing(
    "users",
    BY_NAME,
    (
        *("id", "email", "name", "role", "districts", "schools", "locale", "timezone", "created_at", "disabled_at"),
        *("second_factor", "has_password", "sessions", "last_seen_at"),
    ),
)

Language = Literal["en", "nl", "fr"]
PersonName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Districts = Annotated[list[Id], Field(min_length=1, max_length=10_000)]
Schools = Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class NewUser(BaseModel):
    """A person to be let in. Without a password the answer has a link with which they choose one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Annotated[str, Field(min_length=3, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: PersonName
    role: Role
    districts: Districts | None = None
    """Null for platform operators, who have all."""
    schools: Schools | None = None
    """For school administrators only."""
    locale: Language | None = None
    password: Annotated[str, Field(min_length=LEAST_LENGTH, max_length=1000)] | None = None


class UserChange(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: PersonName = ""
    role: Role = "viewer"
    districts: Districts | None = None
    schools: Schools | None = None
    locale: Language | None = None
    disabled: bool = False


@both(router, "/users", **gives(schemas.UserPage, listed=True, problems=(404,)))
async def list_users(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only who has this district")] = None,
) -> Response:
    """People by name, with role, districts and schools, and whether they are signed in."""
    caller.require_scope("administer")
    if district is not None:
        caller.require("administer", district)
    visible = caller.visible
    return await list_answer(
        asked, USERS, lambda after, limit: operators.page(context.whole, visible, district, after, limit)
    )


@router.get("/users/{user_id}", **gives(schemas.User))
async def show_user(user_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One person."""
    caller.require_scope("administer")
    return _answer(await accounts.visible(context.whole, caller, user_id))


@router.post("/users", **gives(schemas.NewUserShown, 201, problems=(404, 409)))
async def create_user(wanted: NewUser, caller: ApiCaller, context: InContext) -> Response:
    """Let a person in, with no more than the caller has."""
    caller.require_scope("administer")
    hash_ = await passwords.make(wanted.password) if wanted.password else None
    new = NewOperator(wanted.email, wanted.name, wanted.role, wanted.districts, hash_, wanted.schools, wanted.locale)
    async with context.whole.acquire() as conn, conn.transaction():
        await accounts.check(conn, caller, wanted.model_dump())
        id_ = await operators.add(conn, new)
        if id_ is None:
            raise Problem(409, "address_taken", _("Somebody has an account with this e-mail address already."))
        person = await accounts.visible(conn, caller, id_)
        await accounts.note(conn, caller, "create person", id_, None, {**wanted.model_dump(), "disabled": False})
        link = None if wanted.password else await accounts.invite(conn, context, caller, id_)
    return _answer({**person, "invitation": link}, 201, {"Location": f"/api/v1/users/{id_}"})


@router.patch("/users/{user_id}", **gives(schemas.User, problems=(409,)))
async def change_user(user_id: UUID, wanted: UserChange, caller: ApiCaller, context: InContext) -> Response:
    """Change name, role, districts, schools or language, disable or enable. Other rights end the person's sessions."""
    caller.require_scope("administer")
    wished = wanted.model_dump(exclude_unset=True)
    async with context.whole.acquire() as conn, conn.transaction():
        _before, after = await accounts.change(conn, caller, user_id, wished)
    return _answer(after)


@router.post("/users/{user_id}/invitation", **gives(schemas.Invited, 201, problems=(409,)))
async def invite_user(user_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """A link with which the person chooses a new password, shown this once; an earlier link ends."""
    caller.require_scope("administer")
    async with context.whole.acquire() as conn, conn.transaction():
        link = await accounts.invite(conn, context, caller, user_id)
    return _answer({"invitation": link}, 201)


@router.delete("/users/{user_id}/sessions", **gives(schemas.Ended, problems=(409,)))
async def end_user_sessions(user_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """Sign the person out everywhere."""
    caller.require_scope("administer")
    async with context.whole.acquire() as conn, conn.transaction():
        ended = await accounts.end_sessions(conn, caller, user_id)
    return _answer({"ended": ended})


@router.delete("/users/{user_id}/second-factor", **gives(schemas.User, problems=(409,)))
async def remove_user_second_factor(user_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """For a person who has lost it; they are signed out, and come in with their password alone."""
    caller.require_scope("administer")
    async with context.whole.acquire() as conn, conn.transaction():
        await accounts.remove_second_factor(conn, caller, user_id)
        person = await accounts.visible(conn, caller, user_id)
    return _answer(person)


def _answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_text(to_json(body).decode(), status, headers)
