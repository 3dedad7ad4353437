"""Safe state: what survives a crash or a power cut, as small models of JSON values."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Kept(BaseModel):
    """
    Base of what an activity keeps: what it changes there is kept.

    Every field has a default, with which a toy begins that has kept nothing yet.
    """

    model_config = ConfigDict(allow_inf_nan=False)


class KeptLight(Kept):
    """What the ring shows whenever the toy rests; as for Director.show."""

    animation: str = ''
    color: str = ''
    brightness: float = Field(1.0, ge=0, le=1)


class KeptByToy(Kept):
    """
    What belongs to no activity.

    :param told: what a person told, e.g. child_name.
    :param volume: 0 to 1; None: nobody has changed it.
    :param light: that somebody asked for, e.g. to sleep with; None: none.
    """

    told: dict[str, str] = {}
    volume: float | None = Field(None, ge=0, le=1)
    muted: bool = False
    light: KeptLight | None = None


class SafeState:
    """All that is kept, by name. What nobody recalls stays: a package may be back tomorrow."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Begin with what was kept before, JSON values by name."""
        self._values = values
        self._recalled: dict[str, Kept] = {}
        self.refused: list[str] = []  # names of values that fitted no more

    def recall(self, name: str, model: type[Kept]) -> Any:
        """Return what was kept under that name: an instance of the model."""
        try:
            kept = model.model_validate(self._values.get(name, {}))
        except ValidationError:
            self.refused.append(name)
            kept = model()
        self._recalled[name] = kept
        return kept

    def values(self) -> dict[str, Any]:
        """Return what is to be kept now; models that are as by default are left out."""
        values = {name: v for name, v in self._values.items() if name not in self._recalled}
        for name, kept in self._recalled.items():
            if dumped := kept.model_dump(mode='json', exclude_defaults=True):
                values[name] = dumped
        return values
