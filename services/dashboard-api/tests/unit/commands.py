"""For each operation of the API the commands that ask for it, with all that it takes."""

UUID = "0b9d8a3e-5c6f-5a51-8d0e-2f6f0a7b1c22"
SCHOOL = ("--district", "north", "--school", "Ashgrove")
NORTH = ("--district", "north")

Line = tuple[str, ...]


def line(text: str, *more: str) -> Line:
    return (*text.split(), *more)


COMMANDS: dict[str, tuple[Line, ...]] = {
    "showMe": (line("me"),),
    "listDistricts": (line("districts"),),
    "showDistrict": (line("district north"),),
    "putDistrict": (line("apply -f {file} --json"),),
    "listSchools": (line("schools --status with_errors --search ash --sort -errors --target main", *NORTH),),
    "showSchool": (line("school Ashgrove"),),
    "listErrors": (line("errors --records --code MISSING_NAME --severity error --entity user", *SCHOOL),),
    "listCauses": (line("errors --causes --code MISSING_NAME --severity error", *SCHOOL),),
    "listRuns": (
        line("runs", *SCHOOL, "--order", UUID, *line("--status failed --standing failed --what full")),
        line("runs --trigger schedule --search ash"),
    ),
    "showRun": (line(f"run {UUID}"),),
    "listRunErrors": (line(f"run {UUID} --errors"),),
    "orderDistrictRuns": (
        line("sync Ashgrove --mode full --dry-run --scope class:c-1 --reason new"),
        line("sync --status with_errors --search ash"),
    ),
    "showOrder": (line(f"order {UUID}"),),
    "cancelRun": (line(f"cancel {UUID} --reason late"),),
    "undoRun": (
        line(f"undo {UUID} --reason wrong --record user:u-1 --confirm", "Ashgrove Primary"),
        line(f"undo {UUID} --dry-run"),
    ),
    "retryRun": (line(f"sync --retry-failed {UUID} --dry-run --reason again"),),
    "rebuildLinks": (line("links rebuild --dry-run --reason lost", *SCHOOL),),
    "orderSourceCheck": (line("source check -f {file} --school 1 --json"),),
    "showSourceCheck": (line("source check -f {file} --json"),),
    "showPlan": (line(f"plan {UUID}"),),
    "listOperations": (line(f"plan {UUID} --entity user --kind update --state done --graded --removals"),),
    "searchOperations": (line(f"plan {UUID} --search zoe --entity user --kind update --held --not-graded"),),
    "compareRuns": (line(f"compare {UUID} {UUID} --entity user"),),
    "compareSnapshots": (line("compare 1 2 --entity user", *SCHOOL),),
    "listHolds": (line("holds --state open", *SCHOOL),),
    "showHold": (line(f"hold {UUID}"),),
    "decideHold": (line(f"hold approve {UUID} --only 1,2 --reason fine --confirm", "Ashgrove Primary"),),
    "searchRecords": (line("explain Anna", *SCHOOL),),
    "explainRecord": (line("explain u-17 --entity user", *SCHOOL),),
    "tryMapping": (line("mapping try --username {{given_name}} --rows 5 --json", *SCHOOL),),
    "showSchoolSchedule": (line("schedule preview Ashgrove --nights 5"),),
    "showDistrictSchedule": (line("schedule preview --nights 5"),),
    "putSchoolSchedule": (line("schedule set Ashgrove --nightly 20:00 --nights mon,tue"),),
    "putDistrictSchedule": (
        line("schedule set --nightly 20:00 --nights mon --spread 5"),
        line("schedule blackout 2026-12-21 2027-01-03 --reason winter", *SCHOOL),
    ),
    "listNights": (line("schedule history Ashgrove"),),
    "showSchoolNightlyMode": (line("schedule modes Ashgrove"),),
    "showDistrictNightlyModes": (line("schedule modes"),),
    "putDistrictNightlyModes": (
        line("pause Ashgrove --until 2026-12-01 --reason move"),
        line("resume --status paused --search ash"),
    ),
    "listConsents": (line("consents --state waiting", *SCHOOL),),
    "showConsent": (line(f"consent {UUID}"),),
    "confirmConsent": (line(f"consent confirm {UUID} --reason seen"),),
    "rejectConsent": (line(f"consent reject {UUID} --reason wrong"),),
    "exportDistrict": (line("export"),),
    "showSettings": (line("settings show"),),
    "changeGeneral": (
        line("settings set --name North --timezone Europe/Amsterdam --locale nl --pool shared --max-parallel 3"),
    ),
    "putPolicy": (line("settings policy -f {policy}"),),
    "patchPolicy": (line("settings policy --set limits.removals.count=3"),),
    "putSecondPerson": (line("settings second-person --force --undo --approvals-over 5"),),
    "putRecipients": (line("settings tell anna@north.example --outcomes problems"),),
    "showSchoolSettings": (line("settings school Ashgrove"),),
    "changeSchoolSettings": (line("settings school Ashgrove --target main --timezone Europe/Lisbon"),),
    "listSources": (line("source list --json"),),
    "showSource": (line("source show main --json"),),
    "addSource": (line("source add clever --name Clever --set district_id=d-1 --secret token=TOKEN"),),
    "putSource": (line("source add clever --id second --name Clever --set district_id=d-1 --secret token=TOKEN"),),
    "removeSource": (line("source remove main"),),
    "changeSource": (line("source set main --name Clever --secret token=TOKEN"),),
    "checkSource": (line("source check --school 1 --json"),),
    "listTargets": (line("target list --json"),),
    "showTarget": (line("target show main --json"),),
    "addTarget": (line("target add https://m.example --name Moodle --role student=5 --token-env TOKEN"),),
    "putTarget": (line("target add https://m.example --id second --name Moodle --role student=5 --token-env TOKEN"),),
    "removeTarget": (line("target remove second"),),
    "changeTarget": (line("target set main --name Moodle --base-url https://m.example --token-env TOKEN"),),
    "checkDeclaredTarget": (line("target check main --json"),),
    "checkTarget": (line("target check -f {file} --json"),),
    "showTargetCheck": (line("target check main --json"),),
    "showLedger": (line(f"ledger {UUID} --json"),),
    "listUsers": (line("users list", *NORTH),),
    "showUser": (line("users show anna@north.example"),),
    "createUser": (
        line("users create ben@north.example --name Ben --role school_admin --locale nl", *SCHOOL),
        line("users create ben@north.example --name Ben --role operator --password-file {password}"),
    ),
    "changeUser": (
        line("users change anna@north.example --name Ann --role school_admin --locale fr", *SCHOOL),
        line("users disable anna@north.example"),
    ),
    "inviteUser": (line("users reset-password anna@north.example"),),
    "endUserSessions": (line("users sign-out anna@north.example"),),
    "removeUserSecondFactor": (line("users remove-second-factor anna@north.example"),),
    "listKeys": (line("keys list", *NORTH),),
    "showKey": (line("keys show scripts"),),
    "createKey": (line("keys create reports --scope read --expires-days 90", *SCHOOL),),
    "revokeKey": (line("keys revoke scripts"),),
    "listQueues": (line("system queues --json"),),
    "listWorkers": (line("system workers --json"),),
    "listVersions": (line("system versions --json"),),
    "listParked": (line("system parked --queue q --limit 5 --json"),),
    "requeueParked": (line("system requeue --queue q --reason fixed m-1"),),
    "discardParked": (line("system discard --queue q --reason broken m-1"),),
    "listPools": (line("pools --json"),),
    "listActs": (
        line("audit --who a-1 --act order --subject source/main --from 2026-11-25 --until 2026-11-26", *SCHOOL),
        line("audit --search weekend", *NORTH),
    ),
    "listDevices": (line("devices", *SCHOOL),),
    "showDevice": (line("device show", "Box 1"),),
    "putDevice": (
        line("device set", "Box 1", *line("--name Box --daily-at 03:00 --at-next-contact --target main")),
        line("device set", "Box 1", *line("--notify --force --school Ashgrove --reason lost --confirm"), "Box 1"),
        line("device enable", "Box 1"),
    ),
    "removeDevice": (line("device remove", "Box 1"),),
    "noteDeviceContact": (line("device contact", "Box 1", "--offline"),),
    "orderDeviceSync": (line("device sync", "Box 1"),),
}
"""By the operation's id. `{file}`, `{policy}` and `{password}` are files."""
WITHOUT = {
    "streamHints": "pages listen; commands that follow a run ask again, which needs no open line",
    "orderSchoolRun": "`sync` orders one school as it orders several, with orderDistrictRuns",
    "putSchoolNightlyMode": "`pause` and `resume` change one school as several, with putDistrictNightlyModes",
    **dict.fromkeys(
        (
            *("changeMe", "changePassword", "listOwnSessions", "endOwnSession", "endOtherSessions"),
            *("beginSecondFactor", "confirmSecondFactor", "removeOwnSecondFactor"),
        ),
        "commands come with a key, and a key has no account of its own: no name to show, password or session",
    ),
}
"""Operations without a command, and why."""
OF_PAGES = {"limit", "after", "format", "bom", "separator"}
"""What each list takes besides its filters."""
UNSAID = {
    ("listOperations", "search"): "searchOperations finds people, too, whose names belong in no address",
}
"""What an operation takes that no command says, and why."""
