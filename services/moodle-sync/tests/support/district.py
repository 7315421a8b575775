"""A district for tests: its registry and its rosters, written as dashboard-api and roster-fetcher write them."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID, uuid4

from common import registry
from common.db import Pool
from common.events import Mode, RosterFetched
from common.sealing import SecretBox

DISTRICT = "north"
SOURCE = "sis"
TARGET = "moodle"

Record = tuple[str, str, dict[str, Any]]
"""Entity, source key, body."""


@dataclass(frozen=True)
class Roster:
    """What a school shares: people, classes, and who is in them."""

    school: str
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    enrolments: dict[str, dict[str, Any]] = field(default_factory=dict)
    guardian_links: dict[str, dict[str, Any]] = field(default_factory=dict)

    def with_person(self, key: str, role: str = "student", **fields: Any) -> Self:
        """And a person; named for the key unless told otherwise."""
        body: dict[str, Any] = {
            "role": role,
            "given_name": key.title(),
            "family_name": "Quill",
            "email": f"{key}@school.test",
        }
        body |= {"username": key, "identifier": "", "grade": "", "enabled": True} | fields
        return replace(self, people={**self.people, key: body})

    def with_class(self, key: str, **fields: Any) -> Self:
        """And a class."""
        body = {
            "title": f"Class {key}",
            "code": key.upper(),
            "course_title": "Maths",
            "starts_on": None,
            "ends_on": None,
        }
        return replace(self, classes={**self.classes, key: body | fields})

    def with_enrolment(self, class_key: str, user_key: str, role: str = "student", **fields: Any) -> Self:
        """And somebody's place in a class."""
        body = {"class_key": class_key, "user_key": user_key, "role": role, "primary": False}
        body |= {"starts_on": None, "ends_on": None} | fields
        return replace(self, enrolments={**self.enrolments, f"{class_key}-{user_key}-{role}": body})

    def with_guardian(self, key: str, child: str, **fields: Any) -> Self:
        """And a guardian of a child; the person is new unless the school has it."""
        body = {"guardian_key": key, "student_key": child, "relationship": "parent", "contact_only": False} | fields
        known = self if key in self.people else self.with_person(key, "guardian")
        return replace(known, guardian_links={**self.guardian_links, f"{key}-{child}": body})

    def without(self, key: str) -> Self:
        """Without a record, whatever it is; a person or class takes its enrolments and the like along."""
        return replace(
            self,
            people={k: v for k, v in self.people.items() if k != key},
            classes={k: v for k, v in self.classes.items() if k != key},
            enrolments={k: v for k, v in self.enrolments.items() if key not in (k, v["class_key"], v["user_key"])},
            guardian_links={
                k: v for k, v in self.guardian_links.items() if key not in (k, v["guardian_key"], v["student_key"])
            },
        )

    def records(self) -> list[Record]:
        """All of it, as the fetcher keeps it."""
        school: Record = ("school", self.school, {"name": f"School {self.school}", "identifier": ""})
        named = [("user", self.people), ("class", self.classes), ("enrolment", self.enrolments)]
        named.append(("guardian_link", self.guardian_links))
        return [school] + [(entity, key, body) for entity, bodies in named for key, body in bodies.items()]


def a_school(key: str = "hill", *, students: int = 0, classes: int = 0) -> Roster:
    """A school with one teacher who teaches every class, and students who attend every class."""
    roster = Roster(key).with_person(f"{key}-teacher", "teacher")
    for c in range(classes):
        roster = roster.with_class(f"{key}-c{c}").with_enrolment(f"{key}-c{c}", f"{key}-teacher", "teacher")
    for s in range(students):
        roster = roster.with_person(f"{key}-s{s}")
        for c in range(classes):
            roster = roster.with_enrolment(f"{key}-c{c}", f"{key}-s{s}")
    return roster


def school_id(key: str) -> UUID:
    """Our id of a school of the test district."""
    return registry.school_id(DISTRICT, SOURCE, key)


