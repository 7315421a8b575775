"""A run's end reaches the people whom the district named: by e-mail, once."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from common.bus import Bus
from common.db import Pool
from common.event_model import TrippedGuard
from common.events import Event, NoticeFailed, NoticeSent, SyncCompleted, SyncFailed, SyncHeld
from common.settings import CommonSettings
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from common.uow import UnitOfWork
from notifier.__main__ import routes
from notifier.handlers import give_up
from notifier.settings import Settings
from simulators.smtp import MailSink

Tell = Callable[[Event], Awaitable[None]]
SCHOOL = uuid4()


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as server:
        yield server


@pytest.fixture
async def notifier(pool_of: PoolOf) -> Pool:
    return await pool_of("notifier")


@pytest.fixture
async def tell(
    pool_of: PoolOf, bus: Bus, probe: EventProbe, settings: CommonSettings, sink: MailSink, notifier: Pool
) -> AsyncIterator[Tell]:
    """Publish an event to a notifier at work for a district that names two people."""
    own = Settings.model_validate(
        {**settings.model_dump(), "smtp_host": sink.host, "smtp_port": sink.port, "dashboard_url": "https://bus.test/"}
    )
    dashboard, worker = await pool_of("dashboard-api"), await pool_of("moodle-sync")
    await dashboard.execute(
        "INSERT INTO district (id, name, timezone, locale) VALUES ('north', 'North', 'Europe/Brussels', 'nl-BE')"
    )
    await dashboard.execute(
        "INSERT INTO recipient (district_id, email) VALUES ('north', 'ada@school.test'), ('north', 'bo@school.test')"
    )
    await dashboard.execute("INSERT INTO source VALUES ('north', 'sis', 'oneroster', '{}', '')")
    await dashboard.execute(
        "INSERT INTO school (district_id, id, source_id, source_school_id, name) "
        "VALUES ('north', $1, 'sis', 'hill', 'Beech Hill')",
        SCHOOL,
    )

    async def publish(event: Event) -> None:
        async with UnitOfWork(worker, "moodle-sync") as uow:
            uow.emit(event)

    async with (
        running("notifier", routes(own), bus, notifier, on_park=give_up),
        running("moodle-sync", {}, bus, worker, pools=()),
    ):
        yield publish


def a_completion(**facts: object) -> SyncCompleted:
    event = {"district_id": "north", "run_id": uuid4(), "school_id": SCHOOL, "mode": "full", "outcome": "clean"}
    return SyncCompleted.model_validate({**event, **facts})


async def test_syncs_of_a_device_are_told_only_where_its_notifications_are_on(
    tell: Tell, probe: EventProbe, pool_of: PoolOf
) -> None:
    quiet, told = uuid4(), uuid4()
    await (await pool_of("dashboard-api")).execute(
        "INSERT INTO device (district_id, id, school_id, name, notify) VALUES "
        "('north', $1, $3, 'Box 1', false), ('north', $2, $3, 'Box 2', true)",
        *(quiet, told, SCHOOL),
    )
    runs = {quiet: uuid4(), told: uuid4()}
    for device_id, run_id in runs.items():
        await tell(
            SyncFailed(
                district_id="north", run_id=run_id, school_id=SCHOOL, mode="nightly", phase="applying",
                code="DEVICE_SYNC_MISSING", device_id=device_id,
            )
        )  # fmt: skip
    await probe.wait_for(NoticeSent, 2)
    assert {event.run_id for event in probe.all(NoticeSent)} == {runs[told]}


async def test_each_person_gets_one_mail_with_outcome_counts_and_link(
    tell: Tell, sink: MailSink, probe: EventProbe
) -> None:
    event = a_completion(actions={"user": {"create": 12}, "enrolment": {"suspend": 1}}, duration_ms=41_000)
    await tell(event)
    await probe.wait_for(NoticeSent, 2)
    assert sorted(m["To"] for m in sink.messages) == ["ada@school.test", "bo@school.test"]
    assert {m["Subject"] for m in sink.messages} == {"Beech Hill · Volledige synchronisatie · Voltooid"}
    body = sink.messages[0].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "- Accounts: 12 aangemaakt\n- Inschrijvingen: 1 geschorst\n" in text
    assert "- Duur: 41 s\n" in text
    assert re.search(r"^- Tijdstip: .* CES?T$", text, re.MULTILINE), "on the clock of the district"
    assert f"https://bus.test/runs/{event.run_id}" in text


async def test_an_end_that_is_told_twice_is_mailed_once(tell: Tell, sink: MailSink, probe: EventProbe) -> None:
    event = a_completion()
    await tell(event)
    await tell(event)
    await tell(a_completion())
    await probe.wait_for(NoticeSent, 4)
    assert len(sink.messages) == 4


async def test_a_busy_mail_server_is_tried_again_for_those_not_told_yet(
    tell: Tell, sink: MailSink, probe: EventProbe
) -> None:
    sink.refuse(1, "451 try later")
    await tell(a_completion())
    await probe.wait_for(NoticeSent, 2)
    assert len(sink.messages) == 2


async def test_a_refused_address_is_told_and_the_other_is_mailed(
    tell: Tell, sink: MailSink, probe: EventProbe, notifier: Pool
) -> None:
    sink.refuse(1, "550 no such person")
    await tell(a_completion())
    (failed,) = await probe.wait_for(NoticeFailed)
    (sent,) = await probe.wait_for(NoticeSent)
    assert "550" in failed.detail
    assert failed.recipient_id != sent.recipient_id
    assert "@" not in failed.recipient_id
    assert len(sink.messages) == 1


async def test_a_failed_run_says_what_happened_in_the_districts_language_unless_it_will_be_tried_again(
    tell: Tell, sink: MailSink, probe: EventProbe
) -> None:
    about = {"district_id": "north", "school_id": SCHOOL, "mode": "full", "phase": "fetching", "code": "AUTH_INVALID"}
    await tell(SyncFailed.model_validate({**about, "run_id": uuid4(), "retry_planned": True}))
    await tell(SyncFailed.model_validate({**about, "run_id": uuid4(), "detail": "The source refuses the token."}))
    await probe.wait_for(NoticeSent, 2)
    assert {m["Subject"] for m in sink.messages} == {"Beech Hill · Volledige synchronisatie · Mislukt"}
    body = sink.messages[0].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "De bron weigert de inloggegevens (AUTH_INVALID)\n" in text
    assert "\nThe source refuses the token.\n" in text
    assert "Wat u kunt doen\nVernieuw de inloggegevens" in text


async def test_a_mail_server_that_stays_away_is_given_up_and_said(
    tell: Tell, sink: MailSink, probe: EventProbe
) -> None:
    sink.refuse(100, "421 closing")
    await tell(a_completion())
    assert len(await probe.wait_for(NoticeFailed, 2)) == 2


def a_hold(**facts: object) -> SyncHeld:
    guard = TrippedGuard(code="CHANGE_THRESHOLD", entity="enrolment", count=1031, of=1400, limit=140)
    event = {"district_id": "north", "run_id": uuid4(), "school_id": SCHOOL, "hold_id": uuid4(), "plan_hash": "h"}
    more = {"guards": (guard,), "operations": {"enrolment": {"suspend": 1031}}}
    return SyncHeld.model_validate({**event, **more, **facts})


async def test_a_hold_says_how_many_wait_why_and_where_to_decide(tell: Tell, sink: MailSink, probe: EventProbe) -> None:
    event = a_hold()
    await tell(event)
    await tell(event)
    await tell(a_completion(run_id=event.run_id, outcome="held"))
    await tell(a_completion())
    await probe.wait_for(NoticeSent, 4)
    held = [m for m in sink.messages if "1.031 wijzigingen wachten op een beslissing" in m["Subject"]]
    assert sorted(m["To"] for m in held) == ["ada@school.test", "bo@school.test"]
    assert len(sink.messages) == 4
    body = held[0].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Inschrijvingen: 1.031 van 1.400; tot 140 worden zonder navraag gewijzigd." in text
    assert f"https://bus.test/holds/{event.hold_id}" in text
    assert f"https://bus.test/runs/{event.run_id}" in text
    assert f"rosterbus hold approve {event.hold_id}" in text


async def test_a_run_that_waits_and_then_fails_is_told_of_twice(tell: Tell, sink: MailSink, probe: EventProbe) -> None:
    event = a_hold()
    await tell(event)
    await probe.wait_for(NoticeSent, 2)
    about = {"district_id": "north", "school_id": SCHOOL, "mode": "full", "phase": "applying", "code": "WORKER_LOST"}
    await tell(SyncFailed.model_validate({**about, "run_id": event.run_id}))
    await probe.wait_for(NoticeSent, 4)
    assert len({m["Message-ID"] for m in sink.messages}) == 4


@pytest.mark.parametrize("facts", [{"mode": "full"}, {"mode": "refresh", "outcome": "refreshed"}])
async def test_a_mail_says_how_the_school_stands(
    tell: Tell, sink: MailSink, probe: EventProbe, facts: dict[str, str]
) -> None:
    await tell(a_completion(**facts))
    await probe.wait_for(NoticeSent, 2)
    body = sink.messages[0].get_body(("plain",))
    assert body is not None
    assert "- De school nu: Niet ingesteld\n" in body.get_content()


async def want(pool_of: PoolOf, *rows: tuple[str, str, str | None, UUID | None]) -> None:
    """Nobody but these is told: address, outcomes, locale, school."""
    dashboard = await pool_of("dashboard-api")
    await dashboard.execute("DELETE FROM recipient")
    await dashboard.executemany(
        "INSERT INTO recipient (district_id, email, outcomes, locale, school_id) VALUES ('north', $1, $2, $3, $4)", rows
    )


async def told(sink: MailSink, probe: EventProbe, n: int) -> set[str]:
    await probe.wait_for(NoticeSent, n)
    return {str(message["To"]) for message in sink.messages}


async def test_each_is_told_of_those_ends_that_they_want(
    tell: Tell, sink: MailSink, probe: EventProbe, pool_of: PoolOf
) -> None:
    await want(pool_of, ("ada@school.test", "all", None, None), ("bo@school.test", "problems", None, None))
    await tell(a_completion())
    assert await told(sink, probe, 1) == {"ada@school.test"}
    await tell(a_completion(outcome="with_errors", errors=2))
    assert await told(sink, probe, 3) == {"ada@school.test", "bo@school.test"}


async def test_what_an_address_has_for_the_school_stands_in_for_the_districts(
    tell: Tell, sink: MailSink, probe: EventProbe, pool_of: PoolOf
) -> None:
    await want(
        pool_of,
        ("ada@school.test", "all", None, None), ("Ada@school.test", "never", None, SCHOOL),
        ("bo@school.test", "never", None, None), ("bo@school.test", "all", None, SCHOOL),
        ("cy@school.test", "all", None, uuid4()), ("di@school.test", "all", None, None),
    )  # fmt: skip
    await tell(a_completion())
    assert await told(sink, probe, 2) == {"bo@school.test", "di@school.test"}


async def test_each_reads_in_their_own_language(tell: Tell, sink: MailSink, probe: EventProbe, pool_of: PoolOf) -> None:
    await want(pool_of, ("ada@school.test", "all", "fr", None), ("bo@school.test", "problems", None, None))
    about = {"district_id": "north", "school_id": SCHOOL, "mode": "full", "phase": "fetching", "code": "AUTH_INVALID"}
    await tell(SyncFailed.model_validate({**about, "run_id": uuid4()}))
    await told(sink, probe, 2)
    texts = {}
    for message in sink.messages:
        body = message.get_body(("plain",))
        assert body is not None
        texts[str(message["To"])] = body.get_content()
    assert "De bron weigert de inloggegevens" in texts["bo@school.test"]
    assert "La source refuse les identifiants de connexion" in texts["ada@school.test"]
