"""A Moodle site is looked at for somebody who wants to know what it lets us do."""

from uuid import UUID, uuid4

import pytest

from common.event_model import Code
from common.events import TargetChecked, TargetCheckOrdered
from common.target_report import TargetReport
from common.uow import UnitOfWork
from moodle_sync.capabilities import needed_by
from moodle_sync.moodle.reading import READS
from rules.policy import Policy
from simulators.moodle import MoodleSimulator

from ..support.bench import TOKEN, Bench
from ..support.district import DISTRICT, declare_policy


async def order(bench: Bench, token: str = TOKEN, *, base_url: str, roles: dict[str, int] | None = None) -> UUID:
    """Have a site looked at, as dashboard-api does; does not wait."""
    id_ = uuid4()
    await bench.dashboard.execute(
        "INSERT INTO target_check (district_id, id, pool, target_id, base_url, roles, secrets, asked_by) "
        "VALUES ($1, $2, 'shared', '', $3, $4, $5, 'somebody')",
        DISTRICT, id_, base_url, roles or {"student": 5, "teacher": 4}, bench.box.seal({"token": token}),
    )  # fmt: skip
    async with UnitOfWork(bench.dashboard, "dashboard-api") as uow:
        uow.emit(TargetCheckOrdered(district_id=DISTRICT, check_id=id_))
    return id_


async def checked(bench: Bench, moodle: MoodleSimulator, token: str = TOKEN, **facts: object) -> TargetReport:
    id_ = await order(bench, token, base_url=moodle.base_url, **facts)  # type: ignore[arg-type]
    events = await bench.probe.wait_for(TargetChecked)
    assert events[-1].check_id == id_
    return events[-1].report


async def test_a_site_that_allows_everything_is_usable(bench: Bench, moodle: MoodleSimulator) -> None:
    report = await checked(bench, moodle, roles={"student": 5, "teacher": 7, "guardian": 9})
    assert (report.usable, report.trouble, report.missing, report.refused) == (True, None, (), ())
    assert report.release
    assert report.allowed == 25
    assert [(role.role, role.id, role.usual) for role in report.roles] == [
        ("guardian", 9, None), ("student", 5, True), ("teacher", 7, False),
    ]  # fmt: skip
    assert report.welcome_messages == "possible"
    assert report.bytes_down > report.bytes_up > 0
    assert set(moodle.calls) <= READS, "nothing is written"


async def test_a_function_that_is_missing_is_named_and_whether_it_is_needed(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    moodle.mishaps.revoked |= {"core_cohort_create_cohorts", "core_user_create_users"}
    report = await checked(bench, moodle)
    assert not report.usable
    assert [(one.function, one.capability, one.needed) for one in report.missing] == [
        ("core_user_create_users", "moodle/user:create", True),
        ("core_cohort_create_cohorts", "moodle/cohort:manage", False),
    ]


async def test_what_only_other_settings_need_may_be_missing(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.revoked.add("core_cohort_create_cohorts")
    assert (await checked(bench, moodle)).usable


async def test_the_districts_policy_says_what_is_needed(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, cohorts=["school"])
    moodle.mishaps.revoked.add("core_cohort_create_cohorts")
    assert not (await checked(bench, moodle)).usable


@pytest.mark.parametrize(("token", "code"), [("a wrong one", "LMS_UNREACHABLE")])
async def test_a_token_that_is_refused_is_told(bench: Bench, moodle: MoodleSimulator, token: str, code: Code) -> None:
    report = await checked(bench, moodle, token)
    assert report.trouble is not None
    assert (report.usable, report.trouble.code) == (False, code)
    assert "token" in report.trouble.detail
    assert token not in report.model_dump_json()


async def test_a_check_that_is_told_twice_is_answered_once(bench: Bench, moodle: MoodleSimulator) -> None:
    id_ = await order(bench, base_url=moodle.base_url)
    await bench.probe.wait_for(TargetChecked)
    await bench.dashboard.execute(
        "UPDATE target_check SET state = 'done', report = '{}', secrets = NULL WHERE id = $1", id_
    )
    async with UnitOfWork(bench.dashboard, "dashboard-api") as uow:
        uow.emit(TargetCheckOrdered(district_id=DISTRICT, check_id=id_))
    again = await order(bench, base_url=moodle.base_url)
    told = await bench.probe.wait_for(TargetChecked, 2)
    assert [event.check_id for event in told] == [id_, again]


def test_the_whole_policy_needs_everything_that_we_call() -> None:
    everything = Policy(courses="course", cohorts=("school",), families=True)
    least = needed_by(Policy(), {"student": 5})
    assert needed_by(everything, {"administrator": 1}) > least
    assert not any("cohort" in name or "group" in name or "role_assign" in name for name in least)
