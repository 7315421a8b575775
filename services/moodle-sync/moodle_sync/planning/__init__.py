"""Makes a run's plan: the school's current roster against what Moodle has, as the links say it.

Only what differs leaves the database: rows whose record has another hash than their link, or no link. Relations, by far
the most rows, are compared and planned without leaving it at all. Moodle is only looked at, and only for what is new;
no transaction is open meanwhile. A plan that was not finished is made anew from the start.
"""

from common.uow import UnitOfWork
from moodle_sync import operations, rulings
from moodle_sync.guarding import hold_what_exceeds
from moodle_sync.guards import Tripped
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.planning.classes import ClassPlanner
from moodle_sync.planning.enrolments import plan_enrolments
from moodle_sync.planning.graded import look_at_held, spare_graded
from moodle_sync.planning.memberships import plan_cohorts, plan_memberships
from moodle_sync.planning.narrowing import narrow
from moodle_sync.planning.people import plan_people
from moodle_sync.planning.removals import plan_removals
from moodle_sync.scope import Scope


async def make_plan(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> list[Tripped]:
    """Write the run's operations; the limits that they exceed, whose operations wait for a person.

    Raises what Moodle's client raises.
    """
    async with uow.step() as step:
        await operations.remove_all(step.conn, *scope.run)
    await ClassPlanner(uow, scope, moodle).plan()
    await plan_people(uow, scope, moodle)
    async with uow.step() as step:
        if scope.applies_all:
            await plan_removals(step.conn, scope)
        await plan_enrolments(step.conn, scope)
        await plan_cohorts(step.conn, scope)
        await plan_memberships(step.conn, scope)
        await narrow(step.conn, scope)
    return await guard(uow, scope, moodle)


async def guard(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> list[Tripped]:
    """Spare enrolments with graded work, honour what people decided before, and hold what exceeds the limits."""
    await spare_graded(uow, scope, moodle)
    async with uow.step() as step:
        await rulings.honour(step.conn, scope)
        await rulings.forget_stale(step.conn, scope)
        guards = await hold_what_exceeds(step.conn, scope)
    await look_at_held(uow, scope, moodle)
    return guards
