"""Access tokens by OAuth 2 client credentials (RFC 6749, 4.4)."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from time import monotonic
from urllib.parse import quote_plus

import msgspec
from msgspec import Struct

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.http import Answer, Http, PassingTrouble, unpack
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.sources.refusals import REFUSALS, Meaning, naming, refusal

AT_TOKEN_URL = naming("token_url")
MARGIN = 30.0
"""Seconds before its end at which a token is renewed, so that it does not end on the way."""


class Token(Struct):
    """A token endpoint's answer; some servers leave `expires_in` out."""

    access_token: str
    expires_in: int | float | str | None = None


class Tokens:
    """Fetches a token when there is none that lasts."""

    meanings: Mapping[int, Meaning] = REFUSALS

    def __init__(self, http: Http, settings: OneRosterSettings) -> None:
        self._http = http
        self._settings = settings
        self._pairs = credentials(settings.client_id.get_secret_value(), settings.client_secret.get_secret_value())
        self._token = ""
        self._ends = 0.0
        self._fetching = asyncio.Lock()

    async def header(self, url: str, entry: Entry) -> str:
        """A token that should be accepted."""
        async with self._fetching:
            if not self._token or monotonic() >= self._ends:
                token = await self._fetch(entry)
                self._token, self._ends = token.access_token, monotonic() + lifetime(token)
        return f"Bearer {self._token}"

    def refused(self, header: str) -> bool:
        """Fetch another token next time, unless that was done meanwhile."""
        if header == f"Bearer {self._token}":
            self._token = ""
        return True

    async def _fetch(self, entry: Entry) -> Token:
        answer = await self._ask(entry)
        if answer.status in (400, 401):
            raise _refused(answer)
        if trouble := refusal(answer, "an access token", AT_TOKEN_URL):
            raise trouble
        try:
            return msgspec.json.decode(unpack(answer.body, packed=answer.packed), type=Token)
        except msgspec.MsgspecError:
            message = "The address set as token_url answers, but not with an access token. Check token_url."
            raise PassingTrouble("SOURCE_BAD_RESPONSE", message) from None

    async def _ask(self, entry: Entry) -> Answer:
        form = {"grant_type": "client_credentials", "scope": self._settings.scopes}
        *earlier, last = self._pairs
        for pair in earlier:
            answer = await self._post(pair, form, entry)
            if answer.status != 401:
                return answer
        return await self._post(last, form, entry)

    async def _post(self, pair: str, form: dict[str, str], entry: Entry) -> Answer:
        answer = await self._http.exchange("POST", self._settings.token_url, entry, {"Authorization": pair}, form)
        if 200 <= answer.status < 300:
            self._pairs = [pair]
        return answer


def credentials(client_id: str, secret: str) -> list[str]:
    """The headers to try, in order: form-encoded (RFC 6749, 2.3.1), and plain where that differs."""
    pairs = (f"{quote_plus(client_id)}:{quote_plus(secret)}", f"{client_id}:{secret}")
    return [f"Basic {b64encode(pair.encode()).decode()}" for pair in dict.fromkeys(pairs)]


def _refused(answer: Answer) -> SourceTrouble:
    if "invalid_scope" in answer.beginning():
        message = (
            "The source does not grant the scope that we ask for. Correct scope, or have it granted to the client."
        )
        return SourceTrouble("AUTH_FORBIDDEN", message)
    message = (
        f"The source refuses the client's id and secret (HTTP {answer.status} at token_url). "
        "Renew client_id and client_secret, or correct token_url."
    )
    return SourceTrouble("AUTH_INVALID", message)


def lifetime(token: Token) -> float:
    """Seconds for which to use a token; until it is refused, where the server does not say how long it lasts."""
    try:
        seconds = float(token.expires_in or "inf")
    except ValueError:
        return float("inf")
    return max(seconds - MARGIN, seconds / 2)
