"""What is declared of a district, part by part, as it stands: in the shape in which the audit log keeps changes."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from common.db import Connection, Pool
from dashboard_api.declare import telling
from dashboard_api.queries import district_parts, districts, recipients

Json = dict[str, Any]


async def settings(conn: Connection | Pool, district_id: str) -> Json | None:
    """Name, zone and the rest, `policy` as declared, `second_person`, `recipients`; None if nothing is declared."""
    general = await district_parts.general(conn, district_id)
    if general is None:
        return None
    return {
        **general,
        "policy": await district_parts.policy(conn, district_id),
        "second_person": (await districts.second_person(conn, district_id)).model_dump(mode="json"),
        "recipients": await recipients.listed(conn, district_id),
    }


def without_addresses(settings: Json) -> Json:
    """The same, with recipients as the audit log has them."""
    others = {key: value for key, value in settings.items() if key != "recipients"}
    return {**others, "told": telling.masked(settings["recipients"])}


async def school(conn: Connection | Pool, district_id: str, id_: UUID) -> Json | None:
    """What is declared of a school: its target and its own time zone."""
    known = await district_parts.school(conn, district_id, id_)
    return school_part(known) if known else None


def school_part(known: Json) -> Json:
    """The same of a school as `queries.district_parts` has it."""
    return {key: known[key] for key in ("target", "timezone")}


def source_part(source: Json, sealed: bytes) -> Json:
    """What is declared of a source; in place of its secrets stands what tells whether they were replaced."""
    return {key: source[key] for key in ("id", "name", "kind", "settings")} | {"sealed": sha256(sealed).hexdigest()}


def target_part(target: Json) -> Json:
    """What is declared of a Moodle site, likewise."""
    return {key: target[key] for key in ("id", "name", "base_url", "user_auth", "roles", "max_parallel", "sealed")}
