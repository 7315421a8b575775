"""One roster, end to end: source, broker, database, Moodle, e-mail, API."""

from pathlib import Path

from common.testing.waiting import wait_for
from simulators.generate import District, Quirks, generate, write_csv_package
from simulators.oneroster import OneRosterSimulator

from .support.system import System


def of_server(sis: OneRosterSimulator, version: str) -> dict[str, str]:
    return {
        "kind": "oneroster",
        "version": version,
        "base_url": sis.base_url,
        "token_url": sis.token_url,
        "client_id": sis.client_id,
        "client_secret": sis.client_secret,
    }


async def test_a_district_served_by_oneroster_comes_to_moodle_whole(system: System) -> None:
    district = generate(11, schools=4, students_per_school=40, quirks=Quirks.one_of_each())
    async with OneRosterSimulator(district, "1.2") as sis:
        await system.declare(of_server(sis, "1.2"), notify=["ada@school.test"])
        runs = await system.sync()
        assert {run["status"] for run in runs} == {"completed"}
        held = system.moodle.summary()
        assert held["categories"] == len(runs) == 4
        assert held["courses"] == len(district.classes)
        assert held["welcome_messages"] == 0
        calls = system.moodle.calls.total()
        assert sum(run["calls"] for run in runs) == calls

        written = system.writes
        again = await system.sync()
        assert system.writes == written
        assert {run["outcome"] for run in again} <= {"nothing_to_do", "with_errors"}

        await wait_for(lambda: len(system.mails.messages) == 8, what="a mail for each run")
        schools = (await system.get("/api/v1/schools?limit=50"))["schools"]
        assert len(schools) == 4


async def test_five_changed_rows_are_five_changes_in_moodle(system: System) -> None:
    async with OneRosterSimulator(_small(), "1.1") as sis:
        await system.declare(of_server(sis, "1.1"))
        await system.sync()
        written, before = system.writes, system.moodle.summary()
        enrolments = [e for e in sis.roster.district().enrolments if e.role == "student"]
        renamed, dropped = enrolments[0].user_id, enrolments[1]
        sis.changes.rename_person(renamed, given_name="Renamed")
        sis.changes.drop_enrolment(dropped.id)
        runs = await system.sync()
        done: dict[str, int] = {}
        for run in runs:
            for entity, kinds in run["actions"].items():
                for kind, n in kinds.items():
                    done[f"{entity} {kind}"] = done.get(f"{entity} {kind}", 0) + n
        assert done == {"user update": 1, "enrolment suspend": 1}
        assert system.writes == written + 2
        assert system.moodle.summary()["suspended_enrolments"] == before["suspended_enrolments"] + 1


async def test_a_csv_package_and_a_server_of_it_lead_to_the_same_moodle(system: System, tmp_path: Path) -> None:
    package = tmp_path / "roster.zip"
    write_csv_package(_small(), package, "1.1")
    await system.declare({"kind": "oneroster-csv", "path": str(package)})
    runs = await system.sync()
    assert {run["outcome"] for run in runs} == {"clean"}
    written, held = system.writes, system.moodle.summary()
    async with OneRosterSimulator(_small(), "1.1") as sis:
        await system.declare(of_server(sis, "1.1"))
        await system.sync()
    assert system.writes == written
    assert system.moodle.summary()["enrolments"] == held["enrolments"]


async def test_wrong_credentials_are_told_where_the_district_is_declared(system: System) -> None:
    async with OneRosterSimulator(_small(), "1.2") as sis:
        district = await system.declare({**of_server(sis, "1.2"), "client_secret": "wrong"})
    assert "secret" in district["listing_error"] or "credentials" in district["listing_error"]


def _small() -> District:
    return generate(7, schools=2, students_per_school=30)
