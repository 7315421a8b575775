"""The answers that are no data: error bodies as each version of the standard has them."""

from typing import Any

from aiohttp import web

from simulators.oneroster.behaviour import Version


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the simulator
    """A request that is answered with an error of the standard.

    `minor` is a code of the standard such as `invalid_filter_field`, `unauthorisedrequest` or `unknownobject`.
    """

    def __init__(self, status: int, minor: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.minor = minor
        self.description = description

    def answer(self, version: Version) -> web.Response:
        """Give the error as this version words it."""
        body = _body_11(self) if version == "1.1" else _body_12(self)
        headers = {"WWW-Authenticate": 'Bearer realm="oneroster"'} if self.status == 401 else None
        return web.json_response(body, status=self.status, headers=headers)


def _body_11(refusal: Refusal) -> dict[str, Any]:
    return {
        "statusInfoSet": [
            {
                "imsx_codeMajor": "failure",
                "imsx_severity": "error",
                "imsx_codeMinor": refusal.minor,
                "imsx_description": refusal.description,
                "imsx_operationRefIdentifier": "",
            }
        ]
    }


def _body_12(refusal: Refusal) -> dict[str, Any]:
    name, value = "imsx_codeMinorFieldName", "imsx_codeMinorFieldValue"
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": refusal.description,
        "imsx_CodeMinor": {"imsx_codeMinorField": [{name: "TargetEndSystem", value: refusal.minor}]},
    }
