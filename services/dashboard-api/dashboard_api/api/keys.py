"""`/keys`: API keys, for programs."""

from datetime import timedelta
from typing import Annotated, Any
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
from dashboard_api.api.users import Districts, Schools
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import OF_A_DISTRICT, Principal, Scope
from dashboard_api.auth.tokens import hash_token, new_key
from dashboard_api.context import Context
from dashboard_api.declare.mistakes import Mistake
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import api_keys, audit
from dashboard_api.queries.api_keys import NewKey

router = APIRouter(tags=["keys"], route_class=ActingOnAccounts)

KEYS = Listing(
    "keys",
    BY_NAME,
    (
        *("id", "name", "scopes", "districts", "schools", "made_by_name", "created_at", "expires_at"),
        *("last_used_at", "expired"),
    ),
)


class NewApiKey(BaseModel):
    """A key to be made. `districts` null: all; `schools` null: all of these; `expires_days` null: until revoked."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    districts: Districts | None = None
    schools: Schools | None = None
    expires_days: Annotated[int, Field(ge=1, le=3650)] | None = None


@both(router, "/keys", **gives(schemas.KeyPage, listed=True, problems=(404,)))
async def list_keys(
    caller: ApiCaller,
    context: InContext,
    asked: InPages,
    district: Annotated[str | None, Query(description="Only keys for this district")] = None,
) -> Response:
    """Keys by name: what each is for, and when it was last used. The keys themselves are not kept."""
    caller.require_scope("administer")
    if district is not None:
        caller.require("administer", district)
    visible = caller.visible
    return await list_answer(
        asked, KEYS, lambda after, limit: api_keys.page(context.whole, visible, district, after, limit)
    )


@router.get("/keys/{key_id}", **gives(schemas.Key))
async def show_key(key_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """One key, without the key itself."""
    caller.require_scope("administer")
    return _answer(await _visible(context.whole, caller, key_id))


@router.post("/keys", **gives(schemas.NewKeyShown, 201, problems=(404, 409)))
async def create_key(wanted: NewApiKey, caller: ApiCaller, context: InContext) -> Response:
    """Make a key that may do no more than the caller. `key` is shown this once."""
    key = await made(context, caller, wanted)
    return _answer(key, 201, {"Location": f"/api/v1/keys/{key['id']}"})


@router.delete("/keys/{key_id}", **gives(schemas.Key))
async def revoke_key(key_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """The key works no more, from now on."""
    return _answer(await revoked(context, caller, key_id))


async def made(context: Context, caller: Principal, wanted: NewApiKey) -> dict[str, Any]:
    """A new key that may do no more than the caller; `key` is the key itself. Raises `Problem`."""
    caller.require_scope("administer")
    if not caller.covers(wanted.scopes, wanted.districts, wanted.schools):
        raise accounts.more_than_own()
    if wanted.schools is not None and OF_A_DISTRICT & {*wanted.scopes}:
        sentence = _("A key for some schools cannot declare or administer: these reach all of a district.")
        raise Problem(422, "mistakes", sentence, mistakes=[Mistake("scopes", sentence)])
    key = new_key()
    lasts = timedelta(days=wanted.expires_days) if wanted.expires_days else None
    scopes = [*dict.fromkeys(wanted.scopes)]
    async with context.whole.acquire() as conn, conn.transaction():
        if wanted.schools:
            await accounts.check_schools(conn, wanted.districts, wanted.schools)
        new = NewKey(wanted.name, hash_token(key), [*scopes], wanted.districts, lasts, wanted.schools, caller.person)
        id_ = await api_keys.add(conn, new)
        if id_ is None:
            raise Problem(
                409, "name_taken", _("Another key has, or had, this name. Choose a name that tells them apart.")
            )
        shown = await _visible(conn, caller, id_)
        await _note(conn, caller, "create key", shown)
    return {**shown, "key": key}


async def revoked(context: Context, caller: Principal, key_id: UUID) -> dict[str, Any]:
    """The key, which works no more. Raises `Problem` 403 for one that may do more than the caller."""
    caller.require_scope("administer")
    async with context.whole.acquire() as conn, conn.transaction():
        await _visible(conn, caller, key_id)
        found = await api_keys.one(conn, None, key_id)
        assert found is not None
        own = [UUID(school) for school in found["schools"]] if found["schools"] is not None else None
        if not caller.covers(found["scopes"], found["districts"], own):
            raise accounts.more_than_own()
        await api_keys.revoke(conn, key_id)
        await _note(conn, caller, "revoke key", found)
        return await _visible(conn, caller, key_id)


async def _visible(conn: Any, caller: Principal, key_id: UUID) -> dict[str, Any]:
    found = await api_keys.one(conn, caller.visible, key_id)
    if found is None:
        raise not_found("key")
    return found


async def _note(conn: Any, caller: Principal, action: str, key: dict[str, Any]) -> None:
    """Audit it for each district that it concerns, as far as it does."""
    kept = {name: key[name] for name in ("scopes", "districts", "schools", "expires_at")}
    kept["schools"] = key["schools"] and [UUID(school) for school in key["schools"]]
    for district_id in key["districts"] or [""]:
        detail = await accounts.of_district(conn, district_id, kept)
        await audit.add(conn, district_id, caller.id, action, f"key/{key['id']}", detail)


def _answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_text(to_json(body).decode(), status, headers)
