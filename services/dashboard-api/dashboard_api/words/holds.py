"""Why operations wait, in the language of the reader, and how many of how many."""

from dataclasses import asdict
from typing import Any

from common.catalogue import entry_of
from common.language import spoken
from dashboard_api.language import plural
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import entity_name

Json = dict[str, Any]


def explained_hold(hold: Json) -> Json:
    """A hold with `sentence, language, title, cause, remedy, who` beside the code of each of its guards."""
    guards = [
        guard | {"sentence": guard_sentence(guard)} | asdict(entry_of(guard["code"]).words(spoken()))
        for guard in hold["guards"]
    ]
    return {**hold, "guards": guards}


def guard_sentence(guard: Json) -> str:
    """Enrolments: 31 of 40; up to 5 are changed without asking."""
    about = f" ({guard['subject']})" if guard.get("subject") else ""
    return plural(
        "{what}: {n} of {all}; up to {limit} is changed without asking.",
        "{what}: {n} of {all}; up to {limit} are changed without asking.",
        guard["limit"],
        what=f"{entity_name(guard['entity'])}{about}",
        n=number(guard["count"]),
        all=number(guard["of"]),
        limit=number(guard["limit"]),
    )
