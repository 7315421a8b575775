"""HTTP as all REST kinds use it: one exchange at a time, every byte counted, passing trouble tried again.

Bytes are those of HTTP itself: request line, headers and body on the way up; status line, headers and the body as it
was sent, compressed or not, on the way down (aiohttp leaves decompression to us). Not counted are what TLS, TCP and
chunked encoding add, and requests that got no answer.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from time import monotonic
from typing import Self, TypeVar

import aiohttp
import stamina
import structlog
from msgspec import Struct
from stamina.instrumentation import RetryDetails
from yarl import URL

from roster_fetcher.ledger import Entry
from roster_fetcher.metrics import count_request
from roster_fetcher.patience import Patience
from roster_fetcher.sources.pacing import Pace
from roster_fetcher.sources.protocol import ANSWER_KEPT, Opening, SourceTrouble

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of one page, unpacked: enough for 50,000 rows, and a bound for what a broken server can make us hold."""
DIGEST_BYTES = 16
GZIP_TIME = slice(4, 8)
"""Where a gzip header says when it was packed (RFC 1952, 2.3), which is no part of what it says."""

T = TypeVar("T")

log = structlog.get_logger()


class PassingTrouble(SourceTrouble):
    """It may work in a moment. `wait` is how many seconds the source asks for, if it does."""

    def __init__(self, code: str, message: str, *, answer: str = "", wait: float | None = None) -> None:
        super().__init__(code, message, answer=answer)
        self.wait = wait


class Answer(Struct):
    """An answer as it came. `body` is still packed where `packed` says so."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    packed: bool

    def is_json(self) -> bool:
        """Whether the answer says that it is JSON."""
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
        return kind.endswith(("/json", "+json"))

    def beginning(self) -> str:
        """How the body begins, for people."""
        return unpack(self.body, packed=self.packed)[: 4 * ANSWER_KEPT].decode(errors="replace")[:ANSWER_KEPT]


def unpack(body: bytes, *, packed: bool) -> bytes:
    """The plain bytes. Raises `PassingTrouble` for what is broken or larger than `LARGEST_BODY`."""
    if not packed:
        return body
    try:
        plain = zlib.decompressobj(wbits=47).decompress(body, LARGEST_BODY + 1)  # 47: zlib or gzip, as its header says
    except zlib.error:
        raise PassingTrouble("SOURCE_BAD_RESPONSE", "The source sent a page that cannot be unpacked.") from None
    if len(plain) > LARGEST_BODY:
        raise _too_large()
    return plain


def json_of(answer: Answer, what: str) -> bytes:
    """The answer's plain JSON. Raises `PassingTrouble` for anything else: proxies send pages of HTML with 200."""
    if not answer.is_json():
        message = f"Asked for {what}, the source answers with something else than JSON. Run again later."
        raise PassingTrouble("SOURCE_BAD_RESPONSE", message, answer=answer.beginning())
    return unpack(answer.body, packed=answer.packed)


def not_as_expected(answer: Answer, what: str, fault: object) -> PassingTrouble:
    """JSON of another shape: it may have been cut. `fault` names the place, never the content."""
    message = f"Asked for {what}, the source answers with JSON that cannot be read ({fault}). Ask the vendor."
    return PassingTrouble("SOURCE_BAD_RESPONSE", message, answer=answer.beginning())


def digest(body: bytes, *, packed: bool) -> bytes:
    """A digest of a body as it came, leaving out the time at which it was packed."""
    hashed = blake2b(digest_size=DIGEST_BYTES)
    if packed and body[:2] == b"\x1f\x8b":
        view = memoryview(body)
        hashed.update(view[: GZIP_TIME.start])
        hashed.update(view[GZIP_TIME.stop :])
    else:
        hashed.update(body)
    return hashed.digest()


def http_of(opening: Opening, credential: str, *, per_minute: int | None = None) -> "Http":
    """Connections for an opened source. `credential` names what the source's limits are counted by; it is no secret.

    `per_minute` is how many requests the source takes in a minute, if that is known beforehand.
    """
    return Http(opening, credential, per_minute)


