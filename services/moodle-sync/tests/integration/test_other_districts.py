"""Whatever a run does, links of another district that have the very same keys stay as they are."""

from collections.abc import Sequence
from typing import Any

from simulators.moodle import MoodleSimulator

from ..support.acting import completed, rebuilt
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy, declare_roles

TABLES = ("link", "enrolment_link", "membership_link", "operation", "plan")


async def copy_to_the_south(bench: Bench) -> None:
    """Another district has all that this one has: keys, schools, accounts."""
    for table in TABLES:
        names = await bench.sync.fetchval(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = $1::text::regclass "
            "AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('district_id', 'seq')",
            f"moodle_sync.{table}",
        )
        await bench.sync.execute(f"INSERT INTO {table} (district_id, {names}) SELECT 'south', {names} FROM {table}")


async def the_south(bench: Bench) -> list[Sequence[Any]]:
    return [
        await bench.sync.fetch(f"SELECT t::text FROM {table} t WHERE district_id = 'south' ORDER BY 1")
        for table in TABLES
    ]


def a_whole_school() -> Roster:
    """A school with something of each kind."""
    school = a_school(students=8, classes=2).with_person("head", "administrator")
    for n in range(8):
        school = school.with_guardian(f"g{n}", f"hill-s{n}").with_person(f"hill-s{n}", grade="07")
    for n, subject in enumerate(("Maths", "Music")):
        school = school.with_class(f"hill-c{n}", course_key="k", subjects=[subject])
    return school


async def test_a_district_never_touches_the_links_of_another(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(
        bench.dashboard, courses="course", cohorts=["school", "grade"], families=True, leavers="unenrol",
        templates={"category": ["{school}", "{subject}"]},
    )  # fmt: skip
    await declare_roles(bench.dashboard, administrator=1, guardian=9)
    await completed(bench, a_whole_school())
    await copy_to_the_south(bench)
    before = await the_south(bench)
    tables = moodle.site.tables
    moodle.site.change_user("hill-s1", firstname="Other", suspended=True)
    for enrolment in list(tables.enrolments.find("user", moodle.site.user("hill-s2").id)):
        tables.enrolments.remove(enrolment.id)
    for cohort in list(tables.cohorts):
        tables.cohorts.remove(cohort.id)
    for course in moodle.site.courses():
        tables.courses.remove(course.id)
    for category in moodle.site.categories():
        tables.categories.remove(category.id)
    changed = (
        a_whole_school()
        .without("hill-s0")
        .without("hill-c1-hill-s3-student")
        .with_person("hill-s4", grade="08", given_name="New")
        .with_person("new-id", username="hill-s5", given_name="Hill-S5", email="hill-s5@school.test")
        .without("hill-s5")
    )
    ended = await completed(bench, changed)
    assert {"category", "course", "group", "cohort", "user", "enrolment", "guardian"} <= set(ended.actions)
    await bench.sync.execute("DELETE FROM link WHERE district_id = 'north'")
    await rebuilt(bench)
    await completed(bench, a_whole_school())
    assert await the_south(bench) == before
