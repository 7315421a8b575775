"""What a validator of a declaration refuses: a sentence that is translated where it is shown."""

from collections.abc import Mapping


class Unfit(ValueError):  # noqa: N818 - pydantic knows it as a ValueError, people as what does not fit
    """`message` is marked; in it stand `{key}` for the place, `keys` by name for other places, and `values`."""

    def __init__(self, message: str, keys: Mapping[str, str] | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys or {}
        self.values = values
