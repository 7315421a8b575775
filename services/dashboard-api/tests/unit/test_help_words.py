"""The help pages leave out nothing that other pages show."""

import pytest

from common.language import speaking
from dashboard_api.words import explanations, glossary, standing
from dashboard_api.words.severities import MEANING, SEVERITIES


def test_each_status_of_schools_and_runs_is_explained() -> None:
    assert explanations.MEANINGS.keys() == standing.SCHOOL.keys()
    assert explanations.RUNS.keys() == standing.RUN.keys()
    assert explanations.OUTCOMES.keys() == standing.OUTCOME.keys()
    assert MEANING.keys() == SEVERITIES.keys()


def test_what_needs_a_person_is_explained_first() -> None:
    words = [badge.word for badge, _ in explanations.schools()]
    assert set(words[:2]) == {"On hold", "Syncing with errors"}


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_glossary_is_in_the_order_of_the_readers_alphabet(language: str) -> None:
    with speaking(language):
        words = [word.casefold() for word, _ in glossary.entries()]
    assert words == sorted(words)
    assert len(words) == len(glossary.GLOSSARY)
