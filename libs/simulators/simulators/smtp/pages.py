"""A small web page that shows the mails of a sink."""

from email.message import EmailMessage
from html import escape

from aiohttp import web

from simulators.smtp.sink import MailSink

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2530}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;
border-bottom:1px solid #dde2e8}pre{white-space:pre-wrap}iframe{width:100%;height:32rem;border:1px solid #dde2e8}
"""
HEADERS = ("From", "To", "Subject", "Date")


class MailPages:
    """Handlers over one sink; mails are numbered from 1, the oldest."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink

    def application(self) -> web.Application:
        """Make the web application: a list at `/`, mails at `/{n}`, and the list as JSON at `/mails.json`."""
        app = web.Application()
        app.router.add_get("/", self._list)
        app.router.add_get("/mails.json", self._json)
        app.router.add_get(r"/{number:\d+}", self._mail)
        app.router.add_get(r"/{number:\d+}/html", self._html)
        app.router.add_get(r"/{number:\d+}/source", self._source)
        return app

    async def _list(self, request: web.Request) -> web.Response:
        rows = [_row(number, mail) for number, mail in enumerate(self._sink.messages, 1)]
        head = "<tr>" + "".join(f"<th>{name}</th>" for name in HEADERS) + "</tr>"
        table = f"<table>{head}{''.join(reversed(rows))}</table>" if rows else "<p>No mail yet.</p>"
        return _page("Received mail", table)

    async def _json(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {"number": n, "sender": d.sender, "recipients": d.recipients, "subject": _header(d.message, "Subject")}
                for n, d in enumerate(self._sink.deliveries, 1)
            ]
        )

    async def _mail(self, request: web.Request) -> web.Response:
        mail, number = self._find(request), request.match_info["number"]
        head = "".join(f"<tr><th>{name}</th><td>{escape(_header(mail, name))}</td></tr>" for name in HEADERS)
        links = f'<p><a href="/">All mail</a> · <a href="/{number}/source">Source</a></p>'
        text = f"<pre>{escape(_part(mail, 'plain'))}</pre>"
        frame = f'<iframe sandbox src="/{number}/html" title="HTML part"></iframe>' if _part(mail, "html") else ""
        return _page(_header(mail, "Subject"), f"{links}<table>{head}</table>{text}{frame}")

    async def _html(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
        return web.Response(text=_part(self._find(request), "html"), content_type="text/html", headers=headers)

    async def _source(self, request: web.Request) -> web.Response:
        return web.Response(body=self._find(request).as_bytes(), content_type="text/plain", charset="utf-8")

    def _find(self, request: web.Request) -> EmailMessage:
        number = int(request.match_info["number"])
        if not 1 <= number <= len(self._sink.messages):
            raise web.HTTPNotFound(text="There is no such mail.")
        return self._sink.messages[number - 1]


def _row(number: int, mail: EmailMessage) -> str:
    cells = [escape(_header(mail, name)) for name in HEADERS]
    cells[2] = f'<a href="/{number}">{cells[2] or "(no subject)"}</a>'
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _header(mail: EmailMessage, name: str) -> str:
    return str(mail[name] or "")


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _page(title: str, body: str) -> web.Response:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    text = f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>'
    return web.Response(text=text, content_type="text/html")
