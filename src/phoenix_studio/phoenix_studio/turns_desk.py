"""The newest interactions, as the telemetry keeps them: a list, and one as a waterfall."""

import asyncio
from typing import Any

from phoenix_msgs.srv import GetRecentEvents

from phoenix_core.settings.node_settings import installed_config
from phoenix_core.telemetry.recent_events import received
from phoenix_studio.ros_calls import CallError, RosCalls
from phoenix_studio.turn_view import drawn, listed
from phoenix_tools.traces.interaction import Interaction, interactions
from phoenix_tools.traces.stages import load_stages, stage_times

SERVICE = 'telemetry/recent_events'


class TurnsDesk:
    """The interactions, as plain data."""

    def __init__(self, calls: RosCalls) -> None:
        self._calls = calls
        self._stages = load_stages(installed_config())

    async def turns(self) -> dict[str, Any]:
        """
        List the interactions with people, the newest first.

        :raises CallError: the telemetry does not answer.
        """
        found = await self._interactions()
        return {'turns': [listed(one) for one in reversed(found) if one.start]}

    async def turn(self, trace_id: str) -> dict[str, Any]:
        """
        Return one interaction: its events, the times between them, its stages.

        :raises CallError: the telemetry does not answer, or keeps it no longer.
        """
        for one in await self._interactions():
            if one.trace_id == trace_id:
                return drawn(one, stage_times(one, self._stages))
        raise CallError('that is kept no longer')

    async def _interactions(self) -> list[Interaction]:
        answer = await self._calls.ask(SERVICE, GetRecentEvents, GetRecentEvents.Request())
        return await asyncio.to_thread(lambda: interactions(received(answer)))
