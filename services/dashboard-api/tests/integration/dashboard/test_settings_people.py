"""The pages of people, API keys, names in Moodle and the audit log."""

import re

from .surroundings import Dashboard, school
from .visiting import VIEWER, page, send, signed_in
from .workers import Workers, person

AT = "?district=north"


async def test_a_person_is_let_in_by_a_link_that_is_shown_once(north: Dashboard) -> None:
    await signed_in(north)
    robin = {"email": "robin@north.example", "name": "Robin Vale", "role": "school_admin"}
    status, text = await send(north, f"/settings/users/add{AT}", **robin)
    assert status == 422 and "Tick the schools" in text and 'value="Robin Vale"' in text
    status, text = await send(north, f"/settings/users/add{AT}", **robin, schools=str(school("1")))
    assert status == 201 and "/invitation/" in text
    text = await page(north, f"/settings/users{AT}")
    assert "Robin Vale" in text and "School administrator" in text and "/invitation/" not in text
    robin_id = (await north.row("SELECT id FROM operator WHERE email = $1", robin["email"]))["id"]
    at = f"/settings/users/{robin_id}"
    assert "robin@north.example" in await page(north, at + AT)
    assert (await send(north, at + AT, name="Robin Vale", role="viewer"))[0] == 303
    assert (await send(north, f"{at}/act{AT}", what="disable"))[0] == 303
    kept = await north.row("SELECT role, schools, disabled_at IS NOT NULL AS off FROM operator WHERE id = $1", robin_id)
    assert kept == {"role": "viewer", "schools": None, "off": True}
    assert (await send(north, f"{at}/act{AT}", what="invite"))[0] == 201
    assert (await send(north, f"/settings/users/add{AT}", **robin | {"role": "viewer"}))[0] == 422


async def test_a_key_is_shown_once_and_revoked(north: Dashboard) -> None:
    await signed_in(north)
    status, text = await send(north, f"/settings/keys{AT}", name="nightly report")
    assert status == 422 and "Tick what the program may do." in text
    status, text = await send(north, f"/settings/keys{AT}", name="nightly report", scopes="read", expires_days="90")
    found = re.search(r"rb_[\w-]+", text)
    assert status == 201 and found
    async with north.http.get("/api/v1/districts", headers={"Authorization": f"Bearer {found[0]}"}) as answer:
        assert answer.status == 200
    text = await page(north, f"/settings/keys{AT}")
    assert "nightly report" in text and found[0] not in text
    key_id = (await north.row("SELECT id FROM api_key"))["id"]
    assert "Revoke the key nightly report?" in await page(north, f"/settings/keys/{key_id}/revoke{AT}")
    assert (await send(north, f"/settings/keys/{key_id}/revoke{AT}"))[0] == 303
    async with north.http.get("/api/v1/districts", headers={"Authorization": f"Bearer {found[0]}"}) as answer:
        assert answer.status == 401


async def test_templates_are_tried_on_real_rows_before_they_are_saved(north: Dashboard, workers: Workers) -> None:
    await signed_in(north)
    assert "No examples yet" in await page(north, f"/settings/mapping{AT}")
    await workers.snapshot({("user", "u-1"): person("Zoë"), ("user", "u-2"): person("Zoe", username="zquill")})
    templates = {
        "templates.username": "{given_name:.1}{family_name}", "templates.email": "{email}",
        "templates.course_full_name": "{title}", "templates.course_short_name": "{mark}",
        "templates.category": "{school}", "templates.idnumber": "{id}", "school": str(school("1")),
    }  # fmt: skip
    status, text = await send(north, f"/settings/mapping{AT}", **templates, **{"try": "1"})
    assert status == 200 and "<ins>zquill</ins>" in text and "not unique" in text
    assert (await north.row("SELECT policy FROM district"))["policy"] == {}
    status, text = await send(north, f"/settings/mapping{AT}", **templates | {"templates.username": "{nickname}"})
    assert status == 422 and "“User name” has the field nickname; the fields here are" in text
    assert (await send(north, f"/settings/mapping{AT}", **templates))[0] == 303
    kept = (await north.row("SELECT policy FROM district"))["policy"]["templates"]
    assert kept["username"] == ["{given_name:.1}{family_name}"] and "email" not in kept


async def test_the_audit_log_is_filtered_and_downloaded(north: Dashboard) -> None:
    await signed_in(north)
    general = {"name": "=North", "timezone": "Europe/Paris", "locale": "en", "max_parallel": "4", "pool": "shared"}
    await send(north, f"/settings{AT}", **general)
    text = await page(north, f"/settings/audit{AT}&what=change_district")
    assert "Changed the district" in text and "<ins>=North</ins>" in text and "A.Rossi" in text
    assert "<dt>Name</dt>" in text and '<span class="sub">=North</span>' in text
    assert "Nothing fits." in await page(north, f"/settings/audit{AT}&what=change_district&last=2020-01-01")
    assert "Changed the district" in await page(north, f"/settings/audit{AT}&search=%3Dnorth")
    assert "Nothing fits." in await page(north, f"/settings/audit{AT}&search=%3Dsouth")
    async with north.http.get(f"/settings/audit.csv{AT}&what=change_district") as answer:
        lines = (await answer.text()).splitlines()
    assert lines[0] == "at,who,what,subject,setting,before,after,reason"
    assert any(line.endswith("district/north,name,North district,'=North,") for line in lines)


async def test_a_viewer_of_the_district_sees_only_its_audit_log(north: Dashboard) -> None:
    await signed_in(north, VIEWER, role="viewer", districts=["north"])
    text = await page(north, f"/settings/audit{AT}")
    assert "<h1>Audit log</h1>" in text and "/settings/policy" not in text
    for part in ("", "users", "keys", "sources", "mapping"):
        await page(north, f"/settings/{part}{AT}", 403)