async def declare_district(dashboard: Pool, base_url: str, token: str, box: SecretBox, auth: str = "oauth2") -> None:
    """The registry of a district with one source and one Moodle."""
    await dashboard.execute(
        "INSERT INTO district (id, name, timezone) VALUES ($1, 'North district', 'Europe/Amsterdam')", DISTRICT
    )
    await dashboard.execute(
        "INSERT INTO source (district_id, id, kind, settings, secrets) VALUES ($1, $2, 'oneroster', '{}', $3)",
        DISTRICT, SOURCE, box.seal({}),
    )  # fmt: skip
    await dashboard.execute(
        "INSERT INTO target (district_id, id, name, base_url, user_auth, roles, secrets) "
        "VALUES ($1, $2, 'North Moodle', $3, $4, $5, $6)",
        DISTRICT, TARGET, base_url, auth, {"student": 5, "teacher": 3}, box.seal({"token": token}),
    )  # fmt: skip


async def set_up_school(dashboard: Pool, key: str) -> None:
    """The registry's row of a school that syncs to the district's Moodle."""
    await dashboard.execute(
        "INSERT INTO school (district_id, id, source_id, source_school_id, target_id, name) "
        "VALUES ($1, $2, $3, $4, $5, $4) ON CONFLICT DO NOTHING",
        DISTRICT, school_id(key), SOURCE, key, TARGET,
    )  # fmt: skip


async def move_schools(dashboard: Pool, base_url: str) -> None:
    """Set all schools up for another Moodle, which has the same token."""
    await dashboard.execute(
        "INSERT INTO target (district_id, id, name, base_url, user_auth, roles, secrets) "
        "SELECT district_id, 'other', 'Other Moodle', $2, user_auth, roles, secrets FROM target WHERE district_id = $1",
        DISTRICT, base_url,
    )  # fmt: skip
    await dashboard.execute("UPDATE school SET target_id = 'other' WHERE district_id = $1", DISTRICT)


async def declare_policy(dashboard: Pool, **policy: Any) -> None:
    """What the district lets Rosterbus do, from now on; what is left out is as usual."""
    await dashboard.execute("UPDATE district SET policy = $2 WHERE id = $1", DISTRICT, policy)


async def declare_roles(dashboard: Pool, **roles: int) -> None:
    """Moodle's ids of our roles, beside those of students and teachers."""
    await dashboard.execute(
        "UPDATE target SET roles = $2 WHERE district_id = $1", DISTRICT, {"student": 5, "teacher": 3, **roles}
    )


async def keep_snapshot(fetcher: Pool, roster: Roster, *, mode: Mode = "full", **facts: Any) -> RosterFetched:
    """Keep the roster as the school's next snapshot, and say so as the fetcher does."""
    school, run_id = school_id(roster.school), uuid4()
    async with fetcher.acquire() as conn, conn.transaction():
        number: int = await conn.fetchval(
            "INSERT INTO snapshot (district_id, school_id, number, run_id, complete, counts, changes) "
            "SELECT $1, $2, coalesce(max(number), 0) + 1, $3, true, '{}', '{}' FROM snapshot "
            "WHERE district_id = $1 AND school_id = $2 RETURNING number",
            DISTRICT, school, run_id,
        )  # fmt: skip
        rows = [(entity, key, json.dumps(body)) for entity, key, body in roster.records()]
        hashed = [(*row, hashlib.md5(row[2].encode()).digest()) for row in rows]
        await conn.execute(
            "CREATE TEMP TABLE now (entity text, source_key text, body jsonb, hash bytea) ON COMMIT DROP"
        )
        await conn.copy_records_to_table("now", records=hashed)
        await conn.execute(
            "UPDATE record r SET last_snapshot = $3 - 1 WHERE district_id = $1 AND school_id = $2 "
            "AND last_snapshot IS NULL AND NOT EXISTS (SELECT FROM now n "
            "WHERE (n.entity, n.source_key, n.hash) = (r.entity, r.source_key, r.hash))",
            DISTRICT, school, number,
        )  # fmt: skip
        await conn.execute(
            "INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, hash, body) "
            "SELECT $1, $2, entity, source_key, $3, hash, body FROM now ON CONFLICT "
            "(district_id, school_id, entity, source_key) WHERE last_snapshot IS NULL DO NOTHING",
            DISTRICT, school, number,
        )  # fmt: skip
    return RosterFetched(
        district_id=DISTRICT, run_id=run_id, school_id=school, mode=mode, snapshot=number, complete=True,
        counts={}, changes={}, **facts,
    )  # fmt: skip
