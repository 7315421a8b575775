"""OAuth 1.0a without a token: every request is signed with the consumer's secret. After RFC 5849."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from simulators.oneroster.refusals import Refusal

SKEW = 300
"""Seconds by which a request's time may differ from ours."""
HASHES = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}
NEEDED = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce")
PORTS = {"http": 80, "https": 443}

_PARAMETER = re.compile(r'([\w.-]+)="([^"]*)"')

Pairs = Iterable[tuple[str, str]]


class Signatures:
    """Checks signed requests of one consumer. `clock` gives seconds since 1970."""

    def __init__(self, consumer_key: str, secret: str, clock: Callable[[], float]) -> None:
        self._consumer_key = consumer_key
        self._key = f"{_encoded(secret)}&"
        self._clock = clock
        self._seen: dict[tuple[str, str], float] = {}

    def check(self, method: str, url: str, authorization: str) -> None:
        """Accept a request, or refuse with 401. `url` is as it was sent, with its query."""
        given = _header(authorization)
        missing = [name for name in NEEDED if not given.get(name)]
        if missing:
            raise _refused(f"The request is not signed: {', '.join(missing)} missing.")
        self._check_time(given["oauth_timestamp"])
        self._check_signature(method, url, given)
        self._check_nonce(given["oauth_timestamp"], given["oauth_nonce"])

    def _check_time(self, timestamp: str) -> None:
        if not timestamp.isdigit() or abs(int(timestamp) - self._clock()) > SKEW:
            raise _refused("The request's time is not ours.")

    def _check_signature(self, method: str, url: str, given: dict[str, str]) -> None:
        hashing = HASHES.get(given["oauth_signature_method"])
        if hashing is None or given.get("oauth_version", "1.0") != "1.0":
            raise _refused("The request is signed in a way that is not understood.")
        signed = [(name, value) for name, value in given.items() if name not in ("realm", "oauth_signature")]
        expected = signature(hashing, self._key, base_string(method, url, signed))
        known = given["oauth_consumer_key"] == self._consumer_key
        if not known or not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise _refused("The consumer key or the signature is wrong.")

    def _check_nonce(self, timestamp: str, nonce: str) -> None:
        if (timestamp, nonce) in self._seen:
            raise _refused("The nonce was used before.")
        self._seen = {key: ends for key, ends in self._seen.items() if ends > self._clock()}
        self._seen[timestamp, nonce] = int(timestamp) + 2 * SKEW


def base_string(method: str, url: str, oauth: Pairs) -> str:
    """What is signed: method, address without query, and all parameters in order (RFC 5849, 3.4.1)."""
    parts = urlsplit(url)
    given = [*parse_qsl(parts.query, keep_blank_values=True), *oauth]
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in given)
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    port = f":{parts.port}" if parts.port and parts.port != PORTS.get(parts.scheme) else ""
    address = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    return "&".join((method.upper(), _encoded(address), _encoded(parameters)))


def signature(hashing: str, key: str, text: str) -> str:
    """Sign a base string. The key is the consumer's secret and the token's, each encoded, joined by `&`."""
    digest = hmac.digest(key.encode(), text.encode(), hashing)
    return b64encode(digest).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _header(authorization: str) -> dict[str, str]:
    kind, _, rest = authorization.partition(" ")
    if kind.casefold() != "oauth":
        return {}
    return {name: unquote(value) for name, value in _PARAMETER.findall(rest)}


def _refused(description: str) -> Refusal:
    return Refusal(401, "unauthorisedrequest", description, scheme="OAuth")
