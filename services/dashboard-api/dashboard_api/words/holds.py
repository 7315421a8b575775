"""Why operations wait, in the language of the district, and how many of how many."""

from dataclasses import asdict
from typing import Any

from common.catalogue import entry_of
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import entity_name

Json = dict[str, Any]


def explained_hold(hold: Json) -> Json:
    """A hold with `sentence, language, title, cause, remedy, who` beside the code of each of its guards."""
    guards = [
        guard | {"sentence": guard_sentence(guard)} | asdict(entry_of(guard["code"]).words(hold["locale"]))
        for guard in hold["guards"]
    ]
    return {**hold, "guards": guards}


def guard_sentence(guard: Json) -> str:
    """Enrolments: 31 of 40; up to 5 are changed without asking."""
    about = f" ({guard['subject']})" if guard.get("subject") else ""
    share = f"{number(guard['count'])} of {number(guard['of'])}"
    verb = "is" if guard["limit"] == 1 else "are"
    return (
        f"{entity_name(guard['entity'])}{about}: {share}; up to {number(guard['limit'])} {verb} changed without asking."
    )
