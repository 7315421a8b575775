"""Why operations wait, in the language of the reader, and how many of how many."""

from dataclasses import asdict
from typing import Any

from common.catalogue import entry_of
from common.language import mark, spoken
from dashboard_api.language import _, plural
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import entity_name, total
from dashboard_api.words.operations import field_name

Json = dict[str, Any]
DECIDED = {
    "approve": (mark("{who} approved it."), mark("{who} approved {n} of {all}; the others were rejected.")),
    "reject": (mark("{who} rejected it."), ""),
    "suspend": (
        mark("{who} had people suspended instead of un-enrolled."),
        mark("{who} had {n} of {all} done, but people only suspended; the others were rejected."),
    ),
}
"""All of it, and some."""


def explained_hold(hold: Json) -> Json:
    """A hold with `sentence, language, title, cause, remedy, who` beside the code of each of its guards."""
    guards = [
        guard | {"sentence": guard_sentence(guard)} | asdict(entry_of(guard["code"]).words(spoken()))
        for guard in hold["guards"]
    ]
    return {**hold, "guards": guards}


def reasons(hold: Json) -> list[Json]:
    """Why it waits, each reason once: `code, title, cause, remedy`, and the `sentences` of its guards."""
    found: dict[str, Json] = {}
    for guard in hold["guards"]:
        told = {name: guard[name] for name in ("code", "title", "cause", "remedy")} | {"sentences": []}
        found.setdefault(guard["code"], told)["sentences"].append(guard["sentence"])
    return list(found.values())


def guard_sentence(guard: Json) -> str:
    """Enrolments: 31 of 40; up to 5 are changed without asking. Of a class or field, with its name."""
    about = guard.get("name") or (field_name(guard["subject"]) if guard.get("subject") else "")
    values = {"n": number(guard["count"]), "all": number(guard["of"]), "limit": number(guard["limit"])}
    if about:
        return plural(
            "{what} ({about}): {n} of {all}; up to {limit} is changed without asking.",
            "{what} ({about}): {n} of {all}; up to {limit} are changed without asking.",
            guard["limit"],
            what=entity_name(guard["entity"]),
            about=about,
            **values,
        )
    return plural(
        "{what}: {n} of {all}; up to {limit} is changed without asking.",
        "{what}: {n} of {all}; up to {limit} are changed without asking.",
        guard["limit"],
        what=entity_name(guard["entity"]),
        **values,
    )


def decided(hold: Json) -> str:
    """What became of a hold, with who decided it."""
    who = hold["decided_by_name"] or _("Somebody")
    if hold["state"] == "superseded":
        return _("A later run has overtaken it.")
    if hold["decision"] not in DECIDED:
        return ""
    all_, some = DECIDED[hold["decision"]]
    if hold["chosen"] and hold["decision"] != "reject":
        return _(some, who=who, n=number(hold["chosen"]), all=number(total(hold["operations"])))
    return _(all_, who=who)
