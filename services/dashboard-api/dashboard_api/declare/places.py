"""Where in a declaration something is: pydantic's place, and the same as people wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dashboard_api.declare.kinds import KINDS, MODES
from dashboard_api.declare.model import Declaration

KEY_ITSELF = "[key]"
BEFORE_TAGS = {"source": 1, "sources": 2}
"""How many parts of a place stand before the tags (a source's kind, and ClassLink's mode) that pydantic puts in."""


@dataclass(frozen=True, slots=True)
class Place:
    """`parts` as people wrote them; `tags` say which model a source was held against; `of_key`: a key, not a value."""

    parts: tuple[int | str, ...]
    tags: tuple[str, ...] = ()
    of_key: bool = False

    @property
    def key(self) -> str:
        """`schools[1].nightly` for `("schools", 0, "nightly")`: people count from one."""
        key = ""
        for part in self.parts:
            key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else str(part)
        return key

    @property
    def name(self) -> str:
        """The last part: a key's own name."""
        return str(self.parts[-1]) if self.parts else ""

    @property
    def choices(self) -> Sequence[str]:
        """What a key that tells models apart can be: the modes of the kind that was found, or the kinds."""
        return list(MODES if self.tags else KINDS)

    def field(self) -> FieldInfo | None:
        """What stands in the model at this place."""
        parent = self.parent()
        return parent.model_fields.get(self.name) if parent else None

    def parent(self) -> type[BaseModel] | None:
        """The model that the place lies in: the declaration, one of its parts, or a kind of source."""
        above = self.parts[:-1]
        if above and above[0] in BEFORE_TAGS:
            return _descend(self._source_model(), above[BEFORE_TAGS[str(above[0])] :])
        return _descend(Declaration, above)

    def _source_model(self) -> type[BaseModel] | None:
        match self.tags:
            case (_, mode):
                return MODES[mode]
            case (kind,):
                return KINDS[kind][0]
        return None


def place_of(loc: tuple[int | str, ...]) -> Place:
    """A place as pydantic names it."""
    parts = tuple(part for part in loc if part != KEY_ITSELF)
    before = BEFORE_TAGS.get(str(parts[0]), len(parts)) if parts else 0
    tags: tuple[str, ...] = ()
    levels: tuple[Mapping[str, object], ...] = (KINDS, MODES)
    for part, known in zip(parts[before:], levels, strict=False):
        if part not in known:
            break
        tags = (*tags, str(part))
    return Place((*parts[:before], *parts[before + len(tags) :]), tags, of_key=len(parts) < len(loc))


def _descend(model: type[BaseModel] | None, parts: Sequence[int | str]) -> type[BaseModel] | None:
    """The model below these keys; places in lists change nothing."""
    for part in parts:
        if model is not None and isinstance(part, str):
            field = model.model_fields.get(part)
            model = _model_in(field.annotation) if field else None
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    for candidate in (annotation, *_inside(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _inside(annotation: object) -> list[object]:
    return [inner for arg in get_args(annotation) for inner in (arg, *_inside(arg))]
