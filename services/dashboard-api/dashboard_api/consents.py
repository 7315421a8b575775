"""Acts that need a second person: asked for by one, done when another confirms, in one transaction with the audit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from common.db import Row, only
from common.event_model import RunScope
from common.uow import UnitOfWork
from dashboard_api import corrections, decisions, device_changes
from dashboard_api.auth.principal import Principal
from dashboard_api.decisions import Verdict
from dashboard_api.language import _
from dashboard_api.orders import Placed
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, consents, districts, hints, holds, runs
from dashboard_api.queries.consents import Asked
from dashboard_api.queries.devices import DeclaredDevice

Consent = dict[str, Any]


async def ask(uow: UnitOfWork, principal: Principal, asked: Asked) -> Consent:
    """Let an act wait for a second person, for a day. Asked twice by the same, it is the same consent.

    Raises `Problem` 409 where another act on the same subject waits.
    """
    id_ = await consents.add(uow.conn, asked, principal.id)
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
    uow: UnitOfWork, principal: Principal, district_id: str, wanted: DeclaredDevice, before: Row | None, reason: str
) -> Row:
    """A device as it is to be. To force its syncs waits for a second person where the district wants one; the rest
    is done. Raises what `device_changes.declare` does.
    """
    newly = wanted.force and not (before and before["force"])
    if not newly or not (await districts.second_person(uow.conn, district_id)).force:
        return await device_changes.declare(uow, principal, district_id, wanted, before)
    after = await device_changes.declare(uow, principal, district_id, replace(wanted, force=False), before)
    await ask(uow, principal, Asked(district_id, "force", f"device/{wanted.id}", wanted.school_id, {}, reason))
    return after


async def confirm(uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID, note: str) -> Consent:
    """Do what was asked for, in the name of whoever asked. Raises `Problem`: 403 for the asker, 409 if it is over.

    And whatever the act itself raises where it cannot be done any more; the consent then waits on.
    """
    consent = await _open(uow, district_id, id_)
    if consent["asked_by"] == principal.id:
        raise Problem(
            403,
            "second_person",
            _("You asked for this yourself; somebody else has to confirm it. You may take it back."),
        )
    outcome = await DEEDS[consent["act"]](uow, replace(principal, id=consent["asked_by"]), consent)
    return await _close(uow, principal, consent, "confirmed", note, outcome)


async def reject(uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID, note: str) -> Consent:
    """It is not done; whoever asked may take it back so, too. Raises `Problem` 409 if it is over."""
    return await _close(uow, principal, await _open(uow, district_id, id_), "rejected", note, None)


async def _open(uow: UnitOfWork, district_id: str, id_: UUID) -> Consent:
    consent = await consents.locked(uow.conn, district_id, id_)
    if consent is None:
        raise not_found("consent")
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
    await consents.decide(uow.conn, district_id, id_, state, principal.id, note, outcome)
    detail = {"asked_by": consent["asked_by"], "act": consent["act"], "subject": consent["subject"], "reason": note}
    action = "confirm_consent" if state == "confirmed" else "reject_consent"
    if state == "rejected" and principal.id == consent["asked_by"]:
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
        raise not_found("device")
    wanted = replace(device_changes.declared(device), force=True)
    await device_changes.declare(uow, asker, consent["district_id"], wanted, device)
    return {"device_id": str(device["id"])}


def _subject(consent: Consent) -> UUID:
    return UUID(str(consent["subject"]).partition("/")[2])


DEEDS: dict[str, Callable[[UnitOfWork, Principal, Consent], Awaitable[dict[str, Any]]]] = {
    "undo": _undo,
    "approval": _approve,
    "force": _force,
}
"""What is done when an act is confirmed; the answer is the consent's `outcome`."""
