"""Which district and schools a command means."""

from collections.abc import Sequence

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import Trouble


def the_district(client: Client, wanted: str | None) -> str:
    """The district named, or the only one there is."""
    ids: list[str] = [district["id"] for district in client.all("/districts", "districts")]
    if wanted is not None:
        if wanted in ids:
            return wanted
        raise Trouble(f"There is no district {wanted} that this key may see. There is: {', '.join(ids) or 'none'}.")
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise Trouble("No district is declared yet. Declare one with `rosterbus apply -f district.yaml`.")
    raise Trouble(f"There are several districts: {', '.join(ids)}. Name one with --district.")


def have_several_sources(schools: Sequence[Json]) -> bool:
    """Whether a district has several sources among these schools, so that ids alone may not tell them apart."""
    sources = {(school["district_id"], school["source_id"]) for school in schools}
    return len(sources) > len({district_id for district_id, _ in sources})


def the_schools(client: Client, district_id: str, wanted: Sequence[str]) -> list[Json]:
    """The schools that are named by name, by their id at the source (`7`, or `wonde/7`), or by their id with us."""
    schools = list(client.all("/schools", "schools", district=district_id))
    return [_one(schools, name) for name in wanted]


def the_school_id(client: Client, district: str | None, wanted: str | None) -> str | None:
    """The id of the school that a list is kept to, of the district named or the only one; None where none is named."""
    return the_schools(client, the_district(client, district), [wanted])[0]["id"] if wanted else None


def school_ids(client: Client, districts: Sequence[str] | None, wanted: Sequence[str] | None) -> list[str] | None:
    """The ids of the schools named, of the one district named or the only one there is; None where none is named."""
    if not wanted:
        return None
    district_id = the_district(client, districts[0] if districts and len(districts) == 1 else None)
    return [school["id"] for school in the_schools(client, district_id, wanted)]


def the_device(client: Client, district_id: str, wanted: str) -> Json:
    """The device of that name or id. Raises `Trouble` if there is none, or if the name is that of several."""
    found = devices_named(client, district_id, wanted)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Trouble(f"There is no device {wanted}. `rosterbus devices` lists them with their ids.")
    some = ", ".join(f"{one['school']} ({one['id']})" for one in found[:5])
    raise Trouble(f"{wanted} may be several devices: {some}. Give the id instead.")


def devices_named(client: Client, district_id: str, wanted: str) -> list[Json]:
    """The devices of that name or id."""
    found = client.all("/devices", "devices", district=district_id)
    return [one for one in found if wanted == one["id"] or wanted.lower() == one["name"].lower()]


def _one(schools: Sequence[Json], name: str) -> Json:
    exact = [s for s in schools if name in (s["id"], s["source_school_id"], _with_source(s))]
    found = exact or [s for s in schools if s["name"].lower() == name.lower()]
    found = found or [s for s in schools if name.lower() in s["name"].lower()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Trouble(f"There is no school {name}. `rosterbus schools` lists them with their ids.")
    shown = _with_source if have_several_sources(schools) else _at_source
    some = ", ".join(f"{s['name']} ({shown(s)})" for s in found[:5])
    raise Trouble(f"{name} may be several schools: {some}. Give the id instead.")


def _at_source(school: Json) -> str:
    return str(school["source_school_id"])


def _with_source(school: Json) -> str:
    return f"{school['source_id']}/{school['source_school_id']}"
