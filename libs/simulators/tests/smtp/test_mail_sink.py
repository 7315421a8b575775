"""The sink keeps what it is sent, refuses when told to, and shows its mail."""

import asyncio
import smtplib
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from simulators.smtp import MailSink
from simulators.smtp.pages import MailPages


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as sink:
        yield sink


def _mail(subject: str = "Zoë’s sync <1>", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "bus@north.example", "ada@north.example", subject
    mail.set_content("All schools are in step.\n")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


async def _send(host: str, port: int, mail: EmailMessage, *, login: bool = False) -> None:
    def send() -> None:
        with smtplib.SMTP(host, port, timeout=10) as smtp:
            if login:
                smtp.login("anyone", "anything")
            smtp.send_message(mail, to_addrs=["ada@north.example", "hidden@north.example"])

    await asyncio.to_thread(send)


async def test_a_mail_is_kept_with_its_envelope(sink: MailSink) -> None:
    await _send(sink.host, sink.port, _mail())

    (message,) = await sink.wait_for(1)
    assert message["Subject"] == "Zoë’s sync <1>"
    assert message.get_content() == "All schools are in step.\n"
    assert sink.deliveries[0].recipients == ("ada@north.example", "hidden@north.example")
    assert sink.deliveries[0].sender == "bus@north.example"


async def test_waiting_ends_when_the_mail_arrives(sink: MailSink) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(sink.wait_for(2))
        tasks.create_task(_send(sink.host, sink.port, _mail("one")))
        tasks.create_task(_send(sink.host, sink.port, _mail("two")))

    assert {message["Subject"] for message in waiting.result()} == {"one", "two"}


async def test_waiting_for_mail_that_does_not_come_ends_in_an_error(sink: MailSink) -> None:
    with pytest.raises(TimeoutError):
        await sink.wait_for(1, timeout=0.01)


@pytest.mark.parametrize("answer", ["451 4.3.0 Try again later", "554 5.7.1 Not wanted"])
async def test_the_next_mails_can_be_refused(sink: MailSink, answer: str) -> None:
    sink.refuse(1, answer)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        await _send(sink.host, sink.port, _mail())
    await _send(sink.host, sink.port, _mail())

    assert refused.value.smtp_code == int(answer[:3])
    assert len(sink.messages) == 1


async def test_any_login_is_accepted(sink: MailSink) -> None:
    await _send(sink.host, sink.port, _mail(), login=True)

    assert len(await sink.wait_for(1)) == 1


async def test_mail_in_a_folder_is_there_after_a_restart(tmp_path: Path) -> None:
    for subject in ("one", "two"):
        async with MailSink(folder=tmp_path / "mail") as sink:
            await _send(sink.host, sink.port, _mail(subject))

    async with MailSink(folder=tmp_path / "mail") as sink:
        assert [message["Subject"] for message in sink.messages] == ["one", "two"]
        assert sink.deliveries[0].recipients == ("ada@north.example",)
    assert [path.name for path in sorted((tmp_path / "mail").iterdir())] == ["00001.eml", "00002.eml"]


async def test_the_page_lists_and_shows_mail_without_running_it(sink: MailSink) -> None:
    await _send(sink.host, sink.port, _mail(html="<p>In <script>step</script></p>"))

    async with TestClient(TestServer(MailPages(sink).application())) as web:
        listing = await (await web.get("/")).text()
        mail = await (await web.get("/1")).text()
        html = await web.get("/1/html")
        assert '<a href="/1">Zoë’s sync &lt;1&gt;</a>' in listing
        assert "All schools are in step." in mail and "<iframe sandbox" in mail
        assert "<script>step" in await html.text()
        assert html.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "multipart/alternative" in await (await web.get("/1/source")).text()
        assert (await (await web.get("/mails.json")).json())[0]["recipients"][1] == "hidden@north.example"
        assert (await web.get("/2")).status == 404


async def test_an_empty_sink_says_so(sink: MailSink) -> None:
    async with TestClient(TestServer(MailPages(sink).application())) as web:
        assert "No mail yet." in await (await web.get("/")).text()


async def test_the_command_receives_and_shows_mail() -> None:
    command = (sys.executable, "-m", "simulators.smtp", "--port", "0", "--http-port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    mail, _, page = line.removeprefix("Mail to ").strip().partition(" is shown at ")
    host, _, port = mail.partition(":")

    await _send(host, int(port), _mail("from the command"))
    async with aiohttp.ClientSession() as http, http.get(page) as response:
        assert "from the command" in await response.text()
    process.terminate()
    assert await process.wait() == 0
