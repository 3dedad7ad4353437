"""Asks the toy what a parent has decided, and for changes; decides nothing itself."""

from typing import Any

from phoenix_msgs.srv import GetLimits

from phoenix_studio.ros_calls import RosCalls

ACTIVITIES = 'activities'  # the node that serves


class LimitsDesk:
    """The parents' services, as plain data."""

    def __init__(self, calls: RosCalls) -> None:
        self._calls = calls

    async def limits(self) -> dict[str, Any]:
        """
        Return the limits in force.

        :raises CallError: the toy does not answer.
        """
        answer = await self._calls.ask(f'{ACTIVITIES}/get_limits', GetLimits, GetLimits.Request())
        limits = answer.limits
        return {
            'limits': {
                name: _plain(getattr(limits, name)) for name in limits.get_fields_and_field_types()
            },
            'pin_set': answer.pin_set,
            'servers': list(answer.servers),
            'problem': answer.problem,
        }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int) else list(value)
