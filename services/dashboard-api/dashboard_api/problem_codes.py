"""Every code that a problem can have, in words: what it means and what to do. Pages list them, tests compare them."""

from common.language import mark
from dashboard_api.account_problem_codes import ACCOUNTS
from dashboard_api.problem_code import ProblemCode

PAGE = "/help/problems/"
"""Below it stands a page for each code: the `type` of a problem."""

_REQUESTS = (
    ProblemCode(
        "mistakes",
        422,
        mark("The request has mistakes"),
        mark("A parameter or a part of the body is missing, unknown, or has a value that cannot be used."),
        mark("Correct what `errors` names, each with its place and a sentence, and send the request again."),
    ),
    ProblemCode(
        "bad_cursor",
        400,
        mark("The cursor is not one of ours"),
        mark("`after` takes the cursor of a page's `next`, for the same list, and nothing else."),
        mark("Begin again with the first page, and follow its `next` or its link."),
    ),
    ProblemCode(
        "platform_only",
        403,
        mark("Only whoever runs Rosterbus may do this"),
        mark(
            "It reaches beyond one district: places on the workers' own disks, addresses within their network, or the"
            " workers of another pool."
        ),
        mark(
            "Ask whoever runs Rosterbus, or choose what belongs to the district: SFTP, public addresses, and the"
            " district's own pool."
        ),
    ),
    ProblemCode(
        "not_found",
        404,
        mark("There is no such thing"),
        mark("Nothing is at this address, or it belongs to a district that your account has no access to."),
        mark("Check the address and the id. If they are right, ask an administrator for access to the district."),
    ),
    ProblemCode(
        "wrong_method",
        405,
        mark("The address does not take such requests"),
        mark("The address exists, but not for this method, such as POST where only GET is answered."),
        mark("Look at `Allow` in the answer, or up the address in the description of the API."),
    ),
    ProblemCode(
        "too_large",
        413,
        mark("The request is too large"),
        mark("A body may have 1 MiB at the most."),
        mark("Send less at once, in several requests."),
    ),
    ProblemCode(
        "unreadable",
        400,
        mark("The request cannot be read"),
        mark("What was sent is no request that the server understands."),
        mark("Look at how the request is put together; the body of most requests is JSON."),
    ),
    ProblemCode(
        "bad_key",
        400,
        mark("The idempotency key cannot be used"),
        mark("`Idempotency-Key` is a text of 1 to 200 visible characters, such as a UUID."),
        mark("Send a new UUID with each act, and the same one only to repeat that very act."),
    ),
    ProblemCode(
        "key_in_use",
        409,
        mark("The same request is under way"),
        mark("A request with the same idempotency key has not ended yet."),
        mark("Wait a moment and repeat the request with the same key: you get the answer of the first one."),
    ),
    ProblemCode(
        "key_reused",
        422,
        mark("The idempotency key belongs to another request"),
        mark("This key was sent within the last 24 hours with another address or another body."),
        mark("Use a new key for each act. A key is repeated only with the very same request."),
    ),
    ProblemCode(
        "changed_meanwhile",
        412,
        mark("It was changed meanwhile"),
        mark("`If-Match` names a state that is not the present one: somebody else changed it after you looked."),
        mark("Look at what is there now, make your change again if it is still wanted, and send the new ETag."),
    ),
    ProblemCode(
        "unconditional",
        428,
        mark("The request does not say what was seen"),
        mark("A decision names the plan that was seen, so that nobody decides on what they have not seen."),
        mark("Send the hold's `plan_hash` in the body, or its ETag as `If-Match`."),
    ),
)
_RUNS = (
    ProblemCode(
        "source_in_use",
        409,
        mark("The source has schools that are set up"),
        mark(
            "Schools of this source are synced to a Moodle; without it they would lose where their rosters come from."
        ),
        mark("Take these schools out of their Moodle first, then take the source out."),
    ),
    ProblemCode(
        "target_in_use",
        409,
        mark("The Moodle site is in use"),
        mark(
            "Schools are set up for this site, devices sync with it, or the district's file declares it and there are"
            " others."
        ),
        mark("Set the schools and devices up for another site or take them out, then take the site out."),
    ),
    ProblemCode(
        "district_taken",
        409,
        mark("The short name is taken"),
        mark("Another district has this short name, by which addresses and commands know it."),
        mark("Choose another short name."),
    ),
    ProblemCode(
        "no_schools",
        409,
        mark("No school is meant"),
        mark("No school of the district is set up, or none matches what was asked for."),
        mark("Set schools up in the district's settings, or change status and search."),
    ),
    ProblemCode(
        "mode_unchanged",
        409,
        mark("The nightly sync is so already"),
        mark("What was asked for would change nothing: the schools that were chosen are paused already, or none is."),
        mark("Look at the schools again. Until when one is paused, and why, is changed in its settings."),
    ),
    ProblemCode(
        "not_set_up",
        409,
        mark("The school is not set up"),
        mark("The source shares the school, but it has no Moodle to be synced to."),
        mark("Set the school up in the district's settings, then order the run again."),
    ),
    ProblemCode(
        "not_shared",
        409,
        mark("The school is not shared any more"),
        mark("The school is not among those that the source shares."),
        mark("Share it at the source, have the schools listed again, then order the run again."),
    ),
    ProblemCode(
        "one_school",
        422,
        mark("Exactly one school must be named"),
        mark("What is narrowed to one class, person or run concerns a single school."),
        mark("Name that one school."),
    ),
    ProblemCode(
        "ended",
        409,
        mark("The run has ended already"),
        mark("Only a run that waits or is under way can be cancelled."),
        mark("Look at the run. What it did can be undone with a run of its own."),
    ),
    ProblemCode(
        "not_ended",
        409,
        mark("The run is still under way"),
        mark("What a run did can be undone or repeated only when it has ended."),
        mark("Wait for its end, or cancel it."),
    ),
    ProblemCode(
        "nothing_to_undo",
        409,
        mark("There is nothing to undo"),
        mark("The run changed nothing in Moodle: it was a dry run, was refused, or had nothing to do."),
        mark("Look at the school's earlier runs; one of them may have done what you want to undo."),
    ),
    ProblemCode(
        "nothing_failed",
        409,
        mark("Nothing failed in this run"),
        mark("Each of the run's operations was done, so there is none to do again."),
        mark("Order a new run instead."),
    ),
    ProblemCode(
        "not_retried",
        409,
        mark("Such a run is not retried"),
        mark("Only a sync is done again by what failed in it; an undo or a rebuild of links is ordered once more."),
        mark("Order the undo or the rebuild of links again."),
    ),
    ProblemCode(
        "device_disabled",
        409,
        mark("The device's sync is disabled"),
        mark("A device syncs only while its sync is enabled."),
        mark("Enable the device's sync first."),
    ),
)
_PLANS = (
    ProblemCode(
        "no_plan",
        404,
        mark("The run has no plan"),
        mark("Nothing is planned yet, or the run is of a kind that plans nothing, such as a refresh."),
        mark("Look at the run; if it is under way, ask again when it has planned."),
    ),
    ProblemCode(
        "no_snapshot",
        409,
        mark("The run read no roster"),
        mark("Two runs are compared by what each read; this one read nothing or found nothing to read."),
        mark("Compare other runs of the school."),
    ),
    ProblemCode(
        "other_school",
        409,
        mark("The runs are of different schools"),
        mark("Only two runs of the same school can be compared."),
        mark("Choose two runs of one school."),
    ),
    ProblemCode(
        "no_enrolment",
        422,
        mark("This is no enrolment"),
        mark("An enrolment is known by the ids of its class and its person at the source."),
        mark("Give both, as class/person."),
    ),
    ProblemCode(
        "nothing_chosen",
        409,
        mark("None of the operations waits"),
        mark("The operations that were chosen do not wait in this hold any more, or the filter leaves none."),
        mark("Look at the hold again, and choose among what waits now."),
    ),
    ProblemCode(
        "hold_closed",
        409,
        mark("The hold is not open any more"),
        mark("Somebody has decided on it already, or a later run has overtaken it."),
        mark("Look at the hold again, and whether the school has another."),
    ),
    ProblemCode(
        "plan_changed",
        409,
        mark("Other operations wait than you have seen"),
        mark("The hold's operations changed after you looked at them."),
        mark("Look at the hold again, then decide with its new plan_hash."),
    ),
    ProblemCode(
        "unknown_operations",
        422,
        mark("An operation is not part of the hold"),
        mark("A decision can name only operations that wait in the hold."),
        mark("Name numbers from the list of the hold's operations."),
    ),
)
_CONSENTS = (
    ProblemCode(
        "confirm_needed",
        422,
        mark("The name has to be typed"),
        mark(
            "What is dangerous is done only by somebody who typed the name of the school or device, so that it is the"
            " right one."
        ),
        mark("Look at the consequences again, then send the name as `confirm`."),
    ),
    ProblemCode(
        "reason_needed",
        422,
        mark("A reason is needed"),
        mark("What is dangerous needs a reason, which the audit log keeps."),
        mark("Say why in `reason`, and send the request again."),
    ),
    ProblemCode(
        "consent_waits",
        409,
        mark("It waits for a second person already"),
        mark("Somebody asked for the same act, which needs a second person."),
        mark("Confirm or reject what waits."),
    ),
    ProblemCode(
        "second_person",
        403,
        mark("Somebody else has to confirm it"),
        mark(
            "The district wants two persons for this act, and you are the one who asked for it, or nobody is known to"
            " stand behind the key. A key counts as the person who made it."
        ),
        mark("Ask a colleague to confirm it. You may take it back yourself."),
    ),
    ProblemCode(
        "asker_may_not",
        409,
        mark("Whoever asked may not do it any more"),
        mark("Their account, or the key or who made it, was disabled or lost the right after the act was asked for."),
        mark("Reject what waits. If it is still wanted, ask for it yourself, and have somebody else confirm it."),
    ),
    ProblemCode(
        "consent_over",
        409,
        mark("It does not wait any more"),
        mark("It was confirmed, rejected, or not confirmed within a day."),
        mark("Look at it again. If it is still wanted, ask for it once more."),
    ),
)
_SERVER = (
    ProblemCode(
        "internal",
        500,
        mark("Something in Rosterbus went wrong"),
        mark("An error that was not foreseen. Nothing was changed by the request; the server's log has the details."),
        mark("Try again, and report it if it stays."),
    ),
    ProblemCode(
        "no_queue",
        409,
        mark("The queue is not there"),
        mark("The service that makes the queue has not been started, so nothing can be given back to it."),
        mark("Start the service, then try again."),
    ),
    ProblemCode(
        "broker_away",
        503,
        mark("The message broker does not answer"),
        mark(
            "RabbitMQ cannot be reached. Until it is back everything can be looked at, and nothing is changed that"
            " other services have to hear. What was ordered before is not lost."
        ),
        mark("Look whether RabbitMQ runs, then try again."),
    ),
    ProblemCode(
        "not_ready",
        503,
        mark("A service has not been started yet"),
        mark("roster-fetcher or moodle-sync has never run on this database, so there is nothing of theirs to show."),
        mark("Start all services, then ask again."),
    ),
)

PROBLEM_CODES = {one.code: one for group in (_REQUESTS, ACCOUNTS, _RUNS, _PLANS, _CONSENTS, _SERVER) for one in group}
"""By code, in the order in which a page lists them."""
