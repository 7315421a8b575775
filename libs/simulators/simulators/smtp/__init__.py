"""A mail sink for tests and the demonstration."""

from simulators.smtp.sink import Delivery, MailSink

__all__ = ["Delivery", "MailSink"]
