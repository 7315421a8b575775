"""What a notice says, in each language."""

import re
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest

from common.event_model import TrippedGuard
from common.events import SyncCompleted, SyncFailed, SyncHeld
from common.language import LANGUAGES
from notifier.news import Told
from notifier.wording import MODES, OUTCOMES, About, Notice, write

RUN, SCHOOL, HOLD = (UUID(int=n) for n in (1, 2, 3))
AT = datetime(2026, 11, 22, 19, 3, tzinfo=UTC)
FACTS: dict[str, Any] = {"district_id": "north", "run_id": RUN, "school_id": SCHOOL, "mode": "full"}


def a_completion(**facts: object) -> SyncCompleted:
    return SyncCompleted.model_validate({**FACTS, "outcome": "clean", **facts})


def a_failure(**facts: object) -> SyncFailed:
    return SyncFailed.model_validate({**FACTS, "phase": "fetching", "code": "AUTH_INVALID", **facts})


def a_hold(operations: int = 1031) -> SyncHeld:
    guard = TrippedGuard(code="CLASS_TURNOVER", entity="enrolment", subject="c-1", count=9, of=10, limit=6)
    waiting = {"enrolment": {"suspend": operations}}
    return SyncHeld.model_validate(
        {**FACTS, "hold_id": HOLD, "plan_hash": "h", "guards": (guard,), "operations": waiting}
    )


def written(event: Told, locale: str = "en", school: str = "Beech Hill", status: str = "") -> Notice:
    return write(event, AT, About("North", school, locale, status, "Europe/Brussels"), "https://bus.test/")


EVERY_NOTICE = [
    *(a_completion(outcome=outcome, errors=2, actions={"user": {"create": 3}}) for outcome in OUTCOMES),
    *(a_completion(mode=mode) for mode in MODES),
    a_failure(detail="The source refuses the token."),
    a_failure(device_id=SCHOOL, code="DEVICE_SYNC_MISSING"),
    a_hold(),
]


@pytest.mark.parametrize(
    ("event", "locale", "subject"),
    [
        (a_completion(), "en", "Beech Hill · Full sync · Completed"),
        (a_completion(), "nl-BE", "Beech Hill · Volledige synchronisatie · Voltooid"),
        (a_completion(), "fr", "Beech Hill · Synchronisation complète · Terminée"),
        (a_failure(), "en", "Beech Hill · Full sync · Failed"),
        (a_failure(), "nl-BE", "Beech Hill · Volledige synchronisatie · Mislukt"),
        (a_failure(), "fr", "Beech Hill · Synchronisation complète · Échec"),
        (a_hold(), "en", "Beech Hill · 1,031 changes wait for a decision"),
        (a_hold(), "nl-BE", "Beech Hill · 1.031 wijzigingen wachten op een beslissing"),
        (a_hold(), "fr", "Beech Hill · 1\u202f031 modifications attendent une décision"),
        (a_hold(1), "en", "Beech Hill · 1 change waits for a decision"),
    ],
)
def test_a_subject_says_which_school_and_what_became_of_it(event: Told, locale: str, subject: str) -> None:
    assert written(event, locale).subject == subject


def test_a_subject_is_one_line_whatever_the_school_is_called() -> None:
    assert written(a_hold(1), school="Beech\r\nHill").subject == "Beech Hill · 1 change waits for a decision"


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        ("en", ["- Accounts: 12 created", "- Time: Sun 22 Nov 2026, 20:03 CET", "- Duration: 41 s"]),
        ("nl", ["- Accounts: 12 aangemaakt", "- Tijdstip: zo 22 nov 2026, 20:03 CET", "- Duur: 41 s"]),
        ("fr", ["- Comptes\u00a0: 12 créations", "- Date et heure\u00a0: dim. 22 nov. 2026, 20:03 CET"]),
    ],
)
def test_a_completed_run_is_told_with_its_numbers(locale: str, lines: list[str]) -> None:
    told = written(a_completion(actions={"user": {"create": 12}}, duration_ms=41_000), locale).text.splitlines()
    assert [line for line in lines if line not in told] == []


@pytest.mark.parametrize(
    ("locale", "sentence", "link"),
    [
        ("en", "1 record needs attention.", "See the errors: "),
        ("nl", "1 record vraagt aandacht.", "Fouten bekijken: "),
        ("fr", "1 enregistrement demande votre attention.", "Voir les erreurs\u00a0: "),
    ],
)
def test_errors_are_counted_and_their_page_is_linked(locale: str, sentence: str, link: str) -> None:
    notice = written(a_completion(outcome="with_errors", errors=1), locale)
    assert f"{sentence}\n{link}https://bus.test/schools/{SCHOOL}/errors\n" in notice.text
    assert sentence in notice.html
    assert f'href="https://bus.test/schools/{SCHOOL}/errors"' in notice.html


def test_a_run_without_errors_links_to_no_errors() -> None:
    notice = written(a_completion())
    assert "/errors" not in notice.text + notice.html


