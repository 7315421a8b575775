"""The simulated Moodle against recorded calls of a real one.

Our own small cases always run. The recordings are not part of the repository: they are read from the folder
named by ROSTERBUS_MOODLE_SAMPLES, else from beside the repository, and without them nothing is missing here.
"""

import json

import pytest

from simulators.moodle import Caller, MoodleSimulator
from simulators.moodle.caller import ADMIN_ID

from .support.moodle_cases import OWN_CASES, Case, differences, read_cases, recorded_folder, verdict
from .support.moodle_http import Answer, post, send
from .support.moodle_setups import NOT_REPLAYED, SETUPS, SHORTENED, prepare, take_the_call

RECORDED = read_cases(recorded_folder())
REPLAYED = [case for case in RECORDED if case.name not in NOT_REPLAYED]
OWN = read_cases(OWN_CASES)


@pytest.mark.parametrize("case", [*OWN, *REPLAYED], ids=lambda case: case.name)
async def test_the_simulator_answers_as_recorded(case: Case) -> None:
    answer = await replay(case)
    assert answer.status == case.status
    assert answer.content_type == case.content_type
    if isinstance(case.answer, dict) and "_raw" in case.answer:
        assert answer.text == case.answer["_raw"]
        return
    got = answer.json()
    assert verdict(got) == verdict(case.answer)
    assert list(differences(case.answer, got, cut=case.name in SHORTENED)) == [], json.dumps(got)[:2000]


def test_every_excuse_and_setup_belongs_to_a_case() -> None:
    known = {case.name for case in [*OWN, *RECORDED]}
    stale = {*NOT_REPLAYED, *SHORTENED, *SETUPS} - known
    assert not RECORDED or not stale


async def replay(case: Case) -> Answer:
    """Bring a new site into the state that the case presupposes, and make its call."""
    debug = case.name.partition(".")[2].startswith("debug_")
    async with MoodleSimulator(token="TOKEN", debug=debug) as moodle:
        steps = prepare(moodle, case.name)
        moodle.callers[moodle.token] = Caller(ADMIN_ID)
        for function, fields in steps:
            assert "exception" not in (await post(moodle, function, fields)).text
        take_the_call(moodle, case.name)
        return await send(moodle, case.form)
