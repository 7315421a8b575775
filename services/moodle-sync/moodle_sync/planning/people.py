"""Plans accounts: people whose record differs from what Moodle has, a chunk at a time.

Staff come first, so that they keep an address which a student has too. No transaction is open while Moodle is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.db import Row
from common.uow import UnitOfWork
from moodle_sync import links, lookup, operations
from moodle_sync.claims import Claims
from moodle_sync.matching import Account as Known
from moodle_sync.matching import Match, match
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.plan import Applied, Planned, operations_for
from moodle_sync.scope import Scope
from rules.people import Account, AccountRules, Fields
from rules.records import person_fields

CHUNK = 2000
STAFF, STUDENTS = ("teacher", "administrator"), ("student",)


@dataclass(frozen=True, slots=True)
class Person:
    """A row that differs, and the account that it should have."""

    row: Row
    account: Account

    @property
    def key(self) -> str:
        """The person's id at the source."""
        return str(self.row["source_key"])

    @property
    def is_new(self) -> bool:
        """Whether no account is known for the person."""
        return self.row["applied"] is None


async def plan_people(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Write the operations of the school's people."""
    rules, claims = AccountRules(scope.policy.templates), Claims()
    for roles in _roles(scope):
        after = ""
        while rows := await _differing(uow, scope, roles, after):
            after = rows[-1]["source_key"]
            people = [Person(row, rules.account(_fields(row, scope))) for row in rows]
            matches = await _look_up(uow, scope, moodle, people)
            async with uow.step() as step:
                await _plan_chunk(step, scope, people, matches, claims)
    async with uow.step() as step:
        await step.conn.execute(FIT_BY_SEVERAL, *scope.run)


def _roles(scope: Scope) -> list[tuple[str, ...]]:
    """Who comes first. Guardians have accounts only where families are shared."""
    return [STAFF, STUDENTS, ("guardian",)] if scope.policy.families else [STAFF, STUDENTS]


async def _differing(uow: UnitOfWork, scope: Scope, roles: Sequence[str], after: str) -> list[Row]:
    async with uow.step() as step:
        return await step.conn.fetch(DIFFERING, *scope.keys, scope.mapping, list(roles), after, CHUNK)


def _fields(row: Row, scope: Scope) -> dict[str, str]:
    school = scope.school
    return person_fields(dict(row), source=school.source_id, school=school.name, school_id=school.source_school_id)


async def _look_up(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, people: Sequence[Person]) -> dict[str, Match]:
    """What Moodle has already of those who are new to us, by key. Accounts of others of ours fit nobody."""
    new = [person for person in people if person.is_new]
    if not new:
        return {}
    accounts = await lookup.accounts_like(moodle, [person.account.fields for person in new])
    async with uow.step() as step:
        taken = await links.taken_accounts(step.conn, scope, [account.id for account in accounts])
    by_value: dict[str, list[Known]] = {}
    for account in (account for account in accounts if account.id not in taken):
        for value in {account.idnumber, account.username.casefold(), account.email.casefold()} - {""}:
            by_value.setdefault(value, []).append(account)
    return {person.key: _match(person, by_value) for person in new}


def _match(person: Person, by_value: dict[str, list[Known]]) -> Match:
    fields = person.account.fields
    values = {str(fields["idnumber"]), str(fields["username"]), str(fields["email"]).casefold()}
    return match(fields, [account for value in values for account in by_value.get(value, [])])


async def _plan_chunk(
    step: UnitOfWork, scope: Scope, people: Sequence[Person], matches: dict[str, Match], claims: Claims
) -> None:
    wanted = [person.account.fields for person in people]
    names, emails = ([str(fields[name]).lower() for fields in wanted] for name in ("username", "email"))
    claims.note(await links.owners(step.conn, scope, names, emails))
    planned, unchanged = [], []
    for person in people:
        operations_ = _operations(person, matches.get(person.key, Match()), claims, scope)
        planned += operations_
        if not operations_ and scope.applies_all:
            unchanged.append((person.key, person.row["hash"]))
    await operations.add(step.conn, scope, planned)
    await links.refresh_hashes(step.conn, scope, "user", unchanged)


def _operations(person: Person, found: Match, claims: Claims, scope: Scope) -> list[Planned]:
    row, key = person.row, person.key
    fields, error, warning = claims.settle(key, person.account.fields)
    if found.account:
        return _link(person, found, fields, error, warning)
    error, answer = found.error or error, found.answer
    applied = None
    if not person.is_new:
        applied = Applied(row["applied"], row["active"], row["moodle_id"], row["drifted"])
    planned = operations_for(
        "user", key, fields, row["hash"], applied, enabled=row["enabled"], everything=scope.applies_all
    )
    warning = warning or person.account.warning
    return _with_words(planned, error, answer, warning)


def _with_words(planned: list[Planned], error: str, answer: str, warning: str) -> list[Planned]:
    """An error leaves nothing else to be done about the person; a warning stands with the first operation."""
    if error:
        return [replace(operation, error=error, answer=answer) for operation in planned[:1]]
    return [replace(planned[0], warning=warning or planned[0].warning), *planned[1:]] if planned else []


def _link(person: Person, found: Match, wanted: Fields, error: str, warning: str) -> list[Planned]:
    """Take an account that is there: what differs is changed, and it is opened if the person's should be open.

    To close it takes an operation of its own, which counts as a removal.
    """
    account, enabled = found.account, person.row["enabled"]
    assert account is not None
    after: Fields = {**wanted, "suspended": 0 if enabled else int(account.suspended)}
    before: Fields = {**account.fields, "suspended": int(account.suspended)}
    link = Planned(
        "user",
        "link",
        person.key,
        after,
        {name: value for name, value in before.items() if after[name] != value},
        person.row["hash"],
        error=error,
        warning=warning or person.account.warning,
        moodle_id=account.id,
        match=found.how,
    )
    closes = not enabled and not account.suspended and not error
    suspend = Planned("user", "suspend", person.key, {}, moodle_id=account.id, match=found.how)
    return [link, suspend] if closes else [link]


DIFFERING = """
    SELECT r.source_key, r.hash, r.given_name, r.family_name, r.email, r.username, r.identifier, r.grade, r.role,
           r.enabled, l.applied, l.active, l.moodle_id, l.drifted
    FROM roster.user r
    LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.entity = 'user' AND l.source_key = r.source_key
    WHERE r.district_id = $1 AND r.school_id = $2 AND r.role = ANY($6::text[]) AND r.source_key > $7
      AND (r.role <> 'guardian' OR l.source_key IS NOT NULL
           OR EXISTS (SELECT FROM roster.guardian_link g WHERE g.district_id = $1 AND g.school_id = $2
                      AND g.guardian_key = r.source_key AND NOT g.contact_only))
      AND (l.source_key IS NULL OR l.source_hash <> r.hash OR l.mapping <> $5 OR l.active <> r.enabled OR l.drifted)
    ORDER BY r.source_key LIMIT $8
"""
"""People who may differ. $1 district, $2 school, $3 target, $4 source, $5 mapping, $6 roles, $7 after whom, $8 most.

Guardians get an account only for a child of whose schooling they are part.
A person of several schools may be `enabled` at one and not at another; the school that runs last decides.
"""

FIT_BY_SEVERAL = """
    UPDATE operation o SET state = 'failed', code = 'AMBIGUOUS_MATCH',
                           answer = 'account ' || o.moodle_id || ' fits several people'
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.entity = 'user' AND o.kind = 'link' AND o.state = 'planned'
      AND EXISTS (SELECT FROM operation other
                  WHERE other.district_id = $1 AND other.run_id = $2 AND other.entity = 'user' AND other.kind = 'link'
                    AND other.moodle_id = o.moodle_id AND other.seq <> o.seq
                    AND (other.match = 'idnumber' OR o.match <> 'idnumber'))
"""
"""One account is one person's: the one's whose ID number it bears, otherwise nobody's. $1 district, $2 run."""
