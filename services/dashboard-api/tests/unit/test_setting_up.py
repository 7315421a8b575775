"""Which step comes next when a district is set up, and what its previews come to."""

from dashboard_api.setting_up import STEPS, Stand, rehearsal, step_of

DONE = {"id": "1", "school": "Ashgrove", "status": "completed", "plan": None, "errors": 0, "ambiguous": 0}


def test_what_a_district_lacks_says_which_step_comes() -> None:
    stands = [
        Stand(),
        Stand(True),
        Stand(True, 1, 0),
        Stand(True, 1, 1),
        Stand(True, 1, 1, 1),
        Stand(True, 1, 1, 1, True),
        Stand(True, 1, 1, 1, True, 2, [{**DONE, "status": "planning"}]),
        Stand(True, 1, 1, 1, True, 2, [DONE]),
    ]
    assert [step_of(stand) for stand in stands] == list(STEPS)
    assert step_of(Stand(True, 1, 1, 1, True, 2, [DONE], 1)) == ""


def test_a_check_that_was_forgotten_after_a_day_is_not_asked_for_again_once_schools_are_set_up() -> None:
    assert step_of(Stand(True, 1, 1, 1, False, 2)) == "preview"


def test_a_rehearsal_adds_up_who_is_there_and_who_is_new() -> None:
    plan = {"user": {"link": 3, "create": 2}, "course": {"create": 1}, "enrolment": {"enrol": 9}}
    found = rehearsal([{**DONE, "plan": plan}, {**DONE, "plan": plan, "ambiguous": 1, "errors": None}])
    assert (found["linked_people"], found["new_people"], found["new_courses"], found["enrolments"]) == (6, 4, 2, 18)
    assert found["ambiguous"] == 1
