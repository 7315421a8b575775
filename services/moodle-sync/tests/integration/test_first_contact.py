"""The first sync with a Moodle that has people, courses and categories already."""

import pytest
from aiohttp import ClientSession

from common.events import SyncCompleted
from common.settings import CommonSettings
from common.testing.waiting import wait_for
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.reading import READS, MoodleReader
from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import Category, Course, User

from ..support.acting import completed, told
from ..support.bench import TOKEN, Bench
from ..support.district import Roster, a_school


def an_account(moodle: MoodleSimulator, username: str, given: str, **fields: object) -> int:
    """Somebody Quill, who is in Moodle already."""
    row = {"lastname": "Quill", "email": f"{username}@old.test", **fields}
    next_id = moodle.site.tables.users.next_id
    return moodle.site.add_user(User(next_id, username, given, **row)).id  # type: ignore[arg-type]


def a_course(moodle: MoodleSimulator, idnumber: str, shortname: str, category: int = 1, **fields: object) -> int:
    table = moodle.site.tables.courses
    row = Course(table.next_id, f"Old {shortname}", shortname, category, idnumber, **fields)  # type: ignore[arg-type]
    return table.put(row).id


def a_category(moodle: MoodleSimulator, idnumber: str, name: str, parent: int = 0) -> int:
    table = moodle.site.tables.categories
    return table.put(Category(table.next_id, name, parent, idnumber)).id


async def how_found(bench: Bench) -> dict[str, tuple[str, str]]:
    """Kind and match of the operations on objects, by record."""
    rows = await bench.sync.fetch("SELECT source_key, kind, match FROM operation WHERE user_key IS NULL ORDER BY seq")
    return {row["source_key"]: (row["kind"], row["match"]) for row in rows}


async def test_people_are_found_by_id_number_by_user_name_and_by_address(bench: Bench, moodle: MoodleSimulator) -> None:
    ann = an_account(moodle, "old-ann", "Ann", idnumber="ann")
    bob = an_account(moodle, "bob", "Bob")
    cyd = an_account(moodle, "old-cyd", "Cyd", email="cyd@school.test")
    ended = await completed(bench, Roster("hill").with_person("ann").with_person("bob").with_person("cyd"))
    assert ended.actions["user"] == {"link": 3}
    found = await how_found(bench)
    assert (found["ann"][1], found["bob"][1], found["cyd"][1]) == ("idnumber", "username", "email")
    assert [moodle.site.user(name).id for name in ("ann", "bob", "cyd")] == [ann, bob, cyd]


async def test_an_account_that_is_taken_over_is_put_right_and_opened(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "old", "ANN", idnumber="ann", suspended=True, city="Utrecht")
    await completed(bench, Roster("hill").with_person("ann"))
    ann = moodle.site.user("ann")
    assert (ann.firstname, ann.email, ann.idnumber, ann.suspended) == ("Ann", "ann@school.test", "ann", False)
    assert ann.city == "Utrecht"


async def test_after_the_first_contact_a_full_run_finds_nothing_to_do(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "old", "Ann", idnumber="ann", suspended=True)
    a_course(moodle, "maths", "OLD", visible=0)
    roster = Roster("hill").with_person("ann").with_class("maths").with_enrolment("maths", "ann")
    await completed(bench, roster)
    assert (await completed(bench, roster)).outcome == "nothing_to_do"


