"""The safe state: what survives a crash or a power cut, as small models of JSON values."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Kept(BaseModel):
    """
    Base of what an activity keeps: each change of it is kept.

    Every field has a default, for a toy that has kept nothing yet.
    """

    model_config = ConfigDict(allow_inf_nan=False)
    facts: ClassVar[frozenset[str]] = frozenset()  # fields for what a person told of itself


class KeptLight(Kept):
    """What the ring shows whenever the toy rests; as for Body.show."""

    animation: str = ''
    color: str = ''
    brightness: float = Field(1.0, ge=0, le=1)


class KeptByToy(Kept):
    """
    What belongs to no activity.

    :param told: what a person told, e.g. child_name.
    :param told_on: since when each of that is known.
    :param volume: 0 to 1; None: nobody has changed it.
    :param light: a light that somebody asked for, e.g. to sleep with; None: none.
    """

    facts = frozenset(('told', 'told_on'))

    told: dict[str, str] = {}
    told_on: dict[str, date] = {}
    volume: float | None = Field(None, ge=0, le=1)
    muted: bool = False
    light: KeptLight | None = None


Model = TypeVar('Model', bound=Kept)


class SafeState:
    """All that is kept, by name. Values that nobody recalls stay: a package may come back."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Begin with what was kept before, JSON values by name."""
        self._values = values
        self._recalled: dict[str, Kept] = {}
        self.refused: list[str] = []  # names of values that do not fit their model

    def recall(self, name: str, model: type[Model]) -> Model:
        """Return what was kept under that name."""
        try:
            kept = model.model_validate(self._values.get(name, {}))
        except ValidationError:
            self.refused.append(name)
            kept = model()
        self._recalled[name] = kept
        return kept

    def values(self, *, facts: bool = True) -> dict[str, Any]:
        """
        Return what is to be kept now, without models that equal their defaults.

        :param facts: keep what a person told of itself, too.
        """
        values = {name: v for name, v in self._values.items() if name not in self._recalled}
        for name, kept in self._recalled.items():
            left_out = None if facts else set(kept.facts)
            if dumped := kept.model_dump(mode='json', exclude_defaults=True, exclude=left_out):
                values[name] = dumped
        return values
