"""The Home Assistant node: the toy as a device at home, without its ears."""

import asyncio
import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phoenix_msgs.msg import (
    ActivityState,
    CapabilityStatus,
    MicrophoneMute,
    Slot,
    SystemStatus,
    TouchEvent,
    Volume,
)
from pydantic import model_validator
from sensor_msgs.msg import BatteryState
from std_msgs.msg import ColorRGBA

from phoenix_core import events
from phoenix_core.events.event_type import EventType
from phoenix_core.limits.limits import is_loopback
from phoenix_core.node.declarations import Publishes, observes
from phoenix_core.node.execution import run
from phoenix_core.settings import secrets
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_home.event_loop import EventLoop
from phoenix_home.home_assistant import entities
from phoenix_home.home_assistant.device import Device
from phoenix_home.home_assistant.entities import Lamp
from phoenix_home.home_assistant.frames import key_of
from phoenix_home.neighbor_node import NeighborNode
from phoenix_home.utterances import Outcome

HOME_ASSISTANT = 'home_assistant'  # the name by which a parent allows it
OPEN_S = 5.0
SHOWN = 'solid'  # the animation of a light that is on
STATES = (
    *(events.ACTIVITY_STATE, events.SYSTEM_STATUS, events.VOLUME),
    *(events.MICROPHONE_MUTE, events.BATTERY, events.TOUCH),
)


class HomeAssistantSettings(NodeSettings):
    """Settings of the device. Nothing is announced: enter the address in Home Assistant."""

    host: str = setting('127.0.0.1', 'Address to listen at; elsewhere with a key alone.')
    port: int = setting(6053, 'Port; 0: any free one.', ge=0, le=65535, machine=True)
    title: str = setting('Phoenix', 'Name of the toy for people at home.', machine=True)
    key_file: str = setting(
        '', 'File with the key of the connection, readable by its owner alone; empty: none.'
    )

    @model_validator(mode='after')
    def _is_encrypted(self) -> 'HomeAssistantSettings':
        if not self.key_file and not is_loopback(f'tcp://{self.host}'):
            raise ValueError('host: another address than 127.0.0.1 needs a key_file')
        return self


class HomeAssistant(NeighborNode):
    """
    Tells its states to Home Assistant, and does what that asks, in the terms of Toy.

    What people say does not go there. Attributes: port, while it is active.
    """

    led_command = Publishes(events.LED_COMMAND)
    activity_request = Publishes(events.ACTIVITY_REQUEST)
    settings: HomeAssistantSettings

    def configure(self) -> None:
        """
        Read the key.

        :raises ValueError: it is none.
        """
        settings = self.settings
        self.neighbors.ask(
            HOME_ASSISTANT, 'sees touches, battery, volume and activity; announces, and lights'
        )
        key = secrets.from_file(Path(settings.key_file)) if settings.key_file else ''
        name = f'{socket.gethostname()}{self.get_namespace()}'
        digest = hashlib.sha256(name.encode()).digest()
        local = bytes([digest[0] & 0xFC | 2, *digest[1:6]])  # of no manufacturer
        mac = ':'.join(f'{byte:02X}' for byte in local)
        self._device = Device(self, name=settings.title, mac=mac, key=key_of(key))

    def activate(self) -> None:
        """Open the port."""
        self._loop = EventLoop('home assistant')
        serving = self._device.serve(self.settings.host, self.settings.port)
        self._server: asyncio.Server = self._loop.submit(serving).result(OPEN_S)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._tell(entities.LIGHT, Lamp())

    def deactivate(self) -> None:
        """Close the port, and send all clients away."""
        super().deactivate()
        self._server.get_loop().call_soon_threadsafe(self._server.close)
        self._loop.close()

    @observes(STATES)
    def on_state(self, event: EventType, message: Any) -> None:
        """Tell what the toy does, and how it is."""
        if not self.is_active:
            return
        match message:
            case ActivityState():
                self._tell(entities.ACTIVITY, message.activity)
            case SystemStatus():
                bad = [
                    one.capability
                    for one in message.capabilities
                    if one.level in (CapabilityStatus.DEGRADED, CapabilityStatus.LOST)
                ]
                self._tell(entities.HEALTH, ', '.join(bad) or 'all well')
            case Volume():
                self._tell(entities.VOLUME, 0.0 if message.muted else message.level * 100)
            case MicrophoneMute():
                self._tell(entities.MUTED, message.muted)
            case BatteryState():
                self._tell(entities.BATTERY, message.percentage * 100)
            case TouchEvent():
                self._tell(entities.TOUCHED, message.kind == TouchEvent.TOUCHED)

    def _tell(self, key: int, value: Any) -> None:
        self._loop.call(self._device.tell, key, value)

    # Toy, on the event loop of the device.

    def allows(self) -> bool:
        """Return whether a parent allows it now."""
        return self.neighbors.allows(HOME_ASSISTANT)

    def announce(self, text: str, ended: Callable[[bool], object]) -> None:
        """Say a text, and tell whether it was said to its end."""

        def done(outcome: Outcome, position_s: float) -> None:
            self._loop.call(ended, outcome is Outcome.SPOKEN)

        def begin() -> None:
            if self.say(text, ended=done) is None:
                done(Outcome.SILENT, 0.0)

        self.post(begin)

    def set_volume(self, percent: float) -> None:
        """Set how loud it speaks, within a parent's limits."""
        level = Slot(name='level', value=f'{percent:.0f}')
        self.post(self.activity_request, activity='volume', slots=[level])

    def show(self, lamp: Lamp) -> None:
        """Light while the toy rests, or stop that."""
        self.post(
            self.led_command,
            animation=SHOWN if lamp.on else '',
            color=ColorRGBA(r=lamp.red, g=lamp.green, b=lamp.blue, a=1.0),
            brightness=lamp.brightness,
            duration_s=0.0,
        )


def main() -> None:
    """Run the node alone."""
    run([HomeAssistant])
