"""`/me`: whoever asks, and what people do with their own account; without idempotency keys (`api.idempotency`)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from dashboard_api import own_account
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.schemas import accounts as schemas
from dashboard_api.api.users import Language, PersonName
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.declare.values import Zone
from dashboard_api.own_account import own_id
from dashboard_api.queries import second_factors, sessions

router = APIRouter(prefix="/me", tags=["me"])


class AccountChange(BaseModel):
    """What is to be changed; the rest stays. `locale` null: as the browser asks; `timezone` null: the district's."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: PersonName = ""
    locale: Language | None = None
    timezone: Zone | None = None


class PasswordChange(BaseModel):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(extra="forbid")

    current: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class Code(BaseModel):
    """What the authenticator app shows."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40)


class Password(BaseModel):
    """One's own."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=1000)


@router.get("", **gives(schemas.Me))
async def show_me(caller: ApiCaller, context: InContext) -> Response:
    """Who asks: name, scopes, districts, schools; of people also role, address, language, time zone, second factor."""
    about = {name: getattr(caller, name) for name in ("id", "name", "districts", "schools", "role")}
    body = {**about, "kind": "key" if caller.csrf is None else "person", "scopes": sorted(caller.scopes)}
    return _answer({**body, **(await _person(context, caller) if caller.csrf is not None else {})})


@router.patch("", **gives(schemas.OwnAccount))
async def change_me(wanted: AccountChange, caller: ApiCaller, context: InContext) -> Response:
    """Change one's name, language or time zone."""
    after = await own_account.change(context, caller, wanted.model_dump(exclude_unset=True))
    return _answer({"id": caller.id, **after})


@router.put("/password", **gives(schemas.Changed))
async def change_password(wanted: PasswordChange, caller: ApiCaller, context: InContext) -> Response:
    """Change one's password; all other sessions end."""
    await own_account.change_password(context, caller, wanted.current, wanted.new)
    return _answer({"changed": True})


@router.post("/second-factor", **gives(schemas.SecondFactorBegun, 201, problems=(409,)))
async def begin_second_factor(caller: ApiCaller, context: InContext) -> Response:
    """Begin to set up an authenticator app: `secret`, `address`, and `picture`, a QR code as SVG."""
    return _answer(await own_account.begin_second_factor(context, caller), 201)


@router.put("/second-factor", **gives(schemas.RecoveryCodes, problems=(409,)))
async def confirm_second_factor(wanted: Code, caller: ApiCaller, context: InContext) -> Response:
    """Confirm it with a code; from then on sign-in asks for one. `recovery_codes` are shown this once."""
    return _answer({"recovery_codes": await own_account.confirm_second_factor(context, caller, wanted.code)})


@router.post("/second-factor/removal", **gives(schemas.Removed, problems=(409,)))
async def remove_own_second_factor(wanted: Password, caller: ApiCaller, context: InContext) -> Response:
    """Sign in with the password alone again."""
    await own_account.remove_second_factor(context, caller, wanted.password)
    return _answer({"removed": True})


@router.get("/sessions", **gives(schemas.Sessions))
async def list_own_sessions(caller: ApiCaller, context: InContext) -> Response:
    """Where one is signed in; the session that asks is `current`."""
    id_ = own_id(caller)
    return json_text(f'{{"sessions":{await sessions.list_json(context.whole, id_, caller.csrf or "")}}}')


@router.delete("/sessions", **gives(schemas.Ended))
async def end_other_sessions(caller: ApiCaller, context: InContext) -> Response:
    """Sign out everywhere else."""
    ended = await own_account.end_other_sessions(context, caller)
    return _answer({"ended": ended})


@router.delete("/sessions/{session_id}", **gives(schemas.Ended))
async def end_own_session(session_id: UUID, caller: ApiCaller, context: InContext) -> Response:
    """End one of one's sessions."""
    await own_account.end_session(context, caller, session_id)
    return _answer({"ended": 1})


async def _person(context: Context, caller: Principal) -> dict[str, Any]:
    found = await second_factors.find(context.whole, own_id(caller))
    assert found is not None
    factor = {"second_factor": found["confirmed"], "recovery_codes": found["recovery_codes"]}
    return {"email": found["email"], "locale": caller.locale, "timezone": caller.timezone, **factor}


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return json_text(to_json(body).decode(), status)
