"""Answers: pages for people, and JSON, compressed for those who accept it."""

import gzip

from aiohttp import web

BUSY_PAGE = "<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>"


def html_page(html: str, status: int) -> web.Response:
    """Answer with a page for people."""
    return web.Response(text=html, status=status, content_type="text/html")


def json_answer(body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON."""
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)


def packed_answer(request: web.Request, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON, compressed if the client accepts it."""
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return json_answer(body, headers)
    packed = gzip.compress(body, compresslevel=1, mtime=0)
    return json_answer(packed, {**(headers or {}), "Content-Encoding": "gzip"})
