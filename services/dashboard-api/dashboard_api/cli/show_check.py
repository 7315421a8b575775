"""What a check of a source found, for people."""

from rich.console import Console
from rich.table import Table

from common.catalogue import entry_of
from dashboard_api.cli.client import Json
from dashboard_api.words.amounts import NOTHING, duration, number, size
from dashboard_api.words.kinds import counts_in_order

OUTCOMES = {
    "kept": "kept",
    "kept_with_warning": "kept with a warning",
    "skipped": "skipped with an error",
    "out_of_scope": "out of scope",
}
CHANGES = {
    "told": "can be told apart, so that nightly and partial syncs read only these",
    "doubtful": "cannot be trusted, so that every sync reads everything.",
    "not_told": "cannot be told apart, so that every sync reads everything",
    None: "not found out",
}
NAMES_SHOWN = 8


def show(console: Console, name: str, check: Json, locale: str) -> None:
    """The verdict, and what stands behind it; codes in the words of the locale's language."""
    report = check["report"]
    _say(console, _verdict(name, check, locale))
    tables = (
        _facts(report) if report["schools"] is not None else None,
        _endpoints(report["endpoints"]) if report["endpoints"] else None,
        _findings(report["findings"], locale) if report["findings"] else None,
    )
    for table in filter(None, tables):
        console.print()
        console.print(table)
    missing = [f"{one['endpoint']}: {one['detail']}" for one in report["missing"]]
    _list(console, "What the source does not let us read:", missing)
    quirks = [f"{read['endpoint']}: {quirk}" for read in report["endpoints"] for quirk in read["quirks"]]
    _list(console, "Where the source strays from its standard:", quirks)


def _verdict(name: str, check: Json, locale: str) -> str:
    report = check["report"]
    if report["usable"]:
        stopped = " Reading took too long and was stopped; what had come by then is shown." if report["stopped"] else ""
        return f"✓ {name} ({check['kind']}) can be used.{stopped}"
    trouble = report["trouble"]
    words = entry_of(trouble["code"]).words(locale)
    return f"✗ {name} ({check['kind']}) cannot be used. {words.title}.\n  {trouble['detail'] or words.remedy}"


def _facts(report: Json) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    school = f"{report['school_name']} ({report['school_id']})".strip() if report["school_id"] else NOTHING
    outcomes = [f"{number(report['rows'][key])} {words}" for key, words in OUTCOMES.items() if report["rows"].get(key)]
    counts = [f"{kind} {number(n)}" for kind, n in counts_in_order(report["counts"])]
    facts = {
        "Schools": _schools(report),
        "School read": school,
        "Records": ", ".join(counts) or NOTHING,
        "Rows": ", ".join(outcomes) or NOTHING,
        "Changes": f"{CHANGES[report['changes']]} {report['changes_doubt']}".strip(),
        "Took": f"{duration(report['duration_ms'])}, ↑ {size(report['bytes_up'])} sent, "
        f"↓ {size(report['bytes_down'])} received",
    }
    for fact, value in facts.items():
        table.add_row(f"[dim]{fact}[/]", _plain(value))
    return table


def _schools(report: Json) -> str:
    names = report["school_names"][:NAMES_SHOWN]
    more = report["schools"] - len(names)
    rest = [f"and {number(more)} more"] if more else []
    return f"{number(report['schools'])}: {', '.join([*names, *rest])}" if names else "none"


def _endpoints(endpoints: list[Json]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Endpoint")
    for heading in ("Pages", "Announced", "Received"):
        table.add_column(heading, justify="right")
    for heading in ("Complete", "Answers"):
        table.add_column(heading)
    for read in endpoints:
        numbers = (number(read["pages"]), number(read["announced"]), number(read["received"]))
        complete = "yes" if read["complete"] else _plain(f"no. {read['reason']}")
        answers = ", ".join(f"{answer} × {number(times)}" for answer, times in read["answers"].items())
        table.add_row(_plain(read["endpoint"]), *numbers, complete, _plain(answers))
    return table


def _findings(findings: list[Json], locale: str) -> Table:
    table = Table("Code", "Severity", box=None, pad_edge=False)
    table.add_column("Times", justify="right")
    table.add_column("What is wrong")
    table.add_column("What to do")
    for found in findings:
        words = entry_of(found["code"]).words(locale)
        table.add_row(found["code"], found["severity"], number(found["occurrences"]), words.title, words.remedy)
    return table


def _list(console: Console, heading: str, lines: list[str]) -> None:
    for line in ["", heading, *(f"  - {line}" for line in lines)] if lines else []:
        _say(console, line)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _plain(text: str) -> str:
    """Text that a table shows as it is."""
    return text.replace("[", r"\[")
