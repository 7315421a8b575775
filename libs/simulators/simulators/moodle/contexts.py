"""Moodle's contexts: a level and an instance, with a number that says both."""

SYSTEM, USER, CATEGORY, COURSE, MODULE = 10, 30, 40, 50, 70

LEVELS = {"system": SYSTEM, "user": USER, "coursecat": CATEGORY, "course": COURSE, "module": MODULE}

SYSTEM_CONTEXT_ID = 1


def context_id(level: int, instance: int) -> int:
    """The number of a context. The system's is 1, as on every site; the rest are our own arithmetic."""
    return SYSTEM_CONTEXT_ID if level == SYSTEM else instance * 100 + level


def context_of(number: int) -> tuple[int, int]:
    """Level and instance of a context number; the inverse of `context_id`."""
    if number == SYSTEM_CONTEXT_ID:
        return SYSTEM, 0
    instance, level = divmod(number, 100)
    return level, instance
