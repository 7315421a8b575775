"""Signed requests by OAuth 1.0a without a token (RFC 5849, "zero-legged"), as OneRoster 1.1 has them."""

from collections.abc import Mapping
from typing import Literal

from oauthlib import oauth1
from pydantic import SecretStr

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.refusals import Meaning

SignatureMethod = Literal["HMAC-SHA256", "HMAC-SHA1"]

MEANINGS: dict[int, Meaning] = {
    401: (
        "AUTH_INVALID",
        "does not accept our signature. Renew client_id and client_secret, try the other signature_method, "
        "and see that this machine's clock is right",
    )
}
"""A clock that differs by minutes is refused just as a wrong secret is."""


class Signatures:
    """Signs each request with the consumer's secret."""

    def __init__(
        self,
        client_id: SecretStr,
        client_secret: SecretStr,
        method: SignatureMethod,
        meanings: Mapping[int, Meaning] = MEANINGS,
    ) -> None:
        self._client = oauth1.Client(
            client_id.get_secret_value(), client_secret=client_secret.get_secret_value(), signature_method=method
        )
        self.meanings = meanings

    async def header(self, url: str, entry: Entry) -> str:
        """The signature over method, address and all parameters, with a time and a nonce of its own."""
        _, headers, _ = self._client.sign(url, http_method="GET")
        return str(headers["Authorization"])

    def refused(self, header: str) -> bool:
        """Another signature would be refused as well."""
        return False
