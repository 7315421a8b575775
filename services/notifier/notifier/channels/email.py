"""E-mail by SMTP. The server's temporary refusals (4xx) are Transient, final ones (5xx) Permanent (RFC 5321, 4.2.1)."""

from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib

from common.errors import Permanent, Transient
from notifier.settings import Settings
from notifier.wording import Notice


async def send(settings: Settings, notice: Notice, recipient: str, message_id: str) -> None:
    """Hand one notice to the mail server.

    `message_id` is the same whenever the same notice is sent, so that mail systems can drop a repeat.
    """
    message = _message(settings, notice, recipient, message_id)
    try:
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password.get_secret_value() or None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=settings.smtp_seconds,
        )
    except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
        raise _from_code(_code(error)) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Transient(f"The mail server {settings.smtp_host} does not answer ({type(error).__name__}).") from None


def _message(settings: Settings, notice: Notice, recipient: str, message_id: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = notice.subject
    message["From"] = settings.smtp_from
    message["To"] = recipient
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{message_id}@rosterbus>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text)
    message.add_alternative(notice.html, subtype="html")
    return message


def _code(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> int:
    return error.recipients[0].code if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error.code


def _from_code(code: int) -> Exception:
    if 400 <= code < 500:
        return Transient(f"The mail server is busy ({code}).")
    return Permanent(f"The mail server refused the notice ({code}). Check the address and the sender's settings.")
