"""The answers that are no data."""

from aiohttp import web


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the simulator
    """A request that is answered with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> web.Response:
        """Give the error as Clever words it."""
        return web.json_response({"message": str(self)}, status=self.status)
