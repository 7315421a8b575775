"""All benchmarks, or the one named (calls, clock, delivery, fetch, lists, pages, plan), with its options."""

import sys

from bench import calls, clock, delivery, fetch, lists, pages, plan

BENCHMARKS = {
    "calls": calls.run,
    "clock": clock.run,
    "delivery": delivery.run,
    "fetch": fetch.run,
    "lists": lists.run,
    "pages": pages.run,
    "plan": plan.run,
}


def main(arguments: list[str]) -> None:
    """Run what is asked for."""
    if not arguments:
        for run in BENCHMARKS.values():
            run([])
    elif arguments[0] in BENCHMARKS:
        BENCHMARKS[arguments[0]](arguments[1:])
    else:
        raise SystemExit(f"There is no benchmark {arguments[0]}; there are {', '.join(BENCHMARKS)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