class Http:
    """Connections to one source. Use with `async with`."""

    def __init__(self, opening: Opening, credential: str, per_minute: int | None) -> None:
        self._opening = opening
        self._credential = credential
        self._per_minute = per_minute
        self._paces: dict[str, Pace] = {}
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        silence = self._opening.patience.answer
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._opening.sockets),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=silence, sock_read=silence),
            headers={"User-Agent": "rosterbus", "Accept": "application/json", "Accept-Encoding": "gzip"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def exchange(
        self, method: str, url: str, entry: Entry, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its answer, whatever the status; bytes go to the entry.

        `url` is percent-encoded already. Redirects are not followed, since the token must go nowhere else. Raises
        `PassingTrouble` SOURCE_UNREACHABLE when no whole answer comes, and `SourceTrouble` SOURCE_RATE_LIMITED when the
        source's limit would have us wait for too long.
        """
        address = URL(url, encoded=True)
        pace = self._pace_at(address.authority)
        if pace:
            await pace.turn()
        try:
            async with self._session.request(
                method, address, headers=headers, data=form, allow_redirects=False
            ) as response:
                body = await _read(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            entry.answered("no answer")
            count_request(None)
            raise PassingTrouble("SOURCE_UNREACHABLE", _no_answer(address, error)) from None
        _count(entry, response, body)
        entry.answered(str(response.status))
        count_request(response.status)
        if pace:
            await pace.heard(response.status, response.headers)
        packed = response.headers.get("Content-Encoding", "identity").casefold() not in ("", "identity")
        return Answer(response.status, response.headers, body, packed)

    def _pace_at(self, server: str) -> Pace | None:
        """The pace at one server, since tokens may come from another than rosters; None where nobody shares it."""
        pool, patience = self._opening.pool, self._opening.patience
        if pool is not None and server not in self._paces:
            self._paces[server] = Pace(pool, f"{server} {self._credential}", self._per_minute, patience)
        return self._paces.get(server)


async def patiently(patience: Patience, attempt: Callable[[], Awaitable[T]]) -> T:
    """Attempt until it works, within the limits; the last `PassingTrouble` is raised when they are used up."""
    deadline = monotonic() + patience.budget

    def worth_waiting(error: Exception) -> bool | float:
        if not isinstance(error, PassingTrouble) or error.wait is None:
            return isinstance(error, PassingTrouble)
        return patience.jittered(error.wait) if monotonic() + error.wait < deadline else False

    retries = stamina.AsyncRetryingCaller(
        attempts=patience.attempts,
        timeout=patience.budget,
        wait_initial=patience.first_wait,
        wait_max=patience.longest_wait,
        wait_jitter=patience.first_wait,
    )
    return await retries(worth_waiting, attempt)


def log_retry(details: RetryDetails) -> None:
    """Log that a request will be tried again, in place of stamina's own line, which repeats its cause at length."""
    log.info(
        "the source will be asked again",
        code=getattr(details.caused_by, "code", ""),
        attempt=details.retry_num,
        seconds=round(details.wait_for, 1),
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> SourceTrouble:
    return SourceTrouble(
        "SOURCE_BAD_RESPONSE",
        f"The source sent a page of more than {LARGEST_BODY >> 20} MB. Set a smaller page_size for the source.",
    )


def _no_answer(url: URL, error: Exception) -> str:
    match error:
        case TimeoutError():
            what = "did not answer in time"
        case aiohttp.ClientConnectorDNSError():
            what = "has an address that is not known (DNS)"
        case aiohttp.ClientSSLError():
            what = "has a certificate that cannot be trusted (TLS)"
        case aiohttp.ClientConnectorError():
            what = "cannot be connected to"
        case _:
            what = "broke off its answer"
    return f"The source at {url.host} {what}. Check its address, or wait and run again."


def _count(entry: Entry, response: aiohttp.ClientResponse, body: bytes) -> None:
    """The sizes of HTTP/1.1 messages: each header takes four bytes more than its name and value."""
    sent = response.request_info
    line = len(sent.method) + len(sent.url.raw_path_qs) + len("  HTTP/1.1\r\n\r\n")
    entry.bytes_up += line + sum(len(k) + len(v) + 4 for k, v in sent.headers.items())
    entry.bytes_up += int(sent.headers.get("Content-Length", 0))
    line = len("HTTP/1.1 200 \r\n\r\n") + len(response.reason or "")
    entry.bytes_down += line + sum(len(k) + len(v) + 4 for k, v in response.raw_headers) + len(body)
