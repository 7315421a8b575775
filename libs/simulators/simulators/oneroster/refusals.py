"""The answers that are no data: error bodies as each version of the standard has them."""

from typing import Any

from aiohttp import web

from simulators.oneroster.behaviour import Version, Wording

UNAUTHORISED_PAGE = "<html><head><title>401 Unauthorized</title></head><body>Unauthorized</body></html>"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the simulator
    """A request that is answered with an error of the standard.

    `minor` is a code of the standard such as `invalid_filter_field`, `unauthorisedrequest` or `unknownobject`;
    `scheme` is how a client should have named itself. `careless` servers fall over such a request.
    """

    def __init__(
        self, status: int, minor: str, description: str, *, scheme: str = "Bearer", careless: bool = False
    ) -> None:
        super().__init__(description)
        self.status = status
        self.minor = minor
        self.description = description
        self.scheme = scheme
        self.careless = careless

    def answer(self, version: Version, wording: Wording = "standard") -> web.Response:
        """Give the error as this version or this server words it."""
        headers = {"WWW-Authenticate": f'{self.scheme} realm="oneroster"'} if self.status == 401 else None
        if wording == "bare":
            return _bare(self, headers)
        body = _body_11(self) if version == "1.1" else _body_12(self, flat=wording == "flat")
        return web.json_response(body, status=self.status, headers=headers)


def _bare(refusal: Refusal, headers: dict[str, str] | None) -> web.Response:
    if refusal.careless:
        return web.Response(text="Internal Server Error", status=500)
    if refusal.status == 401:
        return web.Response(text=UNAUTHORISED_PAGE, status=401, content_type="text/html", headers=headers)
    return web.Response(text=refusal.description, status=refusal.status)


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


def _body_12(refusal: Refusal, *, flat: bool) -> dict[str, Any]:
    name, value = "imsx_codeMinorFieldName", "imsx_codeMinorFieldValue"
    fields = {"imsx_codeMinorField": [{name: "TargetEndSystem", value: refusal.minor}]}
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": refusal.description,
        "imsx_CodeMinor": refusal.minor if flat else fields,
    }
