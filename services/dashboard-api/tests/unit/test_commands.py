"""`rosterbus` does all that the API does, and says it as JSON where asked."""

from collections.abc import Iterator
from typing import Any

import typer
from fastapi import FastAPI

from dashboard_api.api.openapi import describe, operation_id
from dashboard_api.api.routes import router
from dashboard_api.cli.main import app

COMMANDS = {
    "listDistricts": "districts",
    "showDistrict": "apply",
    "putDistrict": "apply",
    "listSchools": "schools",
    "showSchool": "school",
    "listErrors": "errors",
    "listCauses": "errors",
    "listRuns": "runs",
    "showRun": "run",
    "listRunErrors": "run",
    "orderSchoolRun": "sync",
    "orderDistrictRuns": "sync",
    "showOrder": "order",
    "cancelRun": "cancel",
    "undoRun": "undo",
    "retryRun": "sync",
    "rebuildLinks": "links rebuild",
    "orderSourceCheck": "source check",
    "showSourceCheck": "source check",
    "showPlan": "plan",
    "listOperations": "plan",
    "searchOperations": "plan",
    "compareRuns": "compare",
    "listHolds": "holds",
    "showHold": "hold",
    "decideHold": "hold",
    "searchRecords": "explain",
    "explainRecord": "explain",
    "tryMapping": "mapping try",
    "showSchoolSchedule": "schedule preview",
    "showDistrictSchedule": "schedule preview",
    "putSchoolSchedule": "schedule set",
    "putDistrictSchedule": "schedule set",
    "listNights": "schedule history",
    "showSchoolNightlyMode": "schedule modes",
    "showDistrictNightlyModes": "schedule modes",
    "putSchoolNightlyMode": "pause",
    "putDistrictNightlyModes": "resume",
    "listConsents": "consents",
    "showConsent": "consent",
    "confirmConsent": "consent",
    "rejectConsent": "consent",
    "exportDistrict": "export",
    "showSettings": "settings show",
    "changeGeneral": "settings set",
    "putPolicy": "apply",
    "patchPolicy": "settings policy",
    "putSecondPerson": "settings second-person",
    "putRecipients": "settings tell",
    "showSchoolSettings": "settings school",
    "changeSchoolSettings": "settings school",
    "listSources": "source list",
    "showSource": "source show",
    "addSource": "source add",
    "putSource": "source add",
    "removeSource": "source remove",
    "changeSource": "source set",
    "checkSource": "source check",
    "listTargets": "target list",
    "showTarget": "target show",
    "addTarget": "target add",
    "putTarget": "target add",
    "removeTarget": "target remove",
    "changeTarget": "target set",
    "checkDeclaredTarget": "target check",
    "checkTarget": "target check",
    "showTargetCheck": "target check",
    "showLedger": "ledger",
    "listUsers": "users list",
    "showUser": "users list",
    "createUser": "users create",
    "changeUser": "users change",
    "inviteUser": "users reset-password",
    "endUserSessions": "users sign-out",
    "removeUserSecondFactor": "users remove-second-factor",
    "listKeys": "keys list",
    "showKey": "keys list",
    "createKey": "keys create",
    "revokeKey": "keys revoke",
    "listQueues": "system queues",
    "listWorkers": "system workers",
    "listVersions": "system versions",
    "listParked": "system parked",
    "requeueParked": "system requeue",
    "discardParked": "system discard",
    "listPools": "pools",
    "listActs": "audit",
    "listDevices": "devices",
    "showDevice": "device show",
    "putDevice": "device set",
    "removeDevice": "device remove",
    "noteDeviceContact": "device contact",
    "orderDeviceSync": "device sync",
}
"""The command that asks for each operation of the API."""
WITHOUT = {
    "streamHints": "pages listen; commands that follow a run ask again, which needs no open line",
    "compareSnapshots": "runs name their snapshots, and `compare` takes runs",
    **dict.fromkeys(
        (
            *("showMe", "changeMe", "changePassword", "listOwnSessions", "endOwnSession", "endOtherSessions"),
            *("beginSecondFactor", "confirmSecondFactor", "removeOwnSecondFactor"),
        ),
        "commands come with a key, and a key has no account of its own",
    ),
}
"""Operations without a command, and why."""


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The commands below a group, by what is typed."""
    if not hasattr(group, "commands"):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, f"{path} {name}".strip())


ALL = dict(commands(typer.main.get_command(app)))


def test_every_operation_of_the_api_has_its_command_or_a_reason_why_not() -> None:
    served = FastAPI(generate_unique_id_function=operation_id)
    served.include_router(router)
    describe(served)
    operations = {one["operationId"] for methods in served.openapi()["paths"].values() for one in methods.values()}
    assert operations == COMMANDS.keys() | WITHOUT.keys()
    assert set(COMMANDS.values()) <= ALL.keys()


def test_every_command_can_answer_with_json() -> None:
    assert [name for name, command in ALL.items() if "--json" not in options(command)] == []


def test_commands_that_list_can_answer_with_csv() -> None:
    lists = ("districts", "schools", "runs", "run", "plan", "compare", "holds", "devices", "pools", "audit", "errors")
    for name in (*lists, "schedule history"):
        assert {"--csv", "--bom", "--separator"} <= options(ALL[name]), name


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}
