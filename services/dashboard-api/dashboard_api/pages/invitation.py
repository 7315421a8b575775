"""The link that an administrator sends: whoever has it chooses a password, once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response

from dashboard_api.auth import passwords, sessions
from dashboard_api.auth.guard import InContext, refuse_foreign
from dashboard_api.auth.passwords import LEAST_LENGTH
from dashboard_api.auth.tokens import hash_token
from dashboard_api.language import _
from dashboard_api.pages.addresses import HOME
from dashboard_api.pages.sign_in import signed_in
from dashboard_api.pages.templating import render
from dashboard_api.problems import Problem
from dashboard_api.queries import audit, invitations, operators
from dashboard_api.queries import sessions as session_rows

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Path(max_length=100)]


@router.get("/invitation/{token}")
async def show(token: Token, request: Request, context: InContext) -> Response:
    """The form."""
    if await invitations.find(context.whole, hash_token(token)) is None:
        raise _used()
    return _form(request, token, None)


@router.post("/invitation/{token}", dependencies=[Depends(refuse_foreign)])
async def take(
    token: Token, request: Request, context: InContext, password: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Keep the password and sign in; other sessions of the person end, and a second factor is still asked for."""
    if len(password) < LEAST_LENGTH:
        return _form(request, token, passwords.too_short())
    id_ = await invitations.find(context.whole, hash_token(token))
    if id_ is None:
        raise _used()
    hash_ = await passwords.make(password)
    async with context.whole.acquire() as conn, conn.transaction():
        held = await operators.hold(conn, id_)
        if held is None or await invitations.use(conn, hash_token(token)) is None:
            raise _used()
        await operators.set_password(conn, id_, hash_)
        await session_rows.end_all(conn, id_)
        await audit.add(conn, "", str(id_), "choose password", f"operator/{id_}")
        begun = await sessions.begin(conn, context, id_, complete=not held["has_second_factor"])
    return signed_in(context, begun, HOME if begun.complete else "/sign-in/code")


def _form(request: Request, token: str, problem: Problem | None) -> Response:
    status = problem.status if problem else 200
    return render(request, "invitation.html", None, status, token=token, least=LEAST_LENGTH, problem=problem)


def _used() -> Problem:
    return Problem(404, "no_invitation", _("This link was used, or has run out. Ask who sent it for another one."))
