"""Changes of the district while it is served. Events follow from each, as they do at Clever."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from simulators.clever.feed import iso
from simulators.clever.publisher import Publisher
from simulators.clever.store import COLLECTIONS
from simulators.clever.templates import new_section, new_user

Json = dict[str, Any]


class Changes:
    """Changes by name; collections are called as Clever calls them. KeyError if a record does not exist."""

    def __init__(self, publisher: Publisher, clock: Callable[[], datetime]) -> None:
        self._publisher = publisher
        self._clock = clock

    def change(self, collection: str, record_id: str, **values: Any) -> None:
        """Give a record new values; objects are gone into, so that `name={"last": "Ito"}` leaves the other names."""
        record = merged(self._record(collection, record_id), values)
        if "last_modified" in record:
            record["last_modified"] = iso(self._clock())
        self._publisher.put(collection, record)

    def remove(self, collection: str, record_id: str) -> None:
        """Let a record vanish from the SIS, and nothing else with it."""
        self._record(collection, record_id)
        self._publisher.remove(collection, record_id)

    def set_state(self, state: str, error: str = "", **values: Any) -> None:
        """Let the district's sync be `running`, `pending`, `error`, `paused` or `success`."""
        (district,) = self._publisher.all("districts")
        self.change("districts", district["id"], state=state, error=error, **values)

    def rename_person(self, user_id: str, given_name: str = "", family_name: str = "") -> None:
        """Give a person other names; a blank one stays."""
        names = {"first": given_name, "last": family_name}
        self.change("users", user_id, name={part: name for part, name in names.items() if name})

    def add_person(self, school_id: str, role: str, given_name: str, family_name: str, **values: Any) -> str:
        """Add a person at a school as student, teacher, staff, district_admin or contact, and return the id."""
        user = new_user(self._new_id("users"), self._record("schools", school_id), role, iso(self._clock()))
        user["name"] = {"first": given_name, "middle": "", "last": family_name}
        self._publisher.put("users", merged(user, values))
        return str(user["id"])

    def remove_person(self, user_id: str) -> None:
        """Remove a person: from all sections, from the contacts' students, then altogether."""
        self._record("users", user_id)
        self._leave_sections(user_id)
        for key in list(self._publisher.store["users"].ids(f"contact of {user_id}")):
            links = self._record("users", key)["roles"]["contact"]["student_relationships"]
            left = [link for link in links if link["student"] != user_id]
            self.change("users", key, roles={"contact": {"student_relationships": left}})
        self._publisher.remove("users", user_id)

    def renew_person(self, user_id: str) -> str:
        """Let a person come back with a new id, as after a change of sis_id, in the same sections; return the id."""
        old = self._record("users", user_id)
        fresh = old | {"id": self._new_id("users"), "created": iso(self._clock())}
        self._publisher.put("users", fresh)
        for section in self._sections_of(user_id):
            swapped = {name: _swapped(section[name], user_id, fresh["id"]) for name in ("teachers", "students")}
            lead = fresh["id"] if section["teacher"] == user_id else section["teacher"]
            self.change("sections", section["id"], teacher=lead, **swapped)
        self._publisher.remove("users", user_id)
        return str(fresh["id"])

    def add_enrolment(self, user_id: str, class_id: str, role: str = "student") -> None:
        """Put a person into a section; a first teacher has charge of it."""
        section = self._record("sections", class_id)
        listed = f"{role}s"
        values: Json = {listed: [*dict.fromkeys([*section[listed], user_id])]}
        if role == "teacher" and not section["teacher"]:
            values["teacher"] = user_id
        self.change("sections", class_id, **values)

    def drop_enrolment(self, user_id: str, class_id: str) -> None:
        """Take a person out of a section."""
        section = self._record("sections", class_id)
        left = {name: [one for one in section[name] if one != user_id] for name in ("teachers", "students")}
        lead = section["teacher"] if section["teacher"] in left["teachers"] else next(iter(left["teachers"]), None)
        self.change("sections", class_id, teacher=lead, **left)

    def add_class(
        self, school_id: str, title: str, teacher_id: str = "", student_ids: Sequence[str] = (), **values: Any
    ) -> str:
        """Add a section, and return its id. Course and term are those of the school's first, unless `values` differ."""
        school, here = self._record("schools", school_id), self._publisher.store["sections"].ids(f"school {school_id}")
        model = self._record("sections", here[0]) if here else {}
        section = new_section(self._new_id("sections"), school, model, iso(self._clock()))
        members = {"teacher": teacher_id or None, "teachers": [teacher_id] if teacher_id else []}
        own = {"name": title, "students": list(student_ids)}
        self._publisher.put("sections", section | own | members | values)
        return str(section["id"])

    def remove_class(self, class_id: str) -> None:
        """Remove a section with all its enrolments."""
        self.remove("sections", class_id)

    def unshare(self, collection: str, record_id: str) -> None:
        """Share a school, section or user no longer; with a school goes what belongs to it alone."""
        self._record(collection, record_id)
        getattr(self._publisher.sharing, collection).add(record_id)
        self._look_again(collection, record_id)

    def share(self, collection: str, record_id: str) -> None:
        """Share a school, section or user again."""
        self._record(collection, record_id)
        getattr(self._publisher.sharing, collection).discard(record_id)
        self._look_again(collection, record_id)

    def switch_events(self, on: bool) -> None:
        """Enable or disable events for the app; what was noted before stays."""
        self._publisher.feed.on = on

    def _look_again(self, collection: str, record_id: str) -> None:
        self._publisher.look_again(collection, record_id)
        if collection == "schools":
            for section in [one["id"] for one in self._publisher.all("sections") if one["school"] == record_id]:
                self._publisher.look_again("sections", section)
        if collection in ("schools", "users"):
            for user_id in self._people_touched(collection, record_id):
                self._publisher.look_again("users", user_id)

    def _people_touched(self, collection: str, record_id: str) -> list[str]:
        """Those of a school, or one person, with their contacts: students first, as contacts are seen with theirs."""
        users = self._publisher.store["users"]
        people = list(users.ids(f"any {record_id}")) if collection == "schools" else [record_id]
        contacts = [key for user_id in people for key in users.ids(f"contact of {user_id}")]
        touched = dict.fromkeys([*people, *contacts, *self._publisher.hidden["users"]])
        return sorted(touched, key=lambda user_id: "contact" in self._record("users", user_id)["roles"])

    def _leave_sections(self, user_id: str) -> None:
        for section in self._sections_of(user_id):
            self.drop_enrolment(user_id, section["id"])

    def _sections_of(self, user_id: str) -> list[Json]:
        hidden = self._publisher.hidden["sections"]
        shown = [key for key in self._publisher.store["sections"].ids(f"user {user_id}") if key not in hidden]
        there = [one for one in hidden.values() if user_id in (*one["teachers"], *one["students"])]
        return [*(self._record("sections", key) for key in shown), *there]

    def _record(self, collection: str, record_id: str) -> Json:
        if collection not in COLLECTIONS:
            raise KeyError(f"There is no collection {collection}; there are {', '.join(COLLECTIONS)}.")
        record = self._publisher.find(collection, record_id)
        if record is None:
            raise KeyError(f"There is no record {record_id} in {collection}.")
        return record

    def _new_id(self, collection: str) -> str:
        """Give an id that comes after all others, as Clever's do, and never again."""
        return f"{collection}-new-{self._publisher.version:06}"


def merged(record: Json, values: Json) -> Json:
    """Give a record with other values, going into objects."""
    return record | {
        name: merged(record[name], value) if isinstance(value, dict) and isinstance(record.get(name), dict) else value
        for name, value in values.items()
    }


def _swapped(ids: list[str], old: str, new: str) -> list[str]:
    return [new if one == old else one for one in ids]
