"""The toy as a device of Home Assistant's native protocol: it answers clients."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from phoenix_core.clock.allowance import Allowance
from phoenix_home.home_assistant import entities
from phoenix_home.home_assistant.assist import Assist
from phoenix_home.home_assistant.entities import Entities, Lamp
from phoenix_home.home_assistant.frames import (
    EncryptedFrames,
    FrameError,
    Frames,
    PlainFrames,
)

API_VERSION = (1, 14)
MOST_CLIENTS = 4
HELLO_S = 5.0
IDLE_S = 150.0  # a client says something each minute
MOST_WAITING = 500_000  # bytes for a client that does not read
LONGEST_TEXT = 2000  # characters
LONGEST_NAME = 100  # characters, of a timer
MESSAGES_PER_S, MESSAGES_AT_ONCE = 50.0, 200.0  # of a client; a house sends fewer


class Toy(Protocol):
    """What Home Assistant may ask of the toy; called on the event loop of the device."""

    def allows(self) -> bool:
        """Return whether a parent allows it now."""
        ...

    def announce(self, text: str, ended: Callable[[bool], object], *, asks: bool) -> None:
        """
        Say a text, and tell whether it was said to its end.

        :param asks: the house would like to hear an answer.
        """
        ...

    def set_volume(self, percent: float) -> None:
        """Set how loud it speaks."""
        ...

    def set_silent(self, silent: bool) -> None:
        """Mute its voice, or no longer; the microphone is not meant."""
        ...

    def show(self, lamp: Lamp) -> None:
        """Light, or stop that."""
        ...

    def ring(self, name: str) -> None:
        """Ring for a timer that is over; the name may be empty."""
        ...


class Device:
    """
    Answers clients.

    :param name: of the toy, for people.
    :param mac: an identifier of the form of a hardware address.
    :param key: 32 bytes; empty: clients do not encrypt.
    """

    def __init__(self, toy: Toy, *, name: str, mac: str, key: bytes) -> None:
        self._toy = toy
        self._name = name
        self._mac = mac
        self._key = key
        self._clients: set[_Client] = set()
        self.entities = Entities()
        self.assist = Assist()

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Open the port; 0: any free one."""
        import aioesphomeapi.core  # noqa: F401  # now, and not while a client waits

        if self._key:
            import noise.connection  # noqa: F401
        return await asyncio.start_server(self._connected, host, port)

    def tell(self, key: int, value: Any) -> None:
        """Send the state of an entity to those that subscribe to it."""
        message = self.entities.tell(key, value)
        if message is not None and self._toy.allows():
            for client in self._clients:
                if client.wants_states:
                    client.send(message)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled: the port is closed; asyncio would complain of a task that ends so.
        ended = (FrameError, EOFError, OSError, TimeoutError, asyncio.CancelledError)
        client = None
        try:
            with suppress(*ended):
                if len(self._clients) < MOST_CLIENTS and self._toy.allows():
                    async with asyncio.timeout(HELLO_S):
                        frames = await self._frames(reader, writer)
                    client = _Client(frames, writer)
                    self._clients.add(client)
                    await self._answer(client)
        finally:
            if client is not None:
                self._clients.discard(client)
                self.assist.offers(client, False)
            writer.close()  # what was sent still goes out

    async def _frames(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Frames:
        if not self._key:
            return PlainFrames(reader, writer)
        frames = EncryptedFrames(reader, writer)
        await frames.shake_hands(self._key, self._name, self._mac)
        return frames

    async def _answer(self, client: '_Client') -> None:
        """
        Answer a client until it goes.

        :raises FrameError, EOFError, OSError, TimeoutError: it is gone, or speaks nonsense.
        """
        from aioesphomeapi import api_pb2 as api
        from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO
        from google.protobuf.message import DecodeError

        while self._toy.allows():
            async with asyncio.timeout(IDLE_S):
                kind, data = await client.frames.read()
            if not client.allowance.take():
                raise FrameError('sends too much')
            message_type = MESSAGE_TYPE_TO_PROTO.get(kind)
            if message_type is None:
                continue  # of a newer version
            message = message_type()
            try:
                message.ParseFromString(data)
            except DecodeError as error:
                raise FrameError('sends a broken message') from error
            self._handle(client, message, api)
            if isinstance(message, api.DisconnectRequest):
                return

    def _handle(self, client: '_Client', message: Any, api: Any) -> None:
        match message:
            case api.HelloRequest():
                major, minor = API_VERSION
                client.send(
                    api.HelloResponse(
                        api_version_major=major,
                        api_version_minor=minor,
                        server_info='Phoenix',
                        name=self._name,
                    )
                )
            case api.AuthenticationRequest():
                client.send(api.AuthenticationResponse())
            case api.DisconnectRequest():
                client.send(api.DisconnectResponse())
            case api.PingRequest():
                client.send(api.PingResponse())
            case api.DeviceInfoRequest():
                client.send(self._info(api))
            case api.ListEntitiesRequest():
                for description in self.entities.descriptions():
                    client.send(description)
                client.send(api.ListEntitiesDoneResponse())
            case api.SubscribeStatesRequest():
                client.wants_states = True
                for state in self.entities.states():
                    client.send(state)
            case api.VoiceAssistantConfigurationRequest():
                client.send(api.VoiceAssistantConfigurationResponse())
            case api.VoiceAssistantAnnounceRequest():
                self._announce(client, message, api)
            case api.SubscribeVoiceAssistantRequest():
                self.assist.offers(client, message.subscribe)
            case api.VoiceAssistantResponse():
                # A port is one for sound by UDP, which nobody encrypts.
                self.assist.on_response(client, not (message.error or message.port))
            case api.VoiceAssistantEventResponse():
                data = {one.name: one.value for one in message.data}
                self.assist.on_event(client, message.event_type, data)
            case api.VoiceAssistantTimerEventResponse():
                if message.event_type == api.VOICE_ASSISTANT_TIMER_FINISHED:
                    self._toy.ring(_line(message.name, LONGEST_NAME))
            case api.SwitchCommandRequest() if message.key == entities.SILENT:
                self._toy.set_silent(message.state)
            case api.NumberCommandRequest() if message.key == entities.VOLUME:
                if 0 <= message.state <= 100:
                    self._toy.set_volume(message.state)
            case api.LightCommandRequest() if message.key == entities.LIGHT:
                self._light(message)

    def _announce(self, client: '_Client', message: Any, api: Any) -> None:
        def ended(success: bool) -> None:
            client.send(api.VoiceAssistantAnnounceFinished(success=success))

        if text := _line(message.text, LONGEST_TEXT):
            self._toy.announce(text, ended, asks=message.start_conversation)
        else:  # sound alone would be played without being judged
            ended(False)

    def _light(self, message: Any) -> None:
        lamp = self.entities.lamp
        if message.has_state:
            lamp.on = message.state
        if message.has_brightness and _is_share(message.brightness):
            lamp.brightness = message.brightness
        if message.has_rgb and all(map(_is_share, (message.red, message.green, message.blue))):
            lamp.red, lamp.green, lamp.blue = message.red, message.green, message.blue
        self._toy.show(lamp)
        self.tell(entities.LIGHT, lamp)

    def _info(self, api: Any) -> Any:
        from aioesphomeapi.model import VoiceAssistantFeature

        features = (
            VoiceAssistantFeature.VOICE_ASSISTANT
            | VoiceAssistantFeature.API_AUDIO
            | VoiceAssistantFeature.ANNOUNCE
            | VoiceAssistantFeature.TIMERS
            | VoiceAssistantFeature.START_CONVERSATION
        )
        return api.DeviceInfoResponse(
            name=self._name.lower().replace(' ', '-'),
            friendly_name=self._name,
            mac_address=self._mac,
            esphome_version='2026.1.0',
            manufacturer='Phoenix',
            model='Phoenix',
            project_name='phoenix.toy',
            project_version='0.1.0',
            api_encryption_supported=bool(self._key),
            voice_assistant_feature_flags=int(features),
        )


class _Client:
    """One connection."""

    def __init__(self, frames: Frames, writer: asyncio.StreamWriter) -> None:
        self.frames = frames
        self.wants_states = False
        self.allowance = Allowance(MESSAGES_PER_S, at_once=MESSAGES_AT_ONCE)
        self._writer = writer

    def send(self, message: Any) -> None:
        """Send a message; who does not read is sent away."""
        from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO

        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MOST_WAITING:
            self._writer.transport.abort()
            return
        kind = next(kind for kind, one in MESSAGE_TYPE_TO_PROTO.items() if one is type(message))
        self.frames.write(kind, message.SerializeToString())

    async def drain(self) -> None:
        """Wait until the other side takes more; see Client."""
        await self._writer.drain()


def _line(text: str, longest: int) -> str:
    """Return a text in one line; empty: it is too long, or has what nobody says."""
    line = ' '.join(text.split())
    return line if len(line) <= longest and line.isprintable() else ''


def _is_share(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1
