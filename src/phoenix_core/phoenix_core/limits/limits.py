"""The limits: what a parent decides about a toy."""

import ipaddress
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, ValidationError, field_validator

from phoenix_core.limits.quiet_hours import QuietHours
from phoenix_core.settings.config_file import FileModel
from phoenix_core.settings.profile import suggestion

NONE = 'none'  # typed for no limit, no hours, no activities


class LimitsError(ValueError):
    """A value is refused; one line with what is allowed."""


class LanguageModel(Enum):
    """Where a language model may be; each allows what stands before it, too."""

    OFF = 'off'
    THIS_MACHINE = 'this_machine'
    ELSEWHERE = 'elsewhere'

    def allows(self, address: str | None) -> bool:
        """
        Return whether a chat model may be used.

        :param address: of its server; empty: it runs in the toy's own process; None: it is no
            language model.
        """
        if address is None or self is LanguageModel.ELSEWHERE:
            return True
        return self is LanguageModel.THIS_MACHINE and (not address or is_loopback(address))


def is_loopback(address: str) -> bool:
    """Return whether a URL leads to this machine: by a name that no resolver can move."""
    try:
        host = urlsplit(address).hostname or ''
        return host == 'localhost' or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Limits(FileModel):
    """What a parent has decided; without a decision, the defaults."""

    model_config = ConfigDict(validate_default=True)

    quiet_hours: str = Field(
        '20:00-06:30', description='when nothing lively happens, local time, like 20:00-06:30'
    )
    daily_minutes: int | None = Field(
        None, ge=0, le=1440, description='of play each day, then one goodbye and rest'
    )
    session_minutes: int | None = Field(
        180, ge=0, le=1440, description='of play at a time, then a pause'
    )
    volume_ceiling: int = Field(100, ge=0, le=100, description='the loudest, in percent')
    night_volume_ceiling: int = Field(
        40, ge=0, le=100, description='the loudest in quiet hours, in percent'
    )
    activities_off: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        [], description='activities that do not begin'
    )
    language_model: LanguageModel = Field(
        LanguageModel.THIS_MACHINE,
        description='where one may be: off, this_machine, elsewhere (what is said leaves the '
        'house)',
    )
    neighbors: list[Annotated[str, Field(min_length=1, max_length=128)]] = Field(
        [], description='who else may hear what is said, and what they may do, by name'
    )
    remember_facts: bool = Field(
        False, description='whether what a child tells of itself is kept on disk'
    )
    remember_days: int = Field(30, ge=1, le=3650, description='for so many days')
    recordings_days: int = Field(
        7, ge=1, le=3650, description='recordings are deleted after so many days'
    )

    @field_validator('quiet_hours')
    @classmethod
    def _has_two_times(cls, text: str) -> str:
        QuietHours.parse(text)
        return text

    @property
    def quiet(self) -> QuietHours | None:
        """The quiet hours; None: never."""
        return QuietHours.parse(self.quiet_hours)

    def is_quiet(self, now: datetime) -> bool:
        """Return whether a local time lies in quiet hours."""
        return self.quiet is not None and self.quiet.contains(now.time())

    def loudest(self, now: datetime) -> float:
        """Return the highest volume at a local time, 0 to 1."""
        night = self.night_volume_ceiling if self.is_quiet(now) else 100
        return min(self.volume_ceiling, night) / 100

    def changed(self, name: str, text: str) -> 'Limits':
        """
        Return a copy with one limit as a person types it.

        :raises LimitsError: there is no such limit, or the text does not fit; names what is
            allowed.
        """
        if name not in Limits.model_fields:
            raise LimitsError(
                f'{name}: no such limit{suggestion(name, Limits.model_fields)}; '
                f'there are {", ".join(Limits.model_fields)}'
            )
        try:
            return Limits.model_validate({**self.model_dump(), name: _typed(name, text.strip())})
        except ValidationError as error:
            detail = error.errors()[0]
            problem = detail['msg'].removeprefix('Value error, ')
            raise LimitsError(f'{name}: {problem[0].lower()}{problem[1:]}, is {text!r}') from None
        except ValueError as error:
            raise LimitsError(f'{name}: {error}, is {text!r}') from None

    def as_text(self, name: str) -> str:
        """Return one limit as `changed` reads it."""
        value = getattr(self, name)
        if isinstance(value, bool):
            return 'yes' if value else 'no'
        if isinstance(value, LanguageModel):
            return value.value
        if isinstance(value, list):
            value = ','.join(value)
        return NONE if value in (None, '') else str(value)


def _typed(name: str, text: str) -> Any:
    """Convert what a person typed to the type of a limit, as its default shows it."""
    default = Limits.model_fields[name].default
    if isinstance(default, bool):
        answers = {
            'yes': True,
            'on': True,
            'true': True,
            'no': False,
            'off': False,
            'false': False,
        }
        if text.lower() not in answers:
            raise ValueError('is yes or no')
        return answers[text.lower()]
    if isinstance(default, LanguageModel):
        allowed = {model.value: model for model in LanguageModel}
        if text not in allowed:
            raise ValueError(f'is one of {", ".join(allowed)}')
        return allowed[text]
    if isinstance(default, list):
        return [] if text == NONE else [part.strip() for part in text.split(',')]
    if isinstance(default, str):
        return '' if text == NONE else text
    may_be_none = type(None) in get_args(Limits.model_fields[name].annotation)
    if may_be_none and text == NONE:
        return None
    if not text.isdecimal():
        raise ValueError(f'is a whole number{f" or {NONE}" if may_be_none else ""}')
    return int(text)


# In force while what a parent has decided cannot be read.
STRICTEST = Limits(
    quiet_hours='00:00-23:59',
    daily_minutes=0,
    session_minutes=0,
    volume_ceiling=30,
    night_volume_ceiling=30,
    language_model=LanguageModel.OFF,
    # Nothing is deleted because a file cannot be read: that cannot be mended.
    remember_facts=True,
    remember_days=3650,
    recordings_days=3650,
)
