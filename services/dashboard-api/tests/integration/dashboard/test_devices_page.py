"""Devices on pages: listed, added, switched, scheduled, synced, forced and removed; and what is known of each sync."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.events import SyncCompleted

from .asking import south_too
from .surroundings import Dashboard, school
from .test_devices import a_failure, a_refusal
from .visiting import page, send, signed_in

LIST = "/devices?district=north"
OWN = "SELECT to_char(daily_at, 'HH24:MI') AS daily_at, at_next_contact, enabled, target_id, notify, force FROM device"


@pytest.fixture
async def visited(north: Dashboard) -> Dashboard:
    """Looked at by somebody who may change everything."""
    return await signed_in(north)


async def add(dashboard: Dashboard, name: str = "Box 1", **more: str) -> str:
    """The address of a new device."""
    status, address = await send(dashboard, LIST, name=name, school=str(school("1")), **more)
    assert status == 303, address
    return address


def id_of(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


async def heard_of(dashboard: Dashboard, event: Any, address: str) -> UUID:
    """A run of the device ends so; its id."""
    run_id = uuid4()
    await dashboard.handle(event.model_copy(update={"run_id": run_id, "device_id": id_of(address)}))
    return run_id


async def test_a_district_without_devices_is_told_what_they_are(visited: Dashboard) -> None:
    text = await page(visited, LIST)
    assert "No devices yet" in text and "A device is an offline Moodle" in text and "Add the first device" in text
    assert "Beech Hill School" in await page(visited, "/devices/new?district=north")


async def test_a_device_is_added_and_listed_with_its_schedule(visited: Dashboard) -> None:
    address = await add(visited, daily_at="03:00")
    assert "Box 1 is added." in await page(visited, address)
    await add(visited, "<b>Box 2</b>")
    text = await page(visited, LIST)
    for words in ("2 devices", "daily at 03:00", "only if online", "by hand", "Never seen", "&lt;b&gt;Box 2"):
        assert words in text, words
    assert text.count("2 of 2 devices") == 1


async def test_the_list_of_one_school_says_how_many_of_all_these_are(visited: Dashboard) -> None:
    await add(visited)
    await send(visited, LIST, name="Box 2", school=str(school("2")))
    await send(visited, LIST, name="Box 3", school=str(school("2")))
    assert "3 of 3 devices" in await page(visited, LIST)
    text = await page(visited, f"{LIST}&school={school('2')}")
    assert (text.count("2 of 3 devices"), "2 online" in text, "0 online" in text) == (2, False, True)
    await send(visited, f"{await add(visited, 'Box 4')}/remove")
    await visited.pool.execute("UPDATE device SET removed_at = now() WHERE school_id = $1", school("1"))
    text = await page(visited, f"{LIST}&school={school('1')}")
    assert "0 of 2 devices" in text and "No device at this school" in text


async def test_what_cannot_be_is_refused_with_a_sentence(visited: Dashboard) -> None:
    for form in ({"name": " "}, {"daily_at": "3 am"}):
        status, text = await send(visited, LIST, **({"name": "Box 1", "school": str(school("1"))} | form))
        assert status == 422 and ("needs a name" in text or "24 hours" in text), form
    assert (await send(visited, LIST, name="Box 1", school=str(uuid4())))[0] == 404
    assert "No devices yet" in await page(visited, LIST)


async def test_each_form_changes_what_it_shows_and_nothing_else(visited: Dashboard) -> None:
    address = await add(visited, daily_at="03:00")
    for path, form, sentence in (
        ("/schedule", {"daily_at": "04:30", "at_next_contact": "true"}, "or at its next contact"),
        ("/advanced", {"target": "main", "notify": "true"}, "The advanced settings of Box 1 are changed."),
        ("/enabled", {"on": "false"}, "Its sync is disabled"),
    ):
        assert await send(visited, f"{address}{path}", **form) == (303, address)
        assert sentence in await page(visited, address), path
    assert await visited.row(OWN) == {
        "daily_at": "04:30", "at_next_contact": True, "enabled": False, "target_id": "main", "notify": True,
        "force": False,
    }  # fmt: skip
    assert (await send(visited, f"{address}/advanced", target="elsewhere"))[0] == 422
    assert (await send(visited, f"{address}/sync"))[0] == 409


async def test_forcing_is_asked_in_steps_and_needs_the_devices_name(visited: Dashboard) -> None:
    address = await add(visited)
    assert "Type Box 1 to go on" in await page(visited, f"{address}/force")
    status, text = await send(visited, f"{address}/force", on="true", confirm="Box 2", reason="they differ")
    assert (status, "Type Box 1 exactly" in text, (await visited.row(OWN))["force"]) == (422, True, False)
    status, text = await send(visited, f"{address}/force", on="true", confirm="Box 1")
    assert (status, "Say why" in text) == (422, True)
    await send(visited, f"{address}/force", on="true", confirm="Box 1", reason="the courses differ for good")
    assert "Its syncs are forced." in await page(visited, address)
    await send(visited, f"{address}/force", on="false")
    assert (await visited.row(OWN))["force"] is False


async def test_forcing_that_waits_for_a_second_person_says_so_until_it_is_taken_back(visited: Dashboard) -> None:
    await visited.pool.execute("UPDATE district SET second_person = $1", {"force": True})
    address = await add(visited)
    await send(visited, f"{address}/force", on="true", confirm="Box 1", reason="dates differ")
    text = await page(visited, address)
    assert ("waits for a second person." in text, "Force …" in text) == (True, False)
    await send(visited, f"/consents/{await visited.pool.fetchval('SELECT id FROM consent')}/reject")
    text = await page(visited, address)
    assert ("waits for a second person." in text, "Force …" in text) == (False, True)


async def test_nothing_was_compared_so_no_conflict_is_denied(visited: Dashboard) -> None:
    text = await page(visited, await add(visited))
    assert "Not compared yet" in text and "No conflicts" not in text


async def test_a_sync_is_started_and_the_last_five_are_listed_each_with_its_information(visited: Dashboard) -> None:
    address = await add(visited)
    assert "Not synced yet" in await page(visited, address)
    assert await send(visited, f"{address}/sync") == (303, address)
    assert "Ordered" in await page(visited, address)
    for _ in range(5):
        skipped = await heard_of(visited, a_refusal(uuid4(), "device_offline"), address)
    text = await page(visited, address)
    assert text.count(f"{address}/syncs/") == 6  # five, and the latest once more
    assert "Skipped: the device was offline." in text and "All its syncs" in text
    assert "6 syncs on this page" in await page(visited, f"{address}/syncs")
    assert "No actions were performed." in await page(visited, f"{address}/syncs/{skipped}")
    assert "What to do" in await page(
        visited, f"{address}/syncs/{await heard_of(visited, a_failure(skipped), address)}"
    )


async def test_the_information_about_a_sync_has_its_data_usage_courses_and_actions(visited: Dashboard) -> None:
    address = await add(visited)
    run_id = await heard_of(visited, a_failure(uuid4()), address)
    done = SyncCompleted(
        district_id="north", run_id=run_id, school_id=school("1"), mode="partial", outcome="clean", courses=7,
        actions={"enrolment": {"enrol": 12}}, bytes_up=314_000, bytes_down=1_200_000, duration_ms=41_000, calls=3,
    )  # fmt: skip
    await visited.handle(done)
    text = await page(visited, f"{address}/syncs/{run_id}")
    for words in (str(run_id), "↑ 314 kB sent", "↓ 1.2 MB received", "41 s", "12 actions performed", "Synced courses"):
        assert words in text, words


async def test_a_removed_device_leaves_the_list_and_keeps_its_page(visited: Dashboard) -> None:
    address = await add(visited)
    assert "Nothing is deleted" in await page(visited, f"{address}/remove")
    for _ in range(2):
        assert await send(visited, f"{address}/remove") == (303, "/devices")
    assert "No devices yet" in await page(visited, LIST)
    text = await page(visited, address)
    assert "It was removed." in text and "Start sync now" not in text
    assert (await send(visited, f"{address}/enabled", on="true"))[0] == 409


async def test_viewers_look_only_and_others_see_nothing(north: Dashboard) -> None:
    await south_too(north)
    await signed_in(north)
    address = await add(north)
    north.http.cookie_jar.clear()
    await north.operator("viewer@north.example", "viewer", ["north"])
    await north.sign_in("viewer@north.example")
    text = await page(north, address)
    assert "Start sync now" not in text and "Save the schedule" not in text and "Advanced" not in text
    async with north.http.get(f"{address}/remove") as answer:
        assert answer.status == 403
    north.http.cookie_jar.clear()
    await north.operator("viewer@south.example", "viewer", ["south"])
    await north.sign_in("viewer@south.example")
    for path in (address, f"{address}/syncs", LIST):
        async with north.http.get(path) as answer:
            assert answer.status == 404, path
