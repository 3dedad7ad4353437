"""The Wyoming server: the toy's kind of recognizer and voice, for programs of this machine."""

import asyncio
from typing import Annotated, Any

from phoenix_core.node.event_node import EventNode
from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_home.event_loop import EventLoop
from phoenix_home.wyoming.served_speech import Recognizer, ServedSpeech, Voice

LOOPBACK = '127.0.0.1'  # the protocol has no encryption and asks nobody who he is
OPEN_S = 5.0
RECOGNIZERS: ProviderGroup['WyomingServerSettings', Recognizer] = ProviderGroup(
    'phoenix.recognizers'
)
VOICES: ProviderGroup['WyomingServerSettings', Voice] = ProviderGroup('phoenix.voices')


class WyomingServerSettings(NodeSettings):
    """Settings of the Wyoming server."""

    port: int = setting(10700, 'Port on loopback; 0: any free one.', ge=0, le=65535, machine=True)
    recognizer: Annotated[str, RECOGNIZERS] = setting(
        'moonshine', 'What recognizes: an entry point of its group.', machine=True
    )
    voice: Annotated[str, VOICES] = setting(
        'piper', 'What speaks: an entry point of its group.', machine=True
    )


class WyomingServer(EventNode):
    """
    Serves engines of its own: it hears nothing of the toy, and nothing of it is said by the toy.

    Attributes: port, while it is active.
    """

    settings: WyomingServerSettings

    def configure(self) -> None:
        """Load the recognizer and the voice."""
        settings = self.settings
        self._voice: Any = VOICES.make(settings.voice, settings)
        recognizer = RECOGNIZERS.make(settings.recognizer, settings)
        self._speech = ServedSpeech(recognizer, self._voice, settings.language)

    def activate(self) -> None:
        """Open the port."""
        self._loop = EventLoop('wyoming server')
        serving = self._speech.serve(LOOPBACK, self.settings.port)
        self._server: asyncio.Server = self._loop.submit(serving).result(OPEN_S)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.log.info(f'Wyoming on {LOOPBACK}:{self.port}')

    def deactivate(self) -> None:
        """Close the port, and send all clients away."""
        self._loop.submit(self._close()).result(OPEN_S)
        self._loop.close()

    def cleanup(self) -> None:
        """Free the engines."""
        self._speech.close()
        self._voice.close()

    async def _close(self) -> None:
        self._server.close()
