"""Carrying out one web-service request: who calls, may they, are the parameters right, do it, keep it."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.caller import EVERY_CAPABILITY, Caller
from simulators.moodle.catalogue import FUNCTIONS
from simulators.moodle.errors import MoodleError, invalid_token, not_in_service, unknown_function
from simulators.moodle.function import Function
from simulators.moodle.journal import Entry, Journal
from simulators.moodle.mishaps import Mishaps, Refusal
from simulators.moodle.parameters import check_parameters
from simulators.moodle.site import Site
from simulators.moodle.wire import Form


class WebService:
    """The token API of one site, without HTTP. Everything in it happens at once, in one step."""

    def __init__(self, site: Site, callers: dict[str, Caller], mishaps: Mishaps, clock: Callable[[], float]) -> None:
        self.site = site
        self.callers = callers
        self.journal: Journal | None = None
        self.url = ""
        self._mishaps = mishaps
        self._clock = clock

    def perform(self, form: Form) -> Any:
        """The function's result; MoodleError for everything that Moodle refuses."""
        caller = self.callers.get(form.token)
        if caller is None:
            raise invalid_token()
        function = self._function(form.function)
        parameters = check_parameters(function.parameters, form.parameters)
        warnings = self._leave_out_refused(form.function, function, parameters)
        entry = Entry(int(self._clock()), caller.userid, form.function, parameters)
        result = self._run_and_keep(entry, function, caller)
        if warnings:
            result["warnings"] += warnings
        return result

    def replay(self, journal: Journal) -> int:
        """Carry out again what the journal holds; the number of requests. ValueError if one fails."""
        count = 0
        for count, entry in enumerate(journal.entries(), start=1):
            caller = Caller(entry.user, set(EVERY_CAPABILITY))
            try:
                self._run(entry, FUNCTIONS[entry.function], caller)
            except (MoodleError, KeyError) as error:
                if not getattr(error, "applied", False):
                    raise ValueError(f"Entry {count} of the journal can't be repeated: {error}") from error
        return count

    def _function(self, name: str) -> Function:
        function = FUNCTIONS.get(name)
        if function is None:
            raise unknown_function(name)
        if name in self._mishaps.revoked:
            raise not_in_service(name)
        return function

    def _run_and_keep(self, entry: Entry, function: Function, caller: Caller) -> Any:
        try:
            result = self._run(entry, function, caller)
        except MoodleError as error:
            if error.applied:
                self._keep(entry, function)
            raise
        self._keep(entry, function)
        return result

    def _run(self, entry: Entry, function: Function, caller: Caller) -> Any:
        service = tuple(name for name in FUNCTIONS if name not in self._mishaps.revoked)
        call = Call(self.site, caller, entry.time, self.url, service)
        together = function.writes and not function.per_element
        with self.site.tables.transaction() if together else nullcontext():
            return function.run(call, **entry.parameters)

    def _keep(self, entry: Entry, function: Function) -> None:
        if self.journal is not None and function.writes:
            self.journal.append(entry)

    def _leave_out_refused(self, name: str, function: Function, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Take refused records out of a batch and return their warnings, or fail the whole batch."""
        refusals = self._mishaps.refusals(name)
        if not refusals or function.records is None:
            return []
        kept, warnings = [], []
        for record in parameters[function.records]:
            refusal = next((each for each in refusals if each.matches(record)), None)
            if refusal is None:
                kept.append(record)
            elif function.per_element:
                warnings.append(_warning(function, record, refusal))
            else:
                raise MoodleError("moodle_exception", refusal.errorcode, "Refused by the simulator")
        parameters[function.records] = kept
        return warnings


def _warning(function: Function, record: dict[str, Any], refusal: Refusal) -> dict[str, Any]:
    warning: dict[str, Any] = {"warningcode": refusal.errorcode, "message": "Refused by the simulator"}
    if function.item is not None:
        warning = {"item": function.item, "itemid": record["id"], **warning}
    return warning
