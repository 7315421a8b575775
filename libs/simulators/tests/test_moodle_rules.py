"""The rules of Moodle's functions that a sync must know, one by one."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from simulators.moodle import EnrolmentView, MoodleSimulator

from .support.moodle_http import call, numbered
from .support.moodle_school import (
    ADA,
    BO,
    CY,
    MATHS,
    ON_GRADE,
    PAGE,
    SCHOOL_CATEGORY,
    SCIENCE,
    TESTBED,
    course_with_activities,
)
from .support.moodle_setups import EDITING_TEACHER, STUDENT, TEACHER

ENROL, UNENROL = "enrol_manual_enrol_users", "enrol_manual_unenrol_users"
NOBODY = 4711


@pytest.fixture
async def moodle() -> AsyncIterator[MoodleSimulator]:
    async with MoodleSimulator(token="secret-token") as simulator:
        course_with_activities(simulator.site)
        yield simulator


def person(username: str, **more: object) -> dict[str, object]:
    email = f"{username}@school.example"
    names = {"username": username, "firstname": "Kit", "lastname": "Rowe", "email": email}
    return {**names, "auth": "oauth2", **more}


def enrolment(userid: int, courseid: int, roleid: int = STUDENT, **more: object) -> dict[str, object]:
    return {"userid": userid, "courseid": courseid, "roleid": roleid, **more}


async def enrol(moodle: MoodleSimulator, *records: dict[str, object]) -> None:
    assert await call(moodle, ENROL, numbered("enrolments", *records)) is None


async def test_one_bad_person_keeps_the_whole_batch_from_being_created(moodle: MoodleSimulator) -> None:
    before = moodle.site.users()
    batch = numbered("users", person("kit"), person("ada.zz"), person("lou"))
    answer = await call(moodle, "core_user_create_users", batch)
    assert answer["errorcode"] == "invalidparameter"
    assert moodle.site.users() == before


async def test_a_repeated_idnumber_is_accepted_for_people_but_not_for_courses(
    moodle: MoodleSimulator,
) -> None:
    batch = numbered("users", person("kit", idnumber="S-1"), person("lou", idnumber="S-1"))
    assert len(await call(moodle, "core_user_create_users", batch)) == 2
    course = {"fullname": "M", "shortname": "M", "categoryid": SCHOOL_CATEGORY, "idnumber": "CLS-1"}
    answer = await call(moodle, "core_course_create_courses", numbered("courses", course))
    assert answer["errorcode"] == "courseidnumbertaken"


async def test_a_weak_password_is_an_exception_although_the_others_are_updated(
    moodle: MoodleSimulator,
) -> None:
    batch = numbered("users", {"id": BO, "city": "Hull"}, {"id": ADA, "password": "abc", "city": "York"})
    answer = await call(moodle, "core_user_update_users", batch)
    assert answer["errorcode"] == "invalidresponse"
    assert (moodle.site.user("bo.zz").city, moodle.site.user("ada.zz").city) == ("Hull", "")


async def test_a_search_by_an_unsupported_key_finds_everybody(moodle: MoodleSimulator) -> None:
    criteria = numbered("criteria", {"key": "suspended", "value": "1"})
    answer = await call(moodle, "core_user_get_users", criteria)
    assert len(answer["users"]) == len(moodle.site.users()) + 2  # the administrator and the service account
    assert [warning["warningcode"] for warning in answer["warnings"]] == ["invalidfieldparameter"]


async def test_an_enrolment_sent_without_suspend_and_dates_loses_them(moodle: MoodleSimulator) -> None:
    await enrol(moodle, enrolment(ADA, MATHS, suspend=1, timestart=5, timeend=9))
    expected = EnrolmentView("ada.zz", "Y7MA", frozenset({"student"}), True, 5, 9)
    assert moodle.site.enrolments() == [expected]
    await enrol(moodle, enrolment(ADA, MATHS))
    assert moodle.site.enrolments() == [EnrolmentView("ada.zz", "Y7MA", frozenset({"student"}), False, 0, 0)]


async def test_another_role_is_added_and_unenrolling_with_one_role_removes_both(
    moodle: MoodleSimulator,
) -> None:
    await enrol(moodle, enrolment(ADA, MATHS), enrolment(ADA, MATHS, TEACHER), enrolment(BO, MATHS))
    assert [sorted(each.roles) for each in moodle.site.enrolments("Y7MA")] == [
        ["student", "teacher"],
        ["student"],
    ]
    await call(moodle, UNENROL, numbered("enrolments", enrolment(ADA, MATHS, TEACHER)))
    assert [each.username for each in moodle.site.enrolments("Y7MA")] == ["bo.zz"]
    assert moodle.site.roles_in_course(ADA, MATHS) == []


async def test_one_unknown_person_keeps_the_whole_batch_from_being_enrolled(moodle: MoodleSimulator) -> None:
    batch = numbered("enrolments", enrolment(ADA, MATHS), enrolment(NOBODY, MATHS))
    assert (await call(moodle, ENROL, batch))["errorcode"] == "codingerror"
    assert moodle.site.enrolments() == []


async def test_students_who_come_before_the_teacher_get_no_message(moodle: MoodleSimulator) -> None:
    await enrol(moodle, enrolment(ADA, MATHS), enrolment(CY, MATHS), enrolment(BO, MATHS, EDITING_TEACHER))
    assert moodle.site.messages() == []


async def test_students_who_come_after_the_teacher_get_one_each_time(moodle: MoodleSimulator) -> None:
    await enrol(moodle, enrolment(BO, MATHS, EDITING_TEACHER), enrolment(ADA, MATHS), enrolment(CY, SCIENCE))
    await enrol(moodle, enrolment(ADA, MATHS))
    assert [(each.userid, each.courseid) for each in moodle.site.messages()] == [(ADA, MATHS), (ADA, MATHS)]


async def test_suspended_students_and_suspended_teachers_cause_no_message(moodle: MoodleSimulator) -> None:
    await enrol(moodle, enrolment(BO, MATHS, EDITING_TEACHER), enrolment(ADA, MATHS, suspend=1))
    await enrol(moodle, enrolment(BO, MATHS, EDITING_TEACHER, suspend=1), enrolment(ADA, MATHS))
    assert moodle.site.messages() == []


async def test_the_service_account_can_delete_neither_people_nor_courses(moodle: MoodleSimulator) -> None:
    answer = await call(moodle, "core_user_delete_users", {"userids[0]": ADA})
    assert answer["errorcode"] == "nopermissions"
    answer = await call(moodle, "core_course_delete_courses", {"courseids[0]": MATHS})
    assert [warning["warningcode"] for warning in answer["warnings"]] == ["nopermissions"]
    assert moodle.site.course("Y7MA").id == MATHS


async def test_grades_are_cut_to_the_range_and_complete_what_completes_on_a_grade(
    moodle: MoodleSimulator,
) -> None:
    await enrol(moodle, enrolment(ADA, TESTBED))
    form = {"source": "device", "courseid": TESTBED, "component": "mod_assign", "activityid": ON_GRADE}
    grades = numbered("grades", {"studentid": ADA, "grade": 155}, {"studentid": NOBODY, "grade": 5})
    assert await call(moodle, "core_grades_update_grades", {**form, "itemnumber": 0, **grades}) == 0
    report = await call(moodle, "gradereport_user_get_grade_items", {"courseid": TESTBED, "userid": ADA})
    assert report["usergrades"][0]["gradeitems"][0]["graderaw"] == 100
    ids = {"courseid": TESTBED, "userid": ADA}
    status = await call(moodle, "core_completion_get_activities_completion_status", ids)
    assert {each["cmid"]: each["state"] for each in status["statuses"]} == {PAGE: 0, ON_GRADE: 1, 8: 0}


async def test_a_grade_for_an_activity_of_another_course_makes_a_column_there(
    moodle: MoodleSimulator,
) -> None:
    form = {"source": "device", "courseid": MATHS, "component": "mod_assign", "activityid": ON_GRADE}
    await moodle_answers_nonsense(moodle, {**form, "itemnumber": 0})
    columns = moodle.site.tables.grade_items.find("course", MATHS)
    assert [column.itemtype for column in columns] == ["course", "mod"]


async def moodle_answers_nonsense(moodle: MoodleSimulator, form: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        await call(moodle, "core_grades_update_grades", form)


async def test_a_lost_capability_and_a_lost_function_are_told_apart(moodle: MoodleSimulator) -> None:
    moodle.caller.capabilities.discard("moodle/user:create")
    batch = numbered("users", person("kit"))
    assert (await call(moodle, "core_user_create_users", batch))["errorcode"] == "nopermissions"
    moodle.revoke("core_user_create_users")
    assert (await call(moodle, "core_user_create_users", batch))["errorcode"] == "accessexception"
    info = await call(moodle, "core_webservice_get_site_info", {})
    assert "core_user_create_users" not in {function["name"] for function in info["functions"]}


async def test_a_value_too_wide_for_its_column_is_the_databases_refusal(moodle: MoodleSimulator) -> None:
    batch = numbered("users", person("kit", country="Atlantis"))
    assert (await call(moodle, "core_user_create_users", batch))["errorcode"] == "dmlwriteexception"


async def test_in_a_category_there_are_managers_and_course_creators_and_at_an_account_parents(
    moodle: MoodleSimulator,
) -> None:
    category = moodle.site.tables.categories.get(SCHOOL_CATEGORY)
    assert category
    moodle.site.tables.categories.put(replace(category, idnumber="school"))
    place = {"contextlevel": "coursecat", "instanceid": SCHOOL_CATEGORY}
    roles = [{"roleid": roleid, "userid": BO, **place} for roleid in (1, 2)]
    assert await call(moodle, "core_role_assign_roles", numbered("assignments", *roles)) is None
    assert moodle.site.roles_in_category("school") == [("bo.zz", "coursecreator"), ("bo.zz", "manager")]
    student = {"roleid": STUDENT, "userid": BO, **place}
    answer = await call(moodle, "core_role_assign_roles", numbered("assignments", student))
    assert answer["errorcode"] == "invalidparameter"
    assert await call(moodle, "core_role_unassign_roles", numbered("unassignments", roles[0])) is None
    assert moodle.site.roles_in_category("school") == [("bo.zz", "coursecreator")]
    parent = {"roleid": 9, "userid": BO, "contextlevel": "user", "instanceid": ADA}
    assert await call(moodle, "core_role_assign_roles", numbered("assignments", parent)) is None
    assert moodle.site.roles_at_user("ada.zz") == [("bo.zz", "parent")]