async def test_an_account_with_the_id_number_and_another_name_is_not_touched(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    an_account(moodle, "somebody", "Else", idnumber="ann")
    ended = await completed(bench, Roster("hill").with_person("ann"))
    assert await told(bench, ended) == [("AMBIGUOUS_MATCH", "ann")]
    assert [user.username for user in moodle.site.users()] == ["somebody"]
    assert set(moodle.calls) & {"core_user_update_users", "core_user_create_users"} == set()


async def test_of_two_accounts_that_fit_none_is_touched_and_none_is_made(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "first", "Ann", idnumber="ann")
    an_account(moodle, "ann", "Ann")
    ended = await completed(bench, Roster("hill").with_person("ann"))
    assert (await told(bench, ended), len(moodle.site.users())) == ([("AMBIGUOUS_MATCH", "ann")], 2)


async def test_an_account_that_fits_two_people_alike_is_neithers(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "old", "Ann", email="quill@school.test")
    family = Roster("hill")
    for key in ("mother", "daughter"):
        family = family.with_person(key, given_name="Ann", email="quill@school.test")
    ended = await completed(bench, family)
    assert ("AMBIGUOUS_MATCH", "daughter") in await told(bench, ended)
    assert ("AMBIGUOUS_MATCH", "mother") in await told(bench, ended)
    assert [user.username for user in moodle.site.users()] == ["old"]


async def test_an_account_is_the_ones_whose_id_number_it_bears(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "old", "Ann", email="quill@school.test", idnumber="mother")
    family = Roster("hill")
    for key in ("daughter", "mother"):
        family = family.with_person(key, given_name="Ann", email="quill@school.test")
    ended = await completed(bench, family)
    assert ("AMBIGUOUS_MATCH", "daughter") in await told(bench, ended)
    assert moodle.site.user("mother").idnumber == "mother"


async def test_the_account_of_somebody_who_is_still_here_is_never_taken(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, Roster("hill").with_person("ann"))
    namesake = Roster("dale").with_person("other", given_name="Ann", email="ann@school.test")
    ended = await completed(bench, namesake)
    assert ended.actions["user"] == {"create": 1}
    assert moodle.site.user("other").email == "other@no-email.invalid"
    assert (moodle.site.user("ann").idnumber, len(moodle.site.users())) == ("ann", 2)


async def test_who_comes_back_with_another_id_gets_the_account_with_everything_in_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    school = a_school(students=8, classes=2)
    await completed(bench, school)
    before = moodle.site.user("hill-s1").id
    back = school.without("hill-s1").with_person(
        "new-id", username="hill-s1", given_name="Hill-S1", email="hill-s1@school.test"
    )
    ended = await completed(bench, back.with_enrolment("hill-c1", "new-id"))
    assert ended.actions["user"] == {"link": 1}
    user = moodle.site.user("hill-s1")
    assert (user.id, user.idnumber, user.suspended) == (before, "new-id", False)
    places = {e.course[:7]: e.suspended for e in moodle.site.enrolments() if e.username == "hill-s1"}
    assert places == {"HILL-C0": True, "HILL-C1": False}
    again = await completed(bench, back.with_enrolment("hill-c1", "new-id"))
    assert again.outcome == "nothing_to_do"


async def test_a_person_of_two_schools_whom_moodle_has_is_one_account(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "old", "Ann", idnumber="ann")
    await completed(bench, Roster("hill").with_person("ann"))
    ended = await completed(bench, Roster("dale").with_person("ann"))
    assert (ended.actions.get("user"), len(moodle.site.users())) == (None, 1)


async def test_an_address_that_a_foreign_account_has_keeps_nobody_from_being_linked(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    an_account(moodle, "stranger", "Bob", email="ann@school.test")
    an_account(moodle, "old", "Ann", idnumber="ann", email="ann@old.test")
    ended = await completed(bench, Roster("hill").with_person("ann"))
    assert await told(bench, ended) == [("DUP_EMAIL", "ann")]
    assert (moodle.site.user("ann").email, moodle.site.user("stranger").firstname) == ("ann@old.test", "Bob")


@pytest.mark.parametrize("number", [1, 12])
async def test_courses_in_the_schools_category_are_found_few_or_many(
    bench: Bench, moodle: MoodleSimulator, number: int
) -> None:
    category = a_category(moodle, "hill", "The hill")
    ids = [a_course(moodle, f"hill-c{n}", f"OLD{n}", category, visible=0) for n in range(number)]
    ended = await completed(bench, a_school(classes=number))
    assert (ended.actions["category"], ended.actions["course"]) == ({"link": 1}, {"link": number})
    courses = moodle.site.courses()
    assert [course.id for course in courses] == ids
    assert {(course.fullname[:5], course.visible) for course in courses} == {("Class", 1)}
    assert [category.name for category in moodle.site.categories()] == ["hill"]
    asked = {"few": "idnumber", "many": "category"}["few" if number == 1 else "many"]
    questions = [r for r in moodle.requests if r.function == "core_course_get_courses_by_field"]
    assert {r.parameters["field"] for r in questions} == {asked}


async def test_courses_that_were_moved_elsewhere_are_found_when_they_should_be_made(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    elsewhere = a_category(moodle, "", "Archive")
    moved = a_course(moodle, "hill-c3", "OLD3", elsewhere, visible=0)
    school = a_school(classes=12)
    await completed(bench, school)
    course = next(course for course in moodle.site.courses() if course.id == moved)
    assert (len(moodle.site.courses()), course.fullname, course.visible) == (12, "Class hill-c3", 1)
    assert course.categoryid != elsewhere
    assert (await completed(bench, school)).outcome == "nothing_to_do"


async def test_a_short_name_that_a_foreign_course_has_gets_a_mark(bench: Bench, moodle: MoodleSimulator) -> None:
    await bench.dashboard.execute("UPDATE district SET policy = $1", {"templates": {"course_short_name": ["{code}"]}})
    a_course(moodle, "", "MATHS")
    roster = Roster("hill").with_class("maths")
    await completed(bench, roster)
    foreign, ours = moodle.site.courses()
    assert (foreign.fullname, foreign.idnumber) == ("Old MATHS", "")
    assert ours.shortname.startswith("MATHS ")
    await completed(bench, roster.with_class("maths", title="Algebra"))
    assert moodle.site.course(ours.shortname).fullname == "Algebra"


async def test_other_courses_categories_and_people_are_left_alone(bench: Bench, moodle: MoodleSimulator) -> None:
    category = a_category(moodle, "hill", "The hill")
    a_course(moodle, "other", "OTHER", category)
    an_account(moodle, "other", "Other")
    a_category(moodle, "dale", "Dale")
    before = (moodle.site.course("OTHER"), moodle.site.user("other"), moodle.site.categories()[1])
    await completed(bench, a_school(students=3, classes=2))
    assert (moodle.site.course("OTHER"), moodle.site.user("other"), moodle.site.categories()[1]) == before


async def test_a_preview_shows_what_was_found_and_writes_nothing(bench: Bench, moodle: MoodleSimulator) -> None:
    an_account(moodle, "ann", "Ann")
    a_category(moodle, "hill", "The hill")
    a_course(moodle, "maths", "OLD")
    roster = Roster("hill").with_person("ann").with_person("new").with_class("maths")
    ended = await completed(bench, roster, dry_run=True)
    assert ended.outcome == "previewed"
    assert await how_found(bench) == {
        "hill": ("link", "idnumber"),
        "maths": ("link", "idnumber"),
        "ann": ("link", "username"),
        "new": ("create", ""),
    }
    assert set(moodle.calls) <= READS
    assert moodle.site.user("ann").email == "ann@old.test"
    assert await bench.sync.fetchval("SELECT count(*) FROM link") == 0


async def test_what_looks_at_moodle_can_call_nothing_that_writes(
    moodle: MoodleSimulator, settings: CommonSettings
) -> None:
    async with ClientSession() as http:
        reader = MoodleReader(MoodleClient(http, moodle.base_url, TOKEN, seconds=2, most_fields=1000))
        for function in ("core_user_update_users", "enrol_manual_enrol_users", "core_course_delete_courses"):
            with pytest.raises(ValueError, match="only read"):
                await reader.call(function, {})
    assert moodle.calls.total() == 0


async def test_an_account_that_fits_two_people_of_two_schools_at_once_goes_to_one_of_them(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    account = an_account(moodle, "ann", "Ann")
    fields = {"given_name": "Ann", "username": "ann"}
    gate = moodle.mishaps.hold("core_user_update_users")
    events = [
        await bench.fetched(a_school("hill").with_person("ann-of-hill", **fields)),
        await bench.fetched(a_school("dale").with_person("ann-of-dale", **fields)),
    ]

    async def both_are_planned() -> bool:
        return bool(await bench.sync.fetchval("SELECT count(*) = 2 FROM plan WHERE planned_at IS NOT NULL"))

    await wait_for(both_are_planned, what="both plans")
    gate.release()
    ends = [await bench.ended(event) for event in events]
    assert sorted(end.outcome for end in ends if isinstance(end, SyncCompleted)) == ["clean", "with_errors"]
    links = await bench.sync.fetch("SELECT source_key FROM link WHERE entity = 'user' AND moodle_id = $1", account)
    assert [row["source_key"] for row in links] == [moodle.site.user("ann").idnumber]
    codes = await bench.sync.fetch("SELECT code FROM operation WHERE state = 'failed'")
    assert [row["code"] for row in codes] == ["AMBIGUOUS_MATCH"]
