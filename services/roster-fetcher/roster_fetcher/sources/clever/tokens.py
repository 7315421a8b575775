"""The district's token: the one that was set, or the one that Clever tells the app for the district.

Tokens have no end, but are replaced at any moment; so on a refusal the new one is fetched by the district's id, once.
"""

from base64 import b64encode
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.clever.refusals import refused
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.http import Http, json_of, not_as_expected
from roster_fetcher.sources.protocol import SourceTrouble


class Owner(Struct, frozen=True):
    """Whose token it is."""

    type: str | None = None
    id: str | None = None


class Token(Struct):
    """A token of the app's."""

    access_token: str
    owner: Owner | None = None


class Tokens(Struct):
    """The answer of the token endpoint."""

    data: list[Token]


class DistrictToken:
    """The token in use."""

    def __init__(self, http: Http, settings: CleverSettings) -> None:
        self._http = http
        self._settings = settings
        self._token = settings.token.get_secret_value()

    async def current(self, entry: Entry) -> str:
        """A token that should be accepted. Raises `SourceTrouble`; bytes go to the entry."""
        if not self._token:
            self._token = await self._fetch(entry)
        return self._token

    def replace(self) -> bool:
        """The token was refused: let another be fetched next time. False if we cannot ask for one."""
        if self._settings.can_find_token:
            self._token = ""
        return not self._token

    async def _fetch(self, entry: Entry) -> str:
        """Raises `SourceTrouble` without the answer: it holds tokens, and answers of troubles are stored."""
        try:
            return await self._ask(entry)
        except SourceTrouble as trouble:
            trouble.answer = ""
            raise

    async def _ask(self, entry: Entry) -> str:
        query = urlencode({"owner_type": "district", "district": self._settings.district_id})
        url = f"{self._settings.token_base_url}/oauth/tokens?{query}"
        answer = await self._http.exchange("GET", url, entry, {"Authorization": self._credentials()})
        if answer.status == 401:
            raise SourceTrouble(
                "AUTH_INVALID",
                "Clever refuses the app's id and secret (HTTP 401). Renew client_id and client_secret.",
            )
        if trouble := refused(answer, "the district's token"):
            raise trouble
        try:
            tokens = msgspec.json.decode(json_of(answer, "the district's token"), type=Tokens)
        except msgspec.MsgspecError as error:
            raise not_as_expected(answer, "the district's token", error) from None
        return self._of_district(tokens)

    def _of_district(self, tokens: Tokens) -> str:
        district_id = self._settings.district_id
        for token in tokens.data:
            if token.owner and token.owner.id == district_id:
                return token.access_token
        message = f"Clever has no token for the district {district_id}. Let the district share with the app."
        raise SourceTrouble("AUTH_FORBIDDEN", message)

    def _credentials(self) -> str:
        client_id, secret = self._settings.client_id, self._settings.client_secret
        pair = f"{client_id.get_secret_value()}:{secret.get_secret_value()}"
        return f"Basic {b64encode(pair.encode()).decode()}"
