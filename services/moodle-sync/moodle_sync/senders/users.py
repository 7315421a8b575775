"""People are accounts. Never deleted, never given a new password."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from moodle_sync import lookup
from moodle_sync.matching import Account, match
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, refused_with, split_off, with_warnings
from moodle_sync.site import Turn
from rules.people import Fields, address_to_nobody

EMPTY_PASSWORD_AUTHS = {"oauth2", "ldap", "shibboleth", "cas", "saml2", "oidc", "lti", "db"}
"""Sign-in methods that keep no password in Moodle, so that none has to be made."""


async def as_their_only_creator(turn: Turn, batch: Sequence[Operation]) -> None:
    """Two runs that meet the same new person take turns, and the second finds the account."""
    await turn.hold_persons([o.source_key for o in batch])


async def as_their_only_taker(turn: Turn, batch: Sequence[Operation]) -> None:
    """Two runs that found the same account take turns, and the second finds it taken."""
    await turn.hold_accounts([o.moodle_id for o in batch if o.kind == "link" and o.moodle_id is not None])


async def create(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create accounts, except for people who have one meanwhile: from another school's run, or from an earlier try.

    The plan looked for them before; a batch that may have been sent already is looked for again, since Moodle accepts
    an ID number twice and a time-out does not stop it.
    """
    outcomes = {o.seq: Outcome("done", errand.linked[o.source_key]) for o in batch if o.source_key in errand.linked}
    ready = [o for o in batch if o.seq not in outcomes]
    if errand.again and ready:
        accounts = await lookup.accounts_like(MoodleReader(errand.moodle), [o.after for o in ready])
        outcomes |= await _adopt(errand, ready, accounts)
        ready = [o for o in ready if o.seq not in outcomes]
    return outcomes | (await _create(errand, ready) if ready else {})


async def update(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Change accounts, take over those that were there, and open those of people who are back."""
    outcomes = await _taken(errand, [o for o in batch if o.kind == "link"])
    ready, skipped = split_off([o for o in batch if o.seq not in outcomes], lambda o: o.moodle_id is None)
    outcomes |= skipped | await _write(errand.moodle, ready, [_changes(o) for o in ready])
    refused = [o for o in ready if "email" in o.after and refused_with(outcomes[o.seq], "useremailduplicate")]
    return outcomes | await _without_address(errand.moodle, refused)


async def suspend(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Close accounts without deleting anything; not of those who came to another school since the plan was made."""
    has_come_elsewhere = Outcome("skipped", code="CHANGED_SINCE", warning="CHANGED_SINCE")
    outcomes = {o.seq: has_come_elsewhere for o in batch if o.source_key in errand.elsewhere}
    ready, skipped = split_off([o for o in batch if o.seq not in outcomes], lambda o: o.moodle_id is None)
    outcomes |= skipped
    changes = [{"id": o.moodle_id or 0, "suspended": 1} for o in ready]
    return outcomes | await _write(errand.moodle, ready, changes)


async def _taken(errand: Errand, found: Sequence[Operation]) -> Outcomes:
    """Outcomes for people whose account became somebody else's since the plan was made."""
    ids = [o.moodle_id for o in found if o.moodle_id is not None]
    taken = await errand.taken(ids) if ids else set[int]()
    return {
        o.seq: Outcome("failed", o.moodle_id, "AMBIGUOUS_MATCH", f"account {o.moodle_id} fits several people")
        for o in found
        if o.moodle_id in taken and errand.linked.get(o.source_key) != o.moodle_id
    }


async def _without_address(moodle: MoodleClient, refused: Sequence[Operation]) -> Outcomes:
    """Somebody whom we do not look after has the new address: everything else is changed, and the old one stays."""
    kept = [replace(o, after={k: v for k, v in o.after.items() if k != "email"} | _former_address(o)) for o in refused]
    outcomes = await _write(moodle, kept, [_changes(o) for o in kept])
    return {
        o.seq: replace(outcomes[o.seq], after=dict(o.after), warning="DUP_EMAIL")
        if outcomes[o.seq].state == "done"
        else outcomes[o.seq]
        for o in kept
    }


def _former_address(operation: Operation) -> dict[str, Any]:
    former = (operation.before or {}).get("email")
    return {"email": former} if former else {}


def _changes(operation: Operation) -> dict[str, Any]:
    opened = {"suspended": 0} if operation.kind == "reactivate" else {}
    return {"id": operation.moodle_id, **operation.after, **opened}


async def _write(moodle: MoodleClient, ready: Sequence[Operation], changes: Sequence[dict[str, Any]]) -> Outcomes:
    if not ready:
        return {}
    return with_warnings(ready, await moodle.call("core_user_update_users", {"users": changes}))


async def _create(errand: Errand, ready: Sequence[Operation]) -> Outcomes:
    try:
        made = await _made(errand, [o.after for o in ready])
    except Refused as refused:
        if len(ready) > 1:
            raise
        return await _settle_refused(errand, ready[0], refused)
    return {o.seq: Outcome("done", id_) for o, id_ in zip(ready, made, strict=True)}


async def _settle_refused(errand: Errand, operation: Operation, refused: Refused) -> Outcomes:
    """In production Moodle gives one and the same error for all causes: look who has which name or address.

    It may be the person, or somebody who came first with the address, such as a sibling whose school is synced at the
    same moment (`Claims`).
    """
    accounts = await lookup.accounts_like(MoodleReader(errand.moodle), [operation.after])
    adopted = await _adopt(errand, [operation], accounts)
    if adopted:
        return adopted
    if _has(accounts, "username", operation):
        return {operation.seq: Outcome("failed", code="DUP_USERNAME", answer=_words(refused))}
    if not _has(accounts, "email", operation):
        raise refused
    after = {**operation.after, "email": address_to_nobody(operation.after["username"])}
    (made,) = await _made(errand, [after])
    return {operation.seq: Outcome("done", made, after=after, warning="DUP_EMAIL")}


async def _adopt(errand: Errand, batch: Sequence[Operation], accounts: Sequence[Account]) -> Outcomes:
    """Outcomes for people whom exactly one of the accounts fits, and for those whom it must not be guessed for."""
    taken = await errand.taken([account.id for account in accounts])
    free = [account for account in accounts if account.id not in taken]
    outcomes: Outcomes = {}
    adopted: list[dict[str, Any]] = []
    for operation in batch:
        found = match(operation.after, free)
        if found.account:
            adopted.append({**operation.after, "id": found.account.id, "suspended": 0})
            outcomes[operation.seq] = Outcome("done", found.account.id, match=found.how)
        elif found.error:
            outcomes[operation.seq] = Outcome("failed", code=found.error, answer=found.answer)
    if adopted:
        await errand.moodle.call("core_user_update_users", {"users": adopted})
    return outcomes


def _has(accounts: Sequence[Account], field: str, operation: Operation) -> bool:
    wanted = str(operation.after[field]).casefold()
    return any(str(account.fields[field]).casefold() == wanted for account in accounts)


async def _made(errand: Errand, people: Sequence[Fields]) -> list[int]:
    """The ids of new accounts."""
    password = {} if errand.user_auth in EMPTY_PASSWORD_AUTHS else {"createpassword": 1}
    users = [{**person, "auth": errand.user_auth, **password} for person in people]
    return [int(made["id"]) for made in await errand.moodle.call("core_user_create_users", {"users": users})]


def _words(refused: Refused) -> str:
    return f"{refused.errorcode}: {refused.message}"
