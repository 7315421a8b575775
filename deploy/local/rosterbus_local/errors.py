"""What can go wrong on the operator's machine."""


class LocalError(Exception):
    """Something that the person at the keyboard has to know; the message says what happened and what to do."""