@pytest.mark.parametrize(
    ("locale", "sentences"),
    [
        ("en", ["LMS_UNREACHABLE", "Who can do it: Moodle", "Nobody was removed from Moodle because of this."]),
        ("nl", ["LMS_UNREACHABLE", "Wie dit kan doen: ", "Hierdoor is niemand uit Moodle verwijderd."]),
        ("fr", ["Moodle ne répond pas ou refuse", "Administrateur de Moodle", "Personne n'a été supprimé de Moodle"]),
    ],
)
def test_a_failure_is_told_in_the_words_of_its_code(locale: str, sentences: list[str]) -> None:
    notice = written(a_failure(code="LMS_UNREACHABLE"), locale)
    html = notice.html.replace("&#39;", "'")
    assert [sentence for sentence in sentences if sentence not in notice.text or sentence not in html] == []
    assert "Details" not in notice.text


def test_a_failure_links_to_what_is_known_of_its_code() -> None:
    notice = written(a_failure())
    assert "About this error: https://bus.test/help/errors/AUTH_INVALID\n" in notice.text
    assert 'href="https://bus.test/help/errors/AUTH_INVALID"' in notice.html


def test_a_code_of_another_version_is_told_without_a_page_of_its_own() -> None:
    notice = written(a_failure(code="NOT_YET_KNOWN"))
    assert "(NOT_YET_KNOWN)\n" in notice.text
    assert "/help/errors" not in notice.text + notice.html


def test_a_preview_links_to_its_plan() -> None:
    notice = written(a_completion(outcome="previewed", dry_run=True))
    assert f"See the plan: https://bus.test/runs/{RUN}/plan\n" in notice.text
    assert f'href="https://bus.test/runs/{RUN}/plan"' in notice.html


def test_details_of_a_failure_are_told_in_the_reader_s_language() -> None:
    detail = "The source at sis.example did not answer in time. Check its address, or wait and run again."
    notice = written(a_failure(detail=detail), "nl")
    assert "De bron op sis.example heeft niet op tijd geantwoord." in notice.text
    assert 'lang="en"' not in notice.html


def test_a_foreign_systems_own_words_are_marked_as_english() -> None:
    notice = written(a_failure(detail="invalidrecord: Can't find data record"), "nl")
    assert '<p lang="en"' in notice.html


def test_a_devices_failure_is_told_as_the_devices() -> None:
    event = a_failure(code="DEVICE_SYNC_MISSING", device_id=SCHOOL)
    assert written(event).subject == "Beech Hill · Device sync · Failed"


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        (
            "en",
            [
                "- Enrolments: 1,031 to suspend",
                "  Enrolments (c-1): 9 of 10; up to 6 are changed without asking.",
                f"Review and decide: https://bus.test/holds/{HOLD}",
            ],
        ),
        (
            "nl",
            [
                "- Inschrijvingen: 1.031 te schorsen",
                "  Inschrijvingen (c-1): 9 van 10; tot 6 worden zonder navraag gewijzigd.",
                f"Bekijken en beslissen: https://bus.test/holds/{HOLD}",
            ],
        ),
        (
            "fr",
            [
                "- Inscriptions\u00a0: 1\u202f031 à suspendre",
                "  Inscriptions (c-1)\u00a0: 9 sur 10\u00a0; aucune confirmation n'est demandée jusqu'à 6.",
                f"Examiner et décider\u00a0: https://bus.test/holds/{HOLD}",
            ],
        ),
    ],
)
def test_a_hold_says_what_waits_why_and_where_to_decide(locale: str, lines: list[str]) -> None:
    notice = written(a_hold(), locale)
    told = notice.text.splitlines()
    assert [line for line in lines if line not in told] == []
    assert f"rosterbus hold approve {HOLD}" in told
    assert f'href="https://bus.test/holds/{HOLD}"' in notice.html
    assert "(CLASS_TURNOVER)" in notice.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVERY_NOTICE)
def test_every_notice_is_whole_in_every_language(event: Told, language: str) -> None:
    notice = written(event, language, status="on_hold")
    assert f'<html lang="{language}">' in notice.html
    assert f"https://bus.test/runs/{RUN}\n" in notice.text
    assert f'href="https://bus.test/runs/{RUN}"' in notice.html
    assert not re.search(r"[{}<>]|&\w+;|\n\n\n|^\n", notice.text)
    assert not re.search(r"[{}]", notice.html)


@pytest.mark.parametrize("event", EVERY_NOTICE)
def test_no_two_languages_say_the_same(event: Told) -> None:
    assert len({written(event, language).subject for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("event", EVERY_NOTICE)
def test_names_are_text_in_html_and_left_as_they_are_in_plain_text(event: Told) -> None:
    notice = written(event, school="<b>Hill</b> & {Co}")
    assert "&lt;b&gt;Hill&lt;/b&gt; &amp; {Co}" in notice.html
    assert "<b>" not in notice.html
    assert notice.text.startswith("<b>Hill</b> & {Co}, North\n")


def test_details_are_text_in_html() -> None:
    notice = written(a_failure(detail='Said "<script>" & left.'))
    assert "<script" not in notice.html
    assert 'Said "<script>" & left.' in notice.text


@pytest.mark.parametrize(("locale", "name"), [("en", "A school"), ("nl", "Een school"), ("fr", "Un établissement")])
def test_a_school_that_is_not_known_has_a_name_all_the_same(locale: str, name: str) -> None:
    assert written(a_completion(), locale, school="").subject.startswith(f"{name} · ")


def test_every_outcome_and_mode_has_a_word() -> None:
    assert set(OUTCOMES) == set(get_args(SyncCompleted.model_fields["outcome"].annotation))
    assert set(MODES) == set(get_args(SyncCompleted.model_fields["mode"].annotation))
