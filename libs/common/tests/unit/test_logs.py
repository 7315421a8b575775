"""Log lines: one JSON object each, from us and from the libraries, with what they are about and without secrets."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
import structlog
from pydantic import SecretStr

from common import logs
from common.settings import CommonSettings

PERSON = "Anna Example"
Lines = Callable[[], list[dict[str, Any]]]


def configure(format_: Literal["json", "console"] = "json", level: Literal["info", "warning"] = "info") -> None:
    settings = CommonSettings(
        database_url=SecretStr("postgresql://somebody:hidden@localhost/rosterbus"),
        amqp_url=SecretStr("amqp://somebody:hidden@localhost/"),
        log_format=format_,
        log_level=level,
    )
    logs.configure(settings, "scheduler")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    for name in ("aio_pika", "aiormq"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def fail() -> None:
    try:
        int(PERSON)
    except ValueError as error:
        raise KeyError(PERSON) from error


def test_a_line_is_a_json_object_with_its_time_service_and_data(lines: Lines) -> None:
    configure()
    structlog.get_logger().info("roster fetched", people=412)
    (line,) = lines()
    assert (line["event"], line["level"], line["service"], line["people"]) == (
        "roster fetched",
        "info",
        "scheduler",
        412,
    )
    assert line["timestamp"].endswith("Z")


def test_what_an_event_is_about_stands_in_every_line_of_its_handler(lines: Lines) -> None:
    configure()
    with structlog.contextvars.bound_contextvars(run="run-1", event_type="sync.ordered.v1"):
        structlog.get_logger().info("order taken")
        logging.getLogger("asyncpg").warning("slow")
    assert [(line["event"], line["run"], line["event_type"]) for line in lines()] == [
        ("order taken", "run-1", "sync.ordered.v1"),
        ("slow", "run-1", "sync.ordered.v1"),
    ]


def test_lines_below_the_level_are_left_out(lines: Lines) -> None:
    configure(level="warning")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["event"] for line in lines()] == ["loud"]


@pytest.mark.parametrize("format_", ["json", "console"])
def test_an_error_is_logged_with_its_places_and_without_its_text(
    format_: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(format_)
    for log in (structlog.get_logger(), logging.getLogger("asyncio")):
        try:
            fail()
        except KeyError:
            log.exception("it failed")
    printed = capsys.readouterr().out
    assert printed.count("KeyError") >= 2
    assert printed.count("ValueError") == 2
    assert "in fail" in printed
    assert PERSON not in printed


@pytest.mark.parametrize("format_", ["json", "console"])
def test_settings_may_be_logged_because_their_secrets_do_not_show(
    format_: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(format_)
    secret = SecretStr("hidden")
    try:
        raise ConnectionError(f"cannot open amqp://somebody:{secret.get_secret_value()}@localhost")
    except ConnectionError:
        structlog.get_logger().exception("no connection", settings=CommonSettings(database_url=secret, amqp_url=secret))
    assert "hidden" not in capsys.readouterr().out


def test_the_reconnecting_of_the_amqp_library_is_not_logged_line_by_line(lines: Lines) -> None:
    configure()
    logging.getLogger("aio_pika.robust_connection").warning("attempt 1")
    assert lines() == []
