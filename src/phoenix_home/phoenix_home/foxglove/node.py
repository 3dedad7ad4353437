"""The Foxglove node: the events of the toy, live, for the Foxglove app on the same machine."""

from typing import Any

from rclpy.serialization import serialize_message

from phoenix_core import events
from phoenix_core.clock.units import nanoseconds
from phoenix_core.events import message_schema, qos
from phoenix_core.events.event_type import EventType, Privacy
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.node.declarations import observes
from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings, setting

FOXGLOVE = 'foxglove'  # the name by which a parent allows it
HOST = '127.0.0.1'  # it asks nobody for a password
SHOWN = tuple(event for event in events.ALL if event.privacy is not Privacy.AUDIO)


class FoxgloveSettings(NodeSettings):
    """Settings of the server for the Foxglove app."""

    port: int = setting(8766, 'Port on loopback; 0: any free one.', ge=0, le=65535, machine=True)


class Foxglove(EventNode):
    """
    Shows all events but sound, as a bag holds them, while a parent allows it.

    Any program and any open web page on this machine may read them: without a parent's yes there
    is nothing to read. Attributes: port, while it is active.
    """

    settings: FoxgloveSettings

    def configure(self) -> None:
        """Make a channel for each event."""
        import foxglove

        self._neighbors = Neighbors.of(self.environ, self.get_namespace())
        self._neighbors.ask(FOXGLOVE, 'programs on this machine read what was said and done')
        self._shown = foxglove.Context()
        self._channels = {event: self._channel(event) for event in SHOWN}
        self._by_topic = {channel.topic(): event for event, channel in self._channels.items()}

    def activate(self) -> None:
        """Open the port."""
        import foxglove

        self._states: dict[EventType, Any] = {}
        self._server = foxglove.start_server(
            name=f'Phoenix {self.get_namespace()}',
            host=HOST,
            port=self.settings.port,
            server_listener=_Listener(self),  # type: ignore[arg-type]  # of one method alone
            context=self._shown,
        )
        self.port: int = self._server.port

    def deactivate(self) -> None:
        """Close the port."""
        self._server.stop()

    def cleanup(self) -> None:
        """Close the channels."""
        for channel in self._channels.values():
            channel.close()

    @observes(SHOWN)
    def on_event(self, event: EventType, message: Any) -> None:
        """Show an event."""
        if event.qos is qos.STATE:
            self._states[event] = message
        self._show(event, message)

    def tell_state(self, topic: str) -> None:
        """Show the state on a topic again, for somebody who has just come."""
        event = self._by_topic.get(topic)
        if event in self._states:
            self._show(event, self._states[event])

    def _show(self, event: EventType, message: Any) -> None:
        channel = self._channels[event]
        if channel.has_sinks() and self._neighbors.allows(FOXGLOVE):
            stamp = message.header.stamp if hasattr(message, 'header') else None
            at = nanoseconds(stamp) if stamp is not None else None
            channel.log(bytes(serialize_message(message)), log_time=at)

    def _channel(self, event: EventType) -> Any:
        from foxglove import Channel, Schema

        name = message_schema.type_name(event.message)
        definition = message_schema.definition(name)
        return Channel(
            self.resolve_topic_name(event.topic),
            schema=Schema(name=name, encoding='ros2msg', data=definition.encode()),
            message_encoding='cdr',
            context=self._shown,
        )


class _Listener:
    """Tells the node of those that begin to look at a topic; called on a thread of the server."""

    def __init__(self, node: Foxglove) -> None:
        self._node = node

    def on_subscribe(self, client: Any, channel: Any) -> None:
        """Show them the state."""
        self._node.post(self._node.tell_state, channel.topic)
