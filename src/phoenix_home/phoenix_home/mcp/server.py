"""The MCP server: the toy as tools of an assistant, on standard input and output."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from phoenix_msgs.msg import ActivityState, MicrophoneMute, Slot, SystemStatus, Volume
from phoenix_msgs.srv import GetRecentEvents
from sensor_msgs.msg import BatteryState
from std_msgs.msg import ColorRGBA

from phoenix_core import events
from phoenix_core.clock.units import nanoseconds
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.node.declarations import Publishes, observes
from phoenix_core.node.execution import run
from phoenix_core.node.publisher import EventPublisher
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_core.telemetry.recent_events import received
from phoenix_home.mcp.toy_tools import ToyError, make_server
from phoenix_home.neighbor_node import NeighborNode
from phoenix_home.utterances import Outcome

MCP = 'mcp'  # the name by which a parent allows that assistants get what is said
TELEMETRY = 'telemetry/recent_events'
ANSWER_S = 5.0
HEARD_S = 5.0  # for the toy to discover a server that was started this moment
STATES = (
    *(events.ACTIVITY_STATE, events.SYSTEM_STATUS, events.VOLUME),
    *(events.MICROPHONE_MUTE, events.BATTERY),
)


class McpServer(NeighborNode):
    """
    Does what an assistant asks, in the terms of Toy.

    An assistant mostly runs elsewhere: what people say is left out of the interactions, unless a
    parent allows it.
    """

    led_command = Publishes(events.LED_COMMAND)
    activity_request = Publishes(events.ACTIVITY_REQUEST)
    settings: NodeSettings

    def configure(self) -> None:
        """Announce itself to parents, and wait for the states of the toy."""
        self.neighbors.ask(MCP, 'assistants read what was said to the toy and by it')
        self._state: dict[str, Any] = {}
        self._recent = self.create_client(GetRecentEvents, TELEMETRY)

    def cleanup(self) -> None:
        """Free the client."""
        self.destroy_client(self._recent)

    @observes(STATES)
    def on_state(self, event: EventType, message: Any) -> None:
        """Note what the toy does, and how it is."""
        match message:
            case ActivityState():
                self._state |= {'activity': message.activity, 'phase': words_of(message, 'phase')}
            case SystemStatus():
                self._state['capabilities'] = {
                    one.capability: f'{words_of(one, "level")}: {one.message}'.removesuffix(': ')
                    for one in message.capabilities
                }
            case Volume():
                self._state['volume'] = 0.0 if message.muted else round(message.level, 2)
            case MicrophoneMute():
                self._state['microphone'] = 'muted' if message.muted else 'on'
            case BatteryState():
                self._state['battery'] = round(message.percentage, 2)

    # Toy, on the event loop of the server.

    async def say_text(self, text: str) -> str:
        """Say a text, and return how that ended."""
        await self._until_heard(self.say_request)

        def begin(done: Callable[[str], None]) -> None:
            utterance = self.say(text, ended=lambda outcome, position_s: done(outcome.value))
            if utterance is None:
                done(Outcome.SILENT.value)

        return str(await self._on_executor(begin))

    async def show_light(
        self,
        animation: str,
        color: tuple[float, float, float],
        brightness: float,
        duration_s: float,
    ) -> None:
        """Show an animation."""
        red, green, blue = color
        await self._publish(
            self.led_command,
            animation=animation,
            color=ColorRGBA(r=red, g=green, b=blue, a=1.0),
            brightness=brightness,
            duration_s=duration_s,
        )

    async def start_activity(self, activity: str, slots: Mapping[str, str]) -> None:
        """Ask for an activity."""
        given = [Slot(name=name, value=value) for name, value in slots.items()]
        await self._publish(self.activity_request, activity=activity, slots=given)

    async def state(self) -> dict[str, Any]:
        """Return what the toy does, and how it is."""
        return dict(await self._on_executor(lambda done: done(self._state.copy())))

    async def interactions(self, count: int) -> list[dict[str, Any]]:
        """
        Return the newest interactions.

        :raises ToyError: the toy does not answer.
        """

        def ask(done: Callable[[Any], None]) -> None:
            answer = self._recent.call_async(GetRecentEvents.Request())
            answer.add_done_callback(lambda future: done(future.result()))

        try:
            answer = await asyncio.wait_for(self._on_executor(ask), ANSWER_S)
        except TimeoutError:
            raise ToyError('the toy keeps no traces, or does not answer') from None
        found: dict[str, list[dict[str, Any]]] = {}
        words = self.neighbors.allows(MCP)
        for event, message in received(answer):
            told = _told(event, message, words=words)
            found.setdefault(message.header.trace_id, []).append(told)
        return [
            {'trace_id': trace_id, 'events': told}
            for trace_id, told in list(found.items())[-count:]
        ]

    async def _publish(self, publisher: EventPublisher[Any], **fields: Any) -> None:
        await self._until_heard(publisher)
        await self._on_executor(lambda done: done(publisher(**fields)))
        # The server may end with its assistant right after the answer.
        await asyncio.to_thread(publisher.wait_until_received, ANSWER_S)

    async def _until_heard(self, publisher: EventPublisher[Any]) -> None:
        """
        Wait until a node of the toy hears an event.

        :raises ToyError: none does.
        """
        deadline_s = time.monotonic() + HEARD_S
        while not publisher.subscription_count:
            if time.monotonic() > deadline_s:
                raise ToyError(f'no toy is running that hears {publisher.event.topic}')
            await asyncio.sleep(0.05)

    async def _on_executor(self, begin: Callable[[Callable[[Any], None]], object]) -> Any:
        """Call a function on the executor's thread, and wait until it calls what it was given."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Any] = loop.create_future()

        def resolve(value: Any) -> None:
            if not result.done():
                if isinstance(value, Exception):
                    result.set_exception(value)
                else:
                    result.set_result(value)

        def done(value: Any) -> None:
            loop.call_soon_threadsafe(resolve, value)

        def work() -> None:
            try:
                begin(done)
            except Exception:
                done(ToyError('the toy cannot do that'))
                raise  # which is reported

        self.post(work)
        return await result


def _told(event: EventType, message: Any, *, words: bool) -> dict[str, Any]:
    """Return an event of an interaction; what people said only with words."""
    header = message.header
    told = {
        'event': event.topic,
        'by': header.producer,
        'span_id': header.span_id,
        'caused_by': header.parent_span_id,
        'at_s': nanoseconds(header.stamp) / 1e9,
        'processing_s': round(header.processing_s, 4),
        'model_s': round(header.model_s, 4),
    }
    summary = event.summarize(message)
    if summary is not None and (words or event.privacy is Privacy.NONE):
        told['text'] = f'{summary.label}: {summary.text}'
    return told


class StdioMcpServer(McpServer):
    """The server on the standard streams of its process, which ends with them."""

    @classmethod
    def node_name(cls) -> str:
        """Return the name of the node in the graph."""
        return McpServer.node_name()

    def activate(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self._serve, name='mcp', daemon=True).start()

    def _serve(self) -> None:
        try:
            asyncio.run(make_server(self).run_stdio_async())
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the node alone, until its standard input ends."""
    run([StdioMcpServer])
