"""Why a record is in Moodle as it is, case by case."""

from dataclasses import replace

import pytest

from common.language import speaking
from dashboard_api.words.explain import Facts, Last, sentences, standing_of
from dashboard_api.words.record_life import changes_between, operation_sentence

HERE = Facts(entity="user", school="Ashgrove", feed="present", feed_since="Mon", moodle_id=17)
MISSING = replace(HERE, moodle_id=None)
GONE = replace(HERE, feed="gone")
NEVER = replace(MISSING, feed="never")
FAILED = Last("create", "failed", "LMS_WRITE_REJECTED", "invalid e-mail", "Tue")
HELD = Last("suspend", "held", "CHANGE_THRESHOLD", hold_id="h-1", held_since="Tue")
REJECTED = Last("suspend", "rejected", decided_by="Ada", decided_at="Wed", at="Thu")

WHY = {
    "in step": (HERE, None),
    "its school is not shared": (replace(MISSING, shared=False), "Ashgrove is no longer shared by its source"),
    "its school is not set up": (replace(MISSING, set_up=False), "Ashgrove is not set up, so nothing of it goes"),
    "left out by an error": (
        replace(NEVER, left_out="MISSING_NAME"),
        "The source gives it, but it was left out: A name or title is blank (MISSING_NAME).",
    ),
    "a guardian while families are off": (
        replace(MISSING, role="guardian", families=False),
        "It is a guardian's, and the district does not let families in",
    ),
    "a role without an id": (
        replace(MISSING, entity="enrolment", role="teacher", role_mapped=False),
        "Its role, teacher, has no role id in this Moodle.",
    ),
    "an enrolment without its class": (
        replace(MISSING, entity="enrolment", class_there=False),
        "Its class is not in Moodle",
    ),
    "an enrolment without both": (
        replace(MISSING, entity="enrolment", class_there=False, person_there=False),
        "Its class and its person are not in Moodle",
    ),
    "held": (replace(GONE, last=HELD), "Planned: to suspend it. It waits for a decision since Tue."),
    "rejected": (replace(GONE, last=REJECTED), "Planned: to suspend it. Ada rejected that on Wed."),
    "approved, and not yet done": (
        replace(GONE, last=replace(HELD, decision="approve", decided_by="Ada", decided_at="Wed")),
        "Planned: to suspend it. Ada approved that on Wed; the next run does it.",
    ),
    "rejected a moment ago": (
        replace(GONE, last=replace(HELD, decision="reject", decided_by="Ada", decided_at="Wed")),
        "Planned: to suspend it. Ada rejected that on Wed.",
    ),
    "held, and overtaken": (replace(GONE, last=replace(HELD, decision="superseded")), None),
    "failed": (replace(MISSING, last=FAILED), "Planned: to create it. It failed on Tue."),
    "skipped": (
        replace(MISSING, last=Last("create", "skipped", "AMBIGUOUS_MATCH", at="Tue")),
        "Planned: to create it. It was left out on Tue.",
    ),
    "cancelled": (
        replace(MISSING, last=Last("create", "cancelled", at="Tue")),
        "Planned: to create it. The run was stopped on Tue",
    ),
    "under way": (replace(MISSING, last=Last("create", "planned")), "Planned: to create it. A run is about to do it."),
    "not yet planned": (replace(MISSING, planned=False), "No run has planned since it appeared; the next sync does."),
    "a change that nights do not bring": (
        replace(HERE, new_only=True),
        "Its last change is not in Moodle: nightly and partial syncs only add.",
    ),
    "a change that nobody planned": (replace(HERE, planned=False), "Its last change is not in Moodle yet"),
    "gone, and nights do not remove": (replace(GONE, new_only=True), "Nightly and partial syncs only add, so it stays"),
    "gone, and nothing planned": (replace(GONE, planned=False), "Nightly and partial syncs only add, so it stays"),
    "gone, but at another school": (
        replace(GONE, elsewhere=("Beech", "Calder")),
        "The account stays, since Beech and Calder have the person.",
    ),
    "gone, and suspended later": (replace(GONE, account_days=30), "The accounts of those who are gone are suspended"),
    "gone and suspended": (replace(GONE, active=False), None),
    "never in any feed": (NEVER, None),
}


@pytest.mark.parametrize("case", WHY)
def test_it_says_why(case: str) -> None:
    facts, expected = WHY[case]
    reasons = sentences(facts)[2:]
    assert len(reasons) == (expected is not None)
    assert "".join(reasons).startswith(expected or "")


def test_it_says_where_the_record_is_at_the_source() -> None:
    told = [sentences(facts)[0] for facts in (HERE, GONE, NEVER, replace(NEVER, elsewhere=("Beech",)))]
    assert told == [
        "The feed of Ashgrove has it since Mon.",
        "The feed of Ashgrove has not had it since Mon.",
        "The feed of Ashgrove never had it. No other school of the district shares it.",
        "The feed of Ashgrove never had it. It is in the feed of Beech.",
    ]


def test_it_says_what_is_in_moodle() -> None:
    suspended = replace(HERE, active=False)
    hidden = replace(suspended, entity="class")
    place = replace(HERE, entity="enrolment", moodle_id=0)
    assert [sentences(facts)[1] for facts in (HERE, suspended, hidden, place, MISSING)] == [
        "In Moodle its account 17 is active.",
        "In Moodle its account 17 is suspended.",
        "In Moodle its course 17 is hidden.",
        "In Moodle its place in the course is active.",
        "In Moodle there is no account for it.",
    ]


def test_a_word_says_how_it_stands() -> None:
    cases = {
        "In Moodle": HERE,
        "Not in Moodle": MISSING,
        "Suspended in Moodle": replace(GONE, active=False),
        "Hidden in Moodle": replace(GONE, entity="class", active=False),
        "Waits for a decision": replace(GONE, last=HELD),
    }
    assert {word: standing_of(facts).word for word, facts in cases.items()} == {word: word for word in cases}
    assert standing_of(MISSING).tone == "warn"
    assert standing_of(NEVER).tone == "calm", "what no feed has is missed by nobody"


def test_an_error_is_told_in_the_language_of_the_reader_with_moodles_own_words() -> None:
    with speaking("fr"):
        (why,) = sentences(replace(MISSING, last=FAILED))[2:]
    assert "(LMS_WRITE_REJECTED)" in why
    assert "Moodle\xa0: " in why and "invalid e-mail" in why
    assert "Moodle a refusé l'enregistrement" in why


def test_an_operation_is_told_from_match_to_answer() -> None:
    operation = {
        "kind": "link", "match": "email", "state": "done", "code": "", "warning": "VALUE_TRUNCATED", "answer": "",
    }  # fmt: skip
    told = operation_sentence(operation)
    assert told.startswith(
        "Planned: to link it to what Moodle has. It was found in Moodle by its e-mail address, and the names agree."
    )
    assert told.endswith("(VALUE_TRUNCATED).")


def test_changes_are_told_field_by_field() -> None:
    assert changes_between({"a": 1, "b": 2}, {"b": 3, "c": 4}) == [
        {"field": "a", "from": 1, "to": None},
        {"field": "b", "from": 2, "to": 3},
        {"field": "c", "from": None, "to": 4},
    ]
