"""Applies a plan: phase after phase, in batches, so that a kill at any line loses nothing and repeats nothing.

Before a batch goes out its operations are marked as sent; with its answer their outcomes and links are written in one
transaction. Whoever takes the run up again finds what is open, and looks in Moodle before it creates what was sent. A
batch that Moodle refuses as a whole is halved until the bad record stands alone.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic

from common import fence
from common.delivery import NotNow
from common.uow import UnitOfWork
from moodle_sync import cancellations, links, operations, plans, rulings
from moodle_sync.job import Job
from moodle_sync.moodle import wire
from moodle_sync.moodle.client import Meter, MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.plan import ADD_MEMBERS
from moodle_sync.progress import Progress
from moodle_sync.scope import Scope
from moodle_sync.senders import (
    Errand,
    Outcomes,
    Sender,
    categories,
    containers,
    courses,
    enrolments,
    memberships,
    users,
)
from moodle_sync.settings import Settings
from moodle_sync.site import Turn, Turns

CHUNK = 2000

CATEGORIES = Sender(categories.write, fields_each=3, most=50, in_flight=1)
SENDERS: dict[int, Sender] = {
    **dict.fromkeys((10, 11, 12, 13), CATEGORIES),
    20: Sender(courses.create, fields_each=6, most=10, prepare=courses.alone, in_flight=1),
    25: Sender(courses.update, fields_each=8, most=50),
    27: Sender(containers.create_groups, fields_each=4, most=100),
    30: Sender(users.create, fields_each=7, most=100, prepare=users.as_their_only_creator),
    35: Sender(users.update, fields_each=8, most=100, prepare=users.as_their_only_taker),
    40: Sender(enrolments.enrol, fields_each=enrolments.FIELDS, most=200),
    50: Sender(enrolments.enrol, fields_each=enrolments.FIELDS, most=200),
    55: Sender(memberships.add_to_groups, fields_each=2, most=250),
    60: Sender(containers.create_cohorts, fields_each=4, most=100),
    62: Sender(memberships.add_to_cohorts, fields_each=4, most=200),
    65: Sender(memberships.assign_administrators, fields_each=4, most=200),
    70: Sender(memberships.assign_guardians, fields_each=4, most=200),
    72: Sender(memberships.unassign_guardians, fields_each=4, most=200),
    74: Sender(memberships.unassign_administrators, fields_each=4, most=200),
    76: Sender(memberships.remove_from_cohorts, fields_each=2, most=250),
    78: Sender(memberships.remove_from_groups, fields_each=2, most=250),
    80: Sender(enrolments.end, fields_each=enrolments.FIELDS, most=200),
    90: Sender(users.suspend, fields_each=2, most=100),
    95: Sender(courses.hide, fields_each=2, most=50),
}
"""How each phase of `plan.py` is sent."""


class Cancelled(Exception):  # noqa: N818
    """Somebody stopped the run; what is open stays undone."""


class Application:
    """One run's plan on its way into one Moodle."""

    def __init__(
        self, uow: UnitOfWork, scope: Scope, job: Job, moodle: MoodleClient, turns: Turns, settings: Settings
    ) -> None:
        self._uow = uow
        self._scope = scope
        self._job = job
        self._moodle = moodle
        self._turns = turns
        self._attempts = settings.moodle_attempts
        self._step_ends = monotonic() + settings.moodle_step_seconds
        self._site = scope.site
        self._run = scope.run
        self._progress = Progress(scope, job.pool, "applying")

    async def apply(self) -> None:
        """Do what is open, until nothing is.

        Raises `NoAnswer` when Moodle stays away, `Permanent` when it shuts us out, and `NotNow` when the step's time is
        up (the broker takes a message away after half an hour), and `Cancelled`; what is open then stays open.
        """
        async with self._uow.step() as step:
            self._progress.done, self._progress.total = await operations.progress(step.conn, *self._run)
            phases = await operations.open_phases(step.conn, *self._run)
        for phase in phases:
            sender = SENDERS[phase]
            while chunk := await self._load(phase, self._chunk_of(sender)):
                await self._send_all(sender, chunk)
                if monotonic() > self._step_ends:
                    raise NotNow

    def _chunk_of(self, sender: Sender) -> int:
        """So many full batches as fit into a chunk: only the last batch of a phase is a smaller one."""
        most = self._moodle.most_fields
        size = wire.batch_size(sender.fields_each, most_fields=most, most_items=sender.most)
        return max(1, CHUNK // size) * size

    async def _load(self, phase: int, most: int) -> list[Operation]:
        async with self._uow.step() as step:
            return await operations.load(step.conn, self._scope, phase, most)

    async def _send_all(self, sender: Sender, chunk: Sequence[Operation]) -> None:
        """Send in batches, several in flight. When one fails, the others end before its error is raised."""
        batches = wire.batches(chunk, sender.fields_each, most_fields=self._moodle.most_fields, most_items=sender.most)
        in_flight = min(sender.in_flight, self._turns.in_flight)
        results = await asyncio.gather(
            *(self._send_each(sender, batches) for _ in range(in_flight)), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _send_each(self, sender: Sender, batches: Iterator[list[Operation]]) -> None:
        for batch in batches:
            if monotonic() > self._step_ends:
                return
            async with self._turns.at(self._site) as turn:
                await sender.prepare(turn, batch)
                await turn.hold_slot()
                errand = await self._begin(batch)
                outcomes = await self._attempt(turn, sender, errand, batch)
                await self._record(batch, outcomes)

    async def _begin(self, batch: Sequence[Operation]) -> Errand:
        """Note that the batch goes out. Raises `Cancelled` if somebody wants the run stopped."""
        again = any(operation.sent_before for operation in batch)
        async with self._uow.step() as step:
            await fence.check(step.conn, self._job)
            if await cancellations.is_cancelled(step.conn, *self._run):
                raise Cancelled
            await operations.mark_sent(step.conn, *self._run, [o.seq for o in batch])
            keys = [o.source_key for o in batch if o.entity == "user" and o.kind in ("create", "link")]
            linked = await links.linked(step.conn, self._scope, "user", keys) if keys else {}
            closed = [o.source_key for o in batch if (o.entity, o.kind) == ("user", "suspend")]
            elsewhere = await links.elsewhere(step.conn, self._scope, closed) if closed else set[str]()
        return Errand(self._moodle, self._scope.target.user_auth, again, linked, self._taken, elsewhere)

    async def _taken(self, accounts: Sequence[int]) -> set[int]:
        async with self._uow.step() as step:
            return await links.taken_accounts(step.conn, self._scope, accounts)

    async def _attempt(self, turn: Turn, sender: Sender, errand: Errand, batch: Sequence[Operation]) -> Outcomes:
        """The batch's outcomes; where Moodle refuses it whole, those of its halves."""
        try:
            return await self._insist(turn, sender, errand, batch)
        except Refused as refused:
            if len(batch) == 1:
                return {batch[0].seq: _refusal(refused)}
        middle = len(batch) // 2
        first = await self._attempt(turn, sender, errand, batch[:middle])
        return first | await self._attempt(turn, sender, errand, batch[middle:])

    async def _insist(self, turn: Turn, sender: Sender, errand: Errand, batch: Sequence[Operation]) -> Outcomes:
        """Ask again while Moodle gives no answer. It may have done what was asked, so each repeat looks first."""

        async def send(attempt: int) -> Outcomes:
            return await sender.send(replace(errand, again=errand.again or attempt > 1), batch)

        return await turn.insist(send, self._attempts, self._moodle.take_times)

    async def _record(self, batch: Sequence[Operation], outcomes: Outcomes) -> None:
        by_seq = {operation.seq: operation for operation in batch}
        assert by_seq.keys() == outcomes.keys(), "a sender answers for each operation of its batch"
        done = [(by_seq[seq], outcome) for seq, outcome in outcomes.items() if outcome.state == "done"]
        cost, self._moodle.meter = self._moodle.meter, Meter()
        async with self._uow.step() as step:
            await fence.check(step.conn, self._job)
            await operations.settle(step.conn, *self._run, outcomes)
            await plans.spend(step.conn, *self._run, cost)
            await self._record_links(step, done)
            await rulings.forget_done(step.conn, *self._run, [o.seq for o, _ in done])
            await self._progress.add(step, len(outcomes))

    async def _record_links(self, step: UnitOfWork, done: Sequence[tuple[Operation, Outcome]]) -> None:
        seqs = [o.seq for o, _ in done]
        if done and done[0][0].entity == "enrolment":
            await links.record_enrolments(step.conn, self._scope, seqs)
        elif done and done[0][0].entity in ADD_MEMBERS:
            await links.record_memberships(step.conn, self._scope, seqs)
        else:
            made = {o.seq: outcome.moodle_id or 0 for o, outcome in done if o.kind in ("create", "link")}
            await links.record_made(step.conn, self._scope, made)
            await links.record_changed(step.conn, self._scope, [seq for seq in seqs if seq not in made])


def _refusal(refused: Refused) -> Outcome:
    return Outcome("failed", code="LMS_WRITE_REJECTED", answer=f"{refused.errorcode}: {refused.message}")
