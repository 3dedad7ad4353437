"""The safe state: what survives a crash or a power cut, as small models of JSON values."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from phoenix_core.events.short_text import FACT_WORDS, MOST_FAVORITES, name_of, short_text


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


def _fitting_name(value: Any) -> str:
    return name_of(value) if isinstance(value, str) else ''


def _fitting_facts(value: Any) -> dict[str, str]:
    facts = KeptFacts()
    for thing, favorite in value.items() if isinstance(value, dict) else ():
        facts.tell_favorite(str(thing), str(favorite))
    return facts.favorites


class KeptFacts(Kept):
    """
    What a person told, in a few words each; of what was kept, what does not fit is left out.

    :param favorites: thing to favorite, e.g. color to blue; the newest last.
    """

    child_name: Annotated[str, BeforeValidator(_fitting_name)] = ''
    favorites: Annotated[dict[str, str], BeforeValidator(_fitting_facts)] = {}

    def tell_name(self, text: str) -> bool:
        """Keep the child's name; return False if it is none."""
        if name := name_of(text):
            self.child_name = name
        return bool(name)

    def tell_favorite(self, thing: str, text: str) -> bool:
        """Keep a favorite, in place of the oldest if there are too many; False if it is none."""
        thing, favorite = short_text(thing, FACT_WORDS), short_text(text, FACT_WORDS)
        if not thing or not favorite:
            return False
        others = [item for item in self.favorites.items() if item[0] != thing]
        self.favorites = dict([*others, (thing, favorite)][-MOST_FAVORITES:])
        return True

    def slots(self) -> dict[str, str]:
        """Return the facts as the slots of a ConversationRequest."""
        name = {'child_name': self.child_name} if self.child_name else {}
        return name | {f'favorite {thing}': one for thing, one in self.favorites.items()}

    def forget(self, slot: str) -> None:
        """Forget the fact of a slot."""
        if slot == 'child_name':
            self.child_name = ''
        self.favorites.pop(slot.removeprefix('favorite '), None)


class KeptByToy(Kept):
    """
    What belongs to no activity.

    :param told_on: since when each fact is known, by its slot.
    :param volume: 0 to 1; None: nobody has changed it.
    :param light: a light that somebody asked for, e.g. to sleep with; None: none.
    """

    facts = frozenset(('told', 'told_on'))

    told: KeptFacts = KeptFacts()
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
        self._kept = dict(values)
        self._recalled: dict[str, Kept] = {}
        self.refused: list[str] = []  # names of values that do not all fit their model

    def recall(self, name: str, model: type[Model]) -> Model:
        """Return what was kept under that name, without the fields that do not fit."""
        values = self._values.get(name, {})
        try:
            kept = model.model_validate(values)
        except ValidationError as error:
            self.refused.append(name)
            bad = {problem['loc'][0] for problem in error.errors() if problem['loc']}
            kept = model.model_validate(
                {field: value for field, value in values.items() if field not in bad}
                if bad
                else {}
            )
        self._recalled[name] = kept
        return kept

    def refuse(self, name: str) -> None:
        """Forget what was kept under that name, which nothing can be made of."""
        self.refused.append(name)
        kept = self._recalled[name]
        for field, value in type(kept)():
            setattr(kept, field, value)

    def changed(self, *, facts: bool = True) -> dict[str, Any] | None:
        """
        Return what is to be kept now, without models that equal their defaults; None: no news.

        :param facts: keep what a person told of itself, too.
        """
        values = {name: v for name, v in self._values.items() if name not in self._recalled}
        for name, kept in self._recalled.items():
            left_out = None if facts else set(kept.facts)
            if dumped := kept.model_dump(mode='json', exclude_defaults=True, exclude=left_out):
                values[name] = dumped
        if values == self._kept:
            return None
        self._kept = values
        return values
