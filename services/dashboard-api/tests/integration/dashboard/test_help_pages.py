"""Help, and the pages for what goes wrong."""

import pytest

from common.catalogue import CATALOGUE

from .surroundings import Dashboard
from .visiting import page, signed_in


async def test_help_tells_of_syncs_words_errors_and_keys(north: Dashboard) -> None:
    await signed_in(north)
    for path, words in {
        "/help": ("Kinds of sync", f"All {len(CATALOGUE)} errors"),
        "/help/syncs": ("Partial", "only if the district wants it", "On hold", "Waits for a decision"),
        "/help/glossary": ("Enrolment", "in one class, with a role"),
        "/help/keyboard": ("data-dialog-content", "Find anyone or any class", "data-close"),
        "/help/problems": ("device_disabled", "RabbitMQ cannot be reached"),
        "/help/problems/not_found": ("There is no such thing", "Status 404"),
        "/help/errors": ("MISSING_NAME", "The run stops, and nothing is removed."),
        "/help/errors/AUTH_INVALID": ("The source refuses the credentials", "Who has it now"),
    }.items():
        text = await page(north, path)
        assert all(word in text for word in words), path


async def test_help_is_read_without_a_district(dashboard: Dashboard) -> None:
    await signed_in(dashboard)
    assert "Who has it now" not in await page(dashboard, "/help/errors/AUTH_INVALID")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is nothing at this address."),
        ("/runs/no-id", 404, "There is nothing at this address."),
        ("/help/errors/NO_SUCH_CODE", 404, "There is no such error."),
        ("/help/problems/no_such_code", 404, "There is no such problem."),
        ("/schools?after=x", 400, "This address cannot be used"),
    ],
)
async def test_problems_stand_in_the_frame_and_say_what_to_do(
    north: Dashboard, path: str, status: int, words: str
) -> None:
    await signed_in(north)
    async with north.http.get(path) as answer:
        text = await answer.text()
    assert (answer.status, words in text, "To the schools" in text, "Sign out" in text) == (status, True, True, True)
    assert 'href="/help/problems/' in text


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page(north: Dashboard) -> None:
    async with north.http.get("/nowhere") as answer:
        text = await answer.text()
    assert answer.status == 404 and "To the sign-in page" in text and "Sign out" not in text


async def test_what_breaks_is_said_in_the_readers_language_and_with_the_security_headers(north: Dashboard) -> None:
    await signed_in(north)
    await north.pool.execute("UPDATE district SET timezone = 'Nowhere/Atoll'")
    async with north.http.get("/schools", headers={"Accept-Language": "nl"}) as answer:
        text = await answer.text()
    assert (answer.status, 'lang="nl"' in text, "Sign out" in text or "Afmelden" in text) == (500, True, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
