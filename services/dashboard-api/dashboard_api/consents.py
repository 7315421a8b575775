"""Acts that need a second person: asked for by one, done when another confirms, in one transaction with the audit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from common.db import Pool, Row, only
from common.event_model import RunScope
from common.uow import UnitOfWork
from dashboard_api import confirmation, corrections, decisions, device_changes
from dashboard_api.auth import standing
from dashboard_api.auth.principal import DOES, Principal, Scope
from dashboard_api.confirmation import Said
from dashboard_api.decisions import Verdict
from dashboard_api.language import _
from dashboard_api.orders import Placed
from dashboard_api.problems import Problem, not_allowed, not_found
from dashboard_api.queries import audit, consents, districts, hints, holds, runs
from dashboard_api.queries.consents import Asked, Decided
from dashboard_api.queries.devices import DeclaredDevice

Consent = dict[str, Any]

RIGHTS: dict[str, Scope] = {"undo": "decide", "approval": "decide", "force": "declare"}
"""What both persons need, who asks for an act and who confirms it."""


async def ask(uow: UnitOfWork, principal: Principal, asked: Asked) -> Consent:
    """Let an act wait for a second person, for a day. Asked twice by the same, it is the same consent.

    Raises `Problem` 409 where another act on the same subject waits.
    """
    id_ = await consents.add(uow.conn, asked, principal.id, principal.person)
    consent = await consents.waiting(uow.conn, asked.district_id, asked.act, asked.subject)
    assert consent is not None
    if id_ is not None:
        await _note(uow, principal, consent, "ask_consent", {"reason": asked.reason, "body": asked.body})
    elif (consent["asked_by"], consent["body"]) != (principal.id, asked.body):
        raise Problem(
            409,
            "consent_waits",
            _("Somebody asked for this already, and it waits for a second person. Confirm or reject that first."),
        )
    return consent


async def undo(
    uow: UnitOfWork, principal: Principal, run: Mapping[str, Any], record: RunScope, reason: str
) -> Placed | Consent:
    """Take back a run, or what it did to one record: the order, or the consent that it waits for.

    Raises `Problem` 409 for a run that cannot be taken back.
    """
    await corrections.require_undoable(uow, run)
    if not (await districts.second_person(uow.conn, run["district_id"])).undo:
        return await corrections.undo(uow, principal, run, record, dry_run=False, reason=reason)
    body = {"record": record.model_dump(mode="json", exclude_defaults=True)}
    return await ask(
        uow, principal, Asked(run["district_id"], "undo", f"run/{run['id']}", run["school_id"], body, reason)
    )


async def declare_device(
    uow: UnitOfWork, principal: Principal, district_id: str, wanted: DeclaredDevice, before: Row | None, said: Said
) -> Row:
    """A device as it is to be. To force its syncs takes its name and a reason, and waits for a second person where the
    district wants one; the rest is done. Raises what `device_changes.declare` does, and `Problem` 422.
    """
    known = before if before and not before["removed_at"] else None
    newly = wanted.force and not (known and known["force"])
    if newly:
        confirmation.require_device_typed(known["name"] if known else wanted.name, said)
    if not newly or not (await districts.second_person(uow.conn, district_id)).force:
        return await device_changes.declare(uow, principal, district_id, wanted, before, said.reason)
    after = await device_changes.declare(uow, principal, district_id, replace(wanted, force=False), before)
    await ask(uow, principal, Asked(district_id, "force", f"device/{wanted.id}", wanted.school_id, {}, said.reason))
    return after


async def confirm(
    uow: UnitOfWork, whole: Pool, principal: Principal, district_id: str, id_: UUID, note: str
) -> Consent:
    """Do what was asked for, in the name of whoever asked. `whole`: what accounts may do is kept from requests.

    Raises `Problem`: 403 for who is not a second person with the right to do it, 409 if it is over or whoever asked
    may not do it any more; and whatever the act itself raises where it cannot be done. The consent then waits on.
    """
    consent = await _open(uow, principal, district_id, id_)
    await _require_second(whole, principal, consent)
    asker = await _asker(whole, consent)
    outcome = await DEEDS[consent["act"]](uow, asker, consent)
    return await _close(uow, principal, consent, "confirmed", note, outcome)


async def reject(uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID, note: str) -> Consent:
    """It is not done; whoever asked may take it back so, too. Raises `Problem` 409 if it is over."""
    return await _close(uow, principal, await _open(uow, principal, district_id, id_), "rejected", note, None)


def is_own(principal: Principal, consent: Mapping[str, Any]) -> bool:
    """Whether it was asked for by this account, or by another one of the same person."""
    return consent["asked_by"] == principal.id or (
        principal.person is not None and consent["asked_person"] == str(principal.person)
    )


async def _require_second(whole: Pool, principal: Principal, consent: Consent) -> None:
    """Raises `Problem` 403 unless somebody else stands behind the account, who may do the act themselves."""
    if is_own(principal, consent):
        raise Problem(
            403,
            "second_person",
            _("You asked for this yourself; somebody else has to confirm it. You may take it back."),
        )
    if principal.person is None:
        raise Problem(
            403,
            "second_person",
            _(
                "Nobody knows who stands behind this key, so it cannot be the second person. Sign in to the dashboard,"
                " or use a key that you made there."
            ),
        )
    if await _able(whole, principal.person, consent) is None:
        raise not_allowed(DOES[RIGHTS[consent["act"]]])


async def _asker(whole: Pool, consent: Consent) -> Principal:
    """Whoever asked, as they are now. Raises `Problem` 409 where they, or who made their key, lost the right."""
    asker = await _able(whole, UUID(consent["asked_by"]), consent)
    person = asker.person if asker is not None else None
    if asker is None or (person is not None and await _able(whole, person, consent) is None):
        raise Problem(
            409,
            "asker_may_not",
            _(
                "{who}, who asked for this, may not do it any more. Reject it, or ask for it yourself.",
                who=consent["asked_by_name"] or _("Somebody"),
            ),
        )
    return asker


async def _able(whole: Pool, account: UUID, consent: Consent) -> Principal | None:
    """The account as it is now, if it may do the act itself."""
    found = await standing.of(whole, account)
    needed = {RIGHTS[consent["act"]]}, [consent["district_id"]], [UUID(consent["school_id"])]
    return found if found is not None and found.covers(*needed) else None


async def _open(uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID) -> Consent:
    consent = await consents.locked(uow.conn, district_id, id_)
    if consent is None:
        raise not_found("consent")
    principal.require(RIGHTS[consent["act"]], district_id)
    if consent["state"] == "expired":
        raise Problem(
            409, "consent_over", _("Nobody confirmed this within a day, so it has run out. Ask for it once more.")
        )
    if consent["state"] != "waiting":
        raise Problem(409, "consent_over", _("Somebody has decided on this already. Look at it again."))
    return consent


async def _close(
    uow: UnitOfWork, principal: Principal, consent: Consent, state: str, note: str, outcome: dict[str, Any] | None
) -> Consent:
    district_id, id_ = consent["district_id"], UUID(consent["id"])
    await consents.decide(uow.conn, district_id, id_, Decided(state, principal.id, principal.person, note, outcome))
    detail = {"asked_by": consent["asked_by"], "act": consent["act"], "subject": consent["subject"], "reason": note}
    action = "confirm_consent" if state == "confirmed" else "reject_consent"
    if state == "rejected" and is_own(principal, consent):
        action = "take_back_consent"
    await _note(uow, principal, consent, action, {**detail, "outcome": outcome})
    closed = await consents.locked(uow.conn, district_id, id_)
    assert closed is not None
    return closed


async def _note(
    uow: UnitOfWork, principal: Principal, consent: Mapping[str, Any], action: str, detail: dict[str, Any]
) -> None:
    about = {"act": consent["act"], "subject": consent["subject"], **detail}
    await audit.add(uow.conn, consent["district_id"], principal.id, action, f"consent/{consent['id']}", about)
    await hints.tell_of(uow.conn, consent["district_id"], "consent", school_id=UUID(consent["school_id"]))


async def _undo(uow: UnitOfWork, asker: Principal, consent: Consent) -> dict[str, Any]:
    run = await runs.one(only(uow.conn), [consent["district_id"]], _subject(consent))
    if run is None:
        raise not_found("run")
    record = RunScope.model_validate(consent["body"]["record"])
    placed = await corrections.undo(uow, asker, dict(run), record, dry_run=False, reason=consent["reason"])
    return {"order_id": str(placed.order_id), "run_id": str(placed.runs[0][2])}


async def _approve(uow: UnitOfWork, asker: Principal, consent: Consent) -> dict[str, Any]:
    hold = await holds.one(only(uow.conn), [consent["district_id"]], _subject(consent))
    if hold is None:
        raise not_found("hold")
    body = consent["body"]
    chosen = None if body["operations"] is None else tuple(body["operations"])
    run_id = await decisions.decide(
        uow, asker, hold, Verdict(body["decision"], body["plan_hash"], chosen, consent["reason"])
    )
    return {"hold_id": hold["id"], "run_id": str(run_id)}


async def _force(uow: UnitOfWork, asker: Principal, consent: Consent) -> dict[str, Any]:
    device = await device_changes.locked(uow.conn, asker, _subject(consent))
    if device["removed_at"]:
        raise device_changes.removed(device)
    wanted = replace(device_changes.declared(device), force=True)
    await device_changes.declare(uow, asker, consent["district_id"], wanted, device, consent["reason"])
    return {"device_id": str(device["id"])}


def _subject(consent: Consent) -> UUID:
    return UUID(str(consent["subject"]).partition("/")[2])


DEEDS: dict[str, Callable[[UnitOfWork, Principal, Consent], Awaitable[dict[str, Any]]]] = {
    "undo": _undo,
    "approval": _approve,
    "force": _force,
}
"""What is done when an act is confirmed; the answer is the consent's `outcome`."""
