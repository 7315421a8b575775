"""People are accounts, found by id number before they are created. Never deleted, never given a new password."""

from collections.abc import Sequence
from typing import Any

from moodle_sync import mapping
from moodle_sync.mapping import Fields
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import Refused
from moodle_sync.operations import Operation, Outcome
from moodle_sync.senders import Errand, Outcomes, split_off, with_warnings
from moodle_sync.site import Turn

EMPTY_PASSWORD_AUTHS = {"oauth2", "ldap", "shibboleth", "cas", "saml2", "oidc", "lti", "db"}
"""Sign-in methods that keep no password in Moodle, so that none has to be made."""


async def as_their_only_creator(turn: Turn, batch: Sequence[Operation]) -> None:
    """Two runs that meet the same new person take turns, and the second finds the account."""
    await turn.hold_persons([o.source_key for o in batch])


async def create(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Create accounts, except for people who have one: from another school's run, or by their id number.

    Moodle accepts an id number twice and a time-out does not stop it, so looking first is the only way to be sure.
    """
    outcomes = {o.seq: Outcome("done", errand.linked[o.source_key]) for o in batch if o.source_key in errand.linked}
    unlinked = [o for o in batch if o.seq not in outcomes]
    if unlinked:
        outcomes |= await _adopt(errand.moodle, unlinked)
    ready = [o for o in unlinked if o.seq not in outcomes]
    return outcomes | (await _create(errand, ready) if ready else {})


async def update(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Change accounts, and open those of people who are back."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    changes = [{"id": o.moodle_id, **o.after} | ({"suspended": 0} if o.kind == "reactivate" else {}) for o in ready]
    return outcomes | await _write(errand.moodle, ready, changes)


async def suspend(errand: Errand, batch: Sequence[Operation]) -> Outcomes:
    """Close accounts without deleting anything."""
    ready, outcomes = split_off(batch, lambda o: o.moodle_id is None)
    changes = [{"id": o.moodle_id or 0, "suspended": 1} for o in ready]
    return outcomes | await _write(errand.moodle, ready, changes)


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
        explained = await _explained(errand.moodle, ready[0], refused)
        if explained.code != "DUP_EMAIL":
            raise explained from None
        return await _create_without_address(errand, ready[0])
    return {o.seq: Outcome("done", id_) for o, id_ in zip(ready, made, strict=True)}


async def _create_without_address(errand: Errand, operation: Operation) -> Outcomes:
    """Somebody came first with the address, such as a sibling whose school is synced at the same moment (`Claims`)."""
    after = {**operation.after, "email": mapping.address_to_nobody(operation.after["username"])}
    (made,) = await _made(errand, [after])
    return {operation.seq: Outcome("done", made, after=after, warning="DUP_EMAIL")}


async def _made(errand: Errand, people: Sequence[Fields]) -> list[int]:
    """The ids of new accounts."""
    password = {} if errand.user_auth in EMPTY_PASSWORD_AUTHS else {"createpassword": 1}
    users = [{**person, "auth": errand.user_auth, **password} for person in people]
    return [int(made["id"]) for made in await errand.moodle.call("core_user_create_users", {"users": users})]


async def _adopt(moodle: MoodleClient, batch: Sequence[Operation]) -> Outcomes:
    """Outcomes for people whose id number an account bears: theirs if the names agree, otherwise nobody's to guess."""
    found = await moodle.call(
        "core_user_get_users_by_field", {"field": "idnumber", "values": [o.after["idnumber"] for o in batch]}
    )
    accounts: dict[str, list[dict[str, Any]]] = {}
    for account in found:
        accounts.setdefault(account.get("idnumber", ""), []).append(account)
    outcomes = {o.seq: _match(o, accounts[o.after["idnumber"]]) for o in batch if o.after["idnumber"] in accounts}
    adopted = [{**o.after, "id": outcomes[o.seq].moodle_id, "suspended": 0} for o in batch if _is_done(outcomes, o)]
    if adopted:
        await moodle.call("core_user_update_users", {"users": adopted})
    return outcomes


def _is_done(outcomes: Outcomes, operation: Operation) -> bool:
    return operation.seq in outcomes and outcomes[operation.seq].state == "done"


def _match(operation: Operation, accounts: list[dict[str, Any]]) -> Outcome:
    if len(accounts) > 1:
        return Outcome("failed", code="AMBIGUOUS_MATCH", answer=f"{len(accounts)} accounts bear this id number")
    account = accounts[0]
    if not mapping.same_name(operation.after, account.get("firstname", ""), account.get("lastname", "")):
        return Outcome("failed", code="NAME_MISMATCH", answer=f"account {account['id']} bears the id number")
    return Outcome("done", int(account["id"]))


class Explained(Refused):
    """A refusal whose cause was looked for; `code` is of the error catalogue."""

    def __init__(self, refused: Refused, code: str) -> None:
        super().__init__("core_user_create_users", refused.errorcode, refused.message)
        self.code = code


async def _explained(moodle: MoodleClient, operation: Operation, refused: Refused) -> Explained:
    """In production Moodle gives one and the same error for all causes: look which name or address is taken."""
    for field, code in (("username", "DUP_USERNAME"), ("email", "DUP_EMAIL")):
        params = {"field": field, "values": [operation.after[field]]}
        if await moodle.call("core_user_get_users_by_field", params):
            return Explained(refused, code)
    return Explained(refused, "LMS_WRITE_REJECTED")
