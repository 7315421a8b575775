"""What passes around every request: its body has a limit, and its answer may bring the session's next cookie."""

from fastapi import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard_api.auth import sessions
from dashboard_api.context import Context

MOST_BYTES = 1024 * 1024
"""Of a request's body; rosters come from their sources, and files are not sent here."""


class BodyLimit:
    """Refuses bodies that are longer, as told or as they come: 413."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. What it raises, it raises where the body is read, so that the application answers as to any problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        came = 0

        async def receive_some() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most or (told.isdigit() and int(told) > self._most):
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)


class CookieRotation:
    """Adds the cookie that the guard put into the request's state, unless the answer sets or drops it itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def send_with_cookie(message: Message) -> None:
            token = scope.get("state", {}).get("cookie")
            if message["type"] == "http.response.start" and token is not None:
                context: Context = scope["app"].state.context
                own = f"{sessions.cookie_name(context)}=".encode()
                if not any(name == b"set-cookie" and value.startswith(own) for name, value in message["headers"]):
                    bearer = Response()
                    sessions.set_cookie(context, bearer, token)
                    message["headers"] += [pair for pair in bearer.raw_headers if pair[0] == b"set-cookie"]
            await send(message)

        await self._app(scope, receive, send_with_cookie if scope["type"] == "http" else send)
