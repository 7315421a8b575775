"""The answers that are no data."""

from aiohttp import web


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the simulator
    """A request that is answered with an error: `error` is its short name, such as `not_found`."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def answer(self) -> web.Response:
        """Give the error as JSON."""
        return web.json_response({"error": self.error, "error_description": self.description}, status=self.status)


def not_found(what: str) -> Refusal:
    """Refuse with 404."""
    return Refusal(404, "not_found", f"{what} was not found.")
