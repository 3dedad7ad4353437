"""Asks the toy what a parent has decided, and for changes; decides nothing itself."""

import os
from typing import Annotated, Any, Literal

from phoenix_msgs.msg import ParentalLimits
from phoenix_msgs.srv import ForgetAll, GetLimits, SetLimits, SetPin
from pydantic import Field

from phoenix_core.events.constants import constants
from phoenix_core.limits.stored import Stored
from phoenix_core.storage.toy_file import ToyFile
from phoenix_studio.form import Form
from phoenix_studio.ros_calls import RosCalls

SERVICES = 'activities'  # the node that serves
PREFIX = 'LANGUAGE_MODEL_'
MODELS = {
    name.removeprefix(PREFIX).lower(): number for number, name in constants(ParentalLimits).items()
}
Digits = Annotated[str, Field(max_length=32)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Text = Annotated[str, Field(max_length=64, pattern=r'^[^\x00]*$')]
Neighbor = Annotated[str, Field(max_length=128, pattern=r'^[^\x00]*$')]


class LimitsForm(Form):
    """The limits as a page sends them, in the terms of ParentalLimits; the toy judges them."""

    quiet_hours: Annotated[str, Field(max_length=11, pattern=r'^[^\x00]*$')]
    daily_minutes: Whole
    session_minutes: Whole
    volume_ceiling: Whole
    night_volume_ceiling: Whole
    activities_off: Annotated[list[Text], Field(max_length=100)]
    language_model: Literal['off', 'this_machine', 'elsewhere']
    neighbors: Annotated[list[Neighbor], Field(max_length=100)]
    remember_facts: bool
    remember_days: Whole
    recordings_days: Whole


class LimitsChange(Form):
    """Other limits."""

    pin: Digits
    limits: LimitsForm


class PinChange(Form):
    """Another PIN, or the first one."""

    pin: Digits
    new: Digits


class Forgetting(Form):
    """All is to be forgotten."""

    pin: Digits


class LimitsDesk:
    """
    The parents' services, as plain data.

    :param namespace: of the toy.
    """

    def __init__(self, calls: RosCalls, namespace: str) -> None:
        self._calls = calls
        self._namespace = namespace

    async def limits(self) -> dict[str, Any]:
        """
        Return the limits in force.

        :raises CallError: the toy does not answer.
        """
        answer = await self._ask(GetLimits, 'get_limits')
        limits = answer.limits
        shown = {name: _plain(getattr(limits, name)) for name in LimitsForm.model_fields}
        models = {number: name for name, number in MODELS.items()}
        shown['language_model'] = models[limits.language_model]
        return {
            'limits': shown,
            'pin_set': answer.pin_set,
            'servers': list(answer.servers),
            'activities': list(answer.activities),
            'neighbors': dict(zip(answer.neighbors, answer.about_neighbors, strict=False)),
            'problem': answer.problem,
            'stored': self._stored(),
        }

    async def change(self, change: LimitsChange) -> dict[str, Any]:
        """
        Put limits in force.

        :raises CallError: the toy does not answer.
        """
        values = change.limits.model_dump()
        values['language_model'] = MODELS[values['language_model']]
        limits = ParentalLimits(**values)
        return _outcome(await self._ask(SetLimits, 'set_limits', pin=change.pin, limits=limits))

    async def set_pin(self, change: PinChange) -> dict[str, Any]:
        """
        Set the PIN.

        :raises CallError: the toy does not answer.
        """
        return _outcome(await self._ask(SetPin, 'set_pin', pin=change.pin, new_pin=change.new))

    async def forget(self, forgetting: Forgetting) -> dict[str, Any]:
        """
        Let the toy forget all.

        :raises CallError: it does not answer.
        """
        return _outcome(await self._ask(ForgetAll, 'forget_all', pin=forgetting.pin))

    async def _ask(self, kind: Any, name: str, **fields: Any) -> Any:
        return await self._calls.ask(f'{SERVICES}/{name}', kind, kind.Request(**fields))

    def _stored(self) -> list[dict[str, Any]]:
        """List what is on the disk: of which kind, how big [bytes], since when [s]."""
        stored = Stored.of(os.environ, self._namespace)
        return [
            {
                'kind': _kind(file.path.name),
                'size': file.size,
                'changed': file.changed.timestamp(),
            }
            for file in (stored.files() if stored else [])
        ]


def _kind(name: str) -> str:
    """Return what a file holds: the name of a ToyFile, or recording."""
    kinds = [kind.name.lower() for kind in ToyFile if f'.{kind.value}' in name]
    return kinds[0] if kinds else 'recording'


def _outcome(answer: Any) -> dict[str, Any]:
    return {
        'accepted': answer.accepted,
        'reason': answer.reason,
        'wrong_pin': answer.wrong_pin,
        'wait_s': answer.wait_s,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int) else list(value)
